"""How well two series of pass and fail agree beyond chance: Cohen's kappa, by statsmodels."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

Pair = tuple[bool, bool]
"""Passed according to one, passed according to the other."""


@dataclass(frozen=True, slots=True)
class Kappa:
    """`value` with `low`-`high` at 95 %. All are None where nothing was judged or both only ever said one thing; the
    interval alone where one of them did. `agreed` is the plain share of equal verdicts."""

    value: float | None
    low: float | None
    high: float | None
    n: int
    agreed: float | None


def kappa_of(pairs: Iterable[Pair]) -> Kappa:
    """Cohen's kappa with the asymptotic interval of Fleiss, Cohen and Everitt (1969)."""
    table = _table(pairs)
    n = sum(map(sum, table))
    agreed = (table[0][0] + table[1][1]) / n if n else None
    if not n or max(table[0][0], table[1][1]) == n:
        return Kappa(None, None, None, n, agreed)
    import numpy as np
    from statsmodels.stats.inter_rater import cohens_kappa  # type: ignore[import-untyped]

    with np.errstate(invalid="ignore"):
        found = cohens_kappa(table)
        value, low, high = float(found.kappa), float(found.kappa_low), float(found.kappa_upp)
    if not (0 < sum(table[0]) < n and 0 < table[0][0] + table[1][0] < n):
        return Kappa(value, None, None, n, agreed)
    return Kappa(value, max(low, -1.0), min(high, 1.0), n, agreed)


def _table(pairs: Iterable[Pair]) -> list[list[int]]:
    table = [[0, 0], [0, 0]]
    for one, two in pairs:
        table[one][two] += 1
    return table
