"""What a customer wants after some turns, added up from what the case says, not from what the bot understood."""

from __future__ import annotations

from typing import Any

from workbench.evaluation.dataset.case import Case

_NAMES = ("make", "model", "version")
_RANGES = (("price_min", "price_max"), ("year_min", "year_max"))
_KEPT = ("km_max", "transmission", "features", "sort", *(name for pair in _RANGES for name in pair))
_POINTING = ("ordinal", "chosen", "described")
"""References that name a shown car: its name is no new wish."""

Wishes = dict[str, Any]
"""Fields of Slots that a catalogue row can satisfy."""


def wishes_after(case: Case, turn: int) -> Wishes:
    """The search wishes that hold after `turn` (from 0)."""
    wishes: Wishes = {}
    for played in case.turns[: turn + 1]:
        if played.expect.slots is not None:
            wishes = _changed(wishes, played.expect.slots.given())
    return wishes


def _changed(wishes: Wishes, said: dict[str, Any]) -> Wishes:
    changed = _renamed(_without(wishes, *_cleared(said)), said)
    for pair in _RANGES:
        if any(said.get(name) is not None for name in pair):
            changed = _without(changed, *pair)
    for name in _KEPT:
        if said.get(name) is not None:
            changed[name] = said[name]
        elif name in said:
            changed.pop(name, None)
    return changed


def _cleared(said: dict[str, Any]) -> tuple[str, ...]:
    cleared = tuple(said.get("cleared") or ())
    return (*cleared, *_NAMES) if set(cleared) & set(_NAMES) else cleared


def _renamed(wishes: Wishes, said: dict[str, Any]) -> Wishes:
    """A car's name replaces the one before; a body type by itself is another wish than the car named before."""
    names = {name: said[name] for name in _NAMES if said.get(name)}
    body = said.get("body_type")
    if names and said.get("reference") not in _POINTING:
        wishes = _without(wishes, *_NAMES, "body_type") | names
    elif body and body != wishes.get("body_type"):
        wishes = _without(wishes, *_NAMES)
    return wishes | ({"body_type": body} if body else {})


def _without(wishes: Wishes, *names: str) -> Wishes:
    return {name: value for name, value in wishes.items() if name not in names}
