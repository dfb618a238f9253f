"""From a judge and the label book to its calibration."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from pathlib import Path

from bot_core.llm.gateway import OFFLINE_MODEL, LLMGateway
from bot_core.prompts.library import PromptLibrary
from workbench.evaluation.judge.asked import (
    CASSETTES,
    PAIRS,
    Groups,
    OnReply,
    Pair,
    Recordings,
    Session,
    ask_all,
    ask_pairs,
    judge_gateway,
    no_session,
)
from workbench.evaluation.judge.exhibit import Exhibit
from workbench.evaluation.judge.judge import Judge
from workbench.evaluation.judge.label import Label
from workbench.evaluation.judge.labelled_set import LABELLED, LabelledKind, labelled_digest, labelled_kinds
from workbench.evaluation.judge.preference import Preference, Side, summarise, turn_text
from workbench.evaluation.judge.record import JudgeCalibration, PairCalibration, identity_of, rubric_calibrations
from workbench.records import JudgeSpec

_AS_SAID = "fine"
"""The kind that holds the bot's own replies."""


class How(StrEnum):
    REPLAY = "replay"
    """From the committed recordings; what was not recorded is left out and counted."""
    LIVE = "live"
    RECORD = "record"
    """Live, and written down."""
    RULES = "rules"


@dataclass(frozen=True)
class CalibrationJob:
    """One judge to be calibrated. `people` are labels that persons gave to real replies."""

    spec: JudgeSpec
    how: How
    labelled: Path = LABELLED
    cassettes: Path = CASSETTES
    people: Sequence[Label] = ()
    concurrency: int = 8
    with_pairs: bool = False
    only: tuple[str, ...] | None = None
    """Groups to record; None for all."""
    prompts: PromptLibrary | None = None

    @property
    def kinds(self) -> tuple[LabelledKind, ...]:
        return labelled_kinds(self.labelled)

    @cached_property
    def recordings(self) -> Recordings:
        return Recordings(self.spec, self.cassettes)

    def problems(self) -> tuple[str, ...]:
        """After a replay: recordings that nothing asked for, orphans and damaged files."""
        groups = [*(kind.kind for kind in self.kinds), PAIRS]
        return self.recordings.problems([group for group in groups if self.recordings.has(group)])

    def groups(self) -> Groups:
        """What is asked, group by group."""
        made = {kind.kind: {reply.id: reply.exhibit for reply in kind.replies} for kind in self.kinds}
        if self.how is How.REPLAY:
            return {group: replies for group, replies in made.items() if self.recordings.has(group)}
        if self.how is How.RECORD:
            return {group: replies for group, replies in made.items() if self.only is None or group in self.only}
        return {**made, "people": _of_people(self.people, made)}

    async def run(self, *, on_reply: OnReply | None = None, on: date) -> JudgeCalibration:
        """Raises StaleCassette, PromptError, DatasetError; a judge that fails is unscored."""
        gateway, session = self._models()
        judge, groups = Judge(gateway, self.spec, self.prompts), self.groups()
        judged = await ask_all(groups, judge, session=session, concurrency=self.concurrency, on_reply=on_reply)
        pairs = await self._pairs(judge, session)
        kinds = self.kinds
        labels = (*(label for kind in kinds for label in kind.labels()), *self.people)
        asked = tuple(label for label in labels if label.reply_id in judged)
        calls = [call for reply in judged.values() for call in reply.calls]
        calls += [call for preference in pairs.values() for call in preference.calls]
        return JudgeCalibration(
            judge=identity_of(self.spec, self.prompts),
            labelled=labelled_digest(self.labelled),
            labels=len(asked),
            replies=len(judged),
            labelled_replies=sum(len(kind.replies) for kind in kinds),
            made_on=on,
            how=self.how.value,
            rubrics=rubric_calibrations(asked, {name: reply.verdicts for name, reply in judged.items()}),
            pairs=_pair_calibration(pairs, labelled_pairs(kinds)) if pairs else None,
            usd=sum((call.cost_usd for call in calls), Decimal(0)),
        )

    def _models(self) -> tuple[LLMGateway, Session]:
        match self.how:
            case How.REPLAY:
                return self.recordings.playing()
            case How.RECORD:
                return self.recordings.recording()
            case _:
                return judge_gateway(), no_session

    async def _pairs(self, judge: Judge, session: Session) -> Mapping[str, Preference]:
        """In a replay: when they were recorded."""
        replayed = self.how is How.REPLAY and self.recordings.has(PAIRS)
        if self.spec.model.model == OFFLINE_MODEL or not (self.with_pairs or replayed):
            return {}
        pairs = labelled_pairs(self.kinds)
        return await ask_pairs(pairs, judge, session=session, concurrency=self.concurrency)


def labelled_pairs(kinds: Iterable[LabelledKind]) -> dict[str, Pair]:
    """Every reply with a defect whose turn also has the bot's own good reply."""
    kinds = tuple(kinds)
    good = {reply.source: reply for kind in kinds if kind.kind == _AS_SAID for reply in kind.replies}
    return {
        reply.id: Pair(turn_text(good[reply.source].exhibit), turn_text(reply.exhibit), kind.kind)
        for kind in kinds
        if kind.defect
        for reply in kind.replies
        if reply.source in good
    }


def _pair_calibration(found: Mapping[str, Preference], pairs: Mapping[str, Pair]) -> PairCalibration:
    by_defect: dict[str, list[bool]] = {}
    for reply_id, preference in found.items():
        if preference.winner is not None:
            by_defect.setdefault(pairs[reply_id].defect, []).append(preference.winner is Side.B)
    return PairCalibration(
        summary=summarise(tuple(found.values())),
        by_defect={defect: (sum(won), len(won)) for defect, won in sorted(by_defect.items())},
    )


def _of_people(labels: Iterable[Label], made: Groups) -> dict[str, Exhibit]:
    """Real replies that only persons have labelled."""
    known = {reply_id for replies in made.values() for reply_id in replies}
    return {label.reply_id: label.exhibit for label in labels if label.reply_id not in known}
