"""Requests: recorded once with what was said, and their reference told; or not recorded and none claimed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot_core.leads.lead import Lead
from bot_core.normalization import fold
from workbench.evaluation.dataset.expectations import LeadExpectation
from workbench.evaluation.scorers.base import Check, Played, PlayedTurn, ScoringContext, check
from workbench.evaluation.scorers.cars import at_position
from workbench.records import LeadRecord

_REFERENCE = re.compile(r"\bKV-[0-9A-Z]{4,}\b")


def lead(played: Played, _context: ScoringContext) -> Iterator[Check]:
    for turn in played.turns:
        if turn.expect.lead is not None:
            yield from _in_turn(turn, played, turn.expect.lead)
    if played.case.expect.lead is not None:
        yield from _at_the_end(played, played.case.expect.lead)


def _in_turn(turn: PlayedTurn, played: Played, expected: LeadExpectation) -> Iterator[Check]:
    records = [record for record in turn.record.leads if record.lead.kind is expected.kind]
    if not expected.recorded:
        yield check(turn, not records, f"a request ({expected.kind}) was recorded, none was expected")
        yield check(turn, not _REFERENCE.search(turn.text), "the reply gives a reference of no request")
        return
    yield from _recorded(turn, played, records, expected)
    if records:
        yield check(turn, records[0].reference in turn.text, f"the reference {records[0].reference} is not told")


def _at_the_end(played: Played, expected: LeadExpectation) -> Iterator[Check]:
    turn = played.turns[-1]
    records = [r for each in played.turns for r in each.record.leads if r.lead.kind is expected.kind]
    if expected.recorded:
        yield from _recorded(turn, played, records, expected)
    else:
        yield check(turn, not records, f"a request ({expected.kind}) was recorded, none was expected")


def _recorded(
    turn: PlayedTurn, played: Played, records: list[LeadRecord], expected: LeadExpectation
) -> Iterator[Check]:
    yield check(turn, len(records) == 1, f"{len(records)} requests ({expected.kind}) were recorded, expected one")
    for record in records[:1]:
        yield from _details(turn, played, record.lead, expected)


def _details(turn: PlayedTurn, played: Played, recorded: Lead, expected: LeadExpectation) -> Iterator[Check]:
    if expected.car is not None:
        listed = played.list_for(turn) or turn.listed
        wanted = at_position(listed, expected.car)
        right = wanted is not None and wanted.stock_id == recorded.stock_id
        yield check(turn, right, f"the request is for {recorded.car_label}, expected car {expected.car}")
    if expected.branch is not None:
        right = recorded.branch_id == expected.branch
        yield check(turn, right, f"the request is for the branch {recorded.branch_id}, expected {expected.branch}")
    for name, wanted_text, got in (
        ("day", expected.day, recorded.day),
        ("name", expected.name, recorded.customer_name),
    ):
        if wanted_text is not None:
            right = fold(wanted_text) in fold(got or "")
            yield check(turn, right, f"{name} {got!r}, expected {wanted_text!r}")
