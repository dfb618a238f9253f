"""Facts about Kavak: the right entries and branches, and an honest "no tengo el dato"."""

from __future__ import annotations

from collections.abc import Iterator

from bot_core.facts.facts import InfoFacts, SalesFacts
from bot_core.knowledge.entry import Branch
from bot_core.normalization import fold
from workbench.evaluation.scorers.base import Check, Played, PlayedTurn, ScoringContext, check
from workbench.evaluation.scorers.phrases import says_not_found, says_unknown


def info(played: Played, _context: ScoringContext) -> Iterator[Check]:
    for turn in played.turns:
        expect = turn.expect
        for entry_id in expect.info:
            found = _entries(turn)
            fault = f"the entry {entry_id} was not found; found {', '.join(sorted(found)) or 'none'}"
            yield check(turn, entry_id in found, fault)
        if expect.branches == "none":
            yield check(turn, not _branches(turn) and says_not_found(turn), "does not say that there is no branch")
        elif expect.branches:
            yield from _named_branches(turn, expect.branches)
        if expect.unknown:
            yield check(turn, says_unknown(turn), "does not say that it lacks the fact")


def _entries(turn: PlayedTurn) -> set[str]:
    return {entry.entry_id for fact in turn.facts if isinstance(fact, InfoFacts) for entry in fact.entries}


def _branches(turn: PlayedTurn) -> dict[str, Branch]:
    found: dict[str, Branch] = {}
    for fact in turn.facts:
        branches: tuple[Branch, ...] = ()
        if isinstance(fact, InfoFacts):
            branches = fact.branches
        elif isinstance(fact, SalesFacts):
            branches = (*fact.branch_choices, *((fact.branch,) if fact.branch else ()))
        found |= {branch.branch_id: branch for branch in branches}
    return found


def _named_branches(turn: PlayedTurn, branch_ids: tuple[str, ...]) -> Iterator[Check]:
    found = _branches(turn)
    for branch_id in branch_ids:
        branch = found.get(branch_id)
        named = branch is not None and fold(branch.name) in turn.folded
        yield check(turn, named, f"the branch {branch_id} is not named")
