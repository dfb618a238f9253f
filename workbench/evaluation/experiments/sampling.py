"""Part of a split: the same cases every time, taken from all of it."""

from __future__ import annotations

from collections.abc import Sequence


def evenly(ids: Sequence[str], count: int) -> tuple[str, ...]:
    """`count` of `ids` at even distances, in their order; all of them when there are fewer.

    A split's cases stand file by file, so that every kind of case is in the sample in its proportion.
    """
    if count >= len(ids):
        return tuple(ids)
    return tuple(ids[position * len(ids) // count] for position in range(count))
