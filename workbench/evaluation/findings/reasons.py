"""A scorer's reason as people read it, by its kind or by itself with its turn. The texts are in labels.yaml."""

from __future__ import annotations

import re

from workbench.evaluation.findings.details import amount_said, detail_said
from workbench.evaluation.findings.labels import label, labels, reason_rows
from workbench.texts.texts import language

_TURN = re.compile(r"^turn (\d+): ")
_NUMBER = re.compile(r"\d[\d,.]*\d|\d")


def reason_group(reason: str) -> str:
    """A scorer's reason without what differs from case to case; in its own words when the table lacks it.

    >>> reason_group("turn 2: km_max: expected 60000, got nothing")
    'no entendió: kilometraje máximo'
    """
    bare = _TURN.sub("", reason)
    return _told(bare, alone=False) or _NUMBER.sub("…", bare)


def reason_said(reason: str) -> str:
    """One reason with its turn and what differs in it; in its own words when the table lacks it.

    >>> reason_said("turn 2: km_max: expected 60000, got nothing")
    'turno 2: no entendió kilometraje máximo: se esperaba 60,000 km'
    """
    found = _TURN.match(reason)
    bare = reason[found.end() :] if found else reason
    said = _told(bare, alone=True) or bare
    return label("terms", "turn").format(number=found[1], said=said) if found else said


def finding_said(message: str) -> str:
    """What a guardrail says is wrong; in its own words when the table lacks it.

    >>> finding_said("this car is not in stock")
    'este auto no está en inventario'
    """
    return label("found", message) if message in labels("found") else _told(message, alone=True) or message


def _told(bare: str, *, alone: bool) -> str:
    for pattern, row in reason_rows():
        if found := pattern.search(bare):
            given = {name: value or "" for name, value in found.groupdict().items()}
            text: str = (row.get("one", row) if alone else row)[language()]
            return text.format(**{name: _part(name, value, given) for name, value in given.items()})
    return ""


def _part(name: str, value: str, given: dict[str, str]) -> str:
    """A named part of a pattern is looked up in the group of its name, (?P<intents1>greeting, sales) in "intents"; one
    that has no group there is said as it is given."""
    match name.rstrip("0123456789"):
        case "value":
            return detail_said(given["details"], value)
        case "amount":
            return label("terms", "or").join(map(amount_said, value.split(" or ")))
        case "roles":
            return label("terms", "or").join(label("roles", role) for role in value.split(" or "))
        case "found":
            return finding_said(value)
        case "wishes":
            return _wishes(value)
        case group if labels(group):
            return ", ".join(label(group, part.strip()) for part in value.split(","))
        case _:
            return value


def _wishes(value: str) -> str:
    """ "make Honda, price_max 100000" → "marca Honda, precio máximo $100,000"."""
    named = re.split(rf"(?:^|, )({'|'.join(labels('details'))}) ", value)
    pairs = zip(named[1::2], named[2::2], strict=True)
    return ", ".join(f"{label('details', name)} {detail_said(name, given)}" for name, given in pairs) or value
