"""Once all is played, the judge compares: each further variant's conversations with the first one's, case by case."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from workbench.evaluation.experiments.calls import CallBook
from workbench.evaluation.experiments.gateways import Stopped
from workbench.evaluation.judge.judge import PAIR_PROMPT, Judge, same_model_warnings
from workbench.evaluation.judge.preference import Preference, Side, comparable, same_words
from workbench.evaluation.judge.record import identity_of
from workbench.records import CaseResult, JudgeSpec
from workbench.storage.call_journal import CallJournal
from workbench.storage.experiment_files import ExperimentFolder, preferences_id
from workbench.storage.journal import Journal, PreferenceJournal, ResultKey
from workbench.storage.preference_files import PairOutcome, PreferenceRecord, PreferencesHeader, write_preferences

_OUTCOMES = {Side.A: PairOutcome.BASELINE, Side.B: PairOutcome.CANDIDATE, Side.TIE: PairOutcome.TIE}


@dataclass(frozen=True, slots=True)
class Pair:
    """One case and trial, as the first variant and as the candidate of `shelf` played it."""

    shelf: Shelf
    key: ResultKey


@dataclass(frozen=True)
class Shelf:
    """What is kept of one candidate's comparison with the first variant."""

    run_id: str
    results: Journal
    """Of the candidate's run."""
    journal: PreferenceJournal
    book: CallBook


class Pairing:
    """Calls go through the same gateway, budget and limits as all others; their book is one of their own, so that an
    order that was answered before a kill is not paid again."""

    def __init__(self, folder: ExperimentFolder, results: Sequence[Journal], judge: Judge, spec: JudgeSpec) -> None:
        self._folder = folder
        self._judge = judge
        self._spec = spec
        self._baseline = results[0]
        self.shelves = [
            _shelf(folder, run_id, journal) for run_id, journal in zip(folder.run_ids()[1:], results[1:], strict=True)
        ]

    @property
    def done(self) -> int:
        return sum(len(shelf.journal) for shelf in self.shelves)

    @property
    def usd(self) -> Decimal:
        return sum((shelf.book.usd for shelf in self.shelves), Decimal(0))

    def missing(self, order: Iterable[ResultKey]) -> Iterator[Pair]:
        """The candidates in turns, so that whatever was compared when it stops is of the same cases."""
        for key in order:
            yield from (Pair(shelf, key) for shelf in self.shelves if key not in shelf.journal)

    async def compare(self, pair: Pair) -> bool:
        """False when the run is to stop before the end. A judge that fails leaves the pair unscored."""
        shelf = pair.shelf
        a, b = (next(journal.results([pair.key])) for journal in (self._baseline, shelf.results))
        with shelf.book.case(pair.key):
            try:
                record = await self._record(a, b)
            except Stopped:
                return False
        shelf.journal.append(record)
        return True

    def file(self, order: Sequence[ResultKey] | None) -> None:
        """The experiment is over: what was compared becomes one immutable file for each candidate, in `order` or as it
        came."""
        for shelf in self.shelves:
            path = self._folder.preferences_path(shelf.run_id)
            if len(shelf.journal) and not path.exists():
                write_preferences(path, self._header(shelf), shelf.journal.results(order))
            shelf.journal.discard()

    async def _record(self, a: CaseResult, b: CaseResult) -> PreferenceRecord:
        if not (comparable(a) and comparable(b)):
            return PreferenceRecord(case_id=a.case_id, trial=a.trial, outcome=PairOutcome.LEFT_OUT)
        if same_words(a, b):
            return PreferenceRecord(case_id=a.case_id, trial=a.trial, outcome=PairOutcome.TIE, same=True)
        found = await self._judge.prefer(a, b)
        return PreferenceRecord(
            case_id=a.case_id,
            trial=a.trial,
            outcome=_outcome(found),
            flipped=found.flipped,
            reasons=found.reasons,
            problem=found.problem,
            warnings=same_model_warnings(self._spec, [a, b]),
            calls=found.calls,
        )

    def _header(self, shelf: Shelf) -> PreferencesHeader:
        judge = identity_of(self._spec.model_copy(update={"prompt": PAIR_PROMPT}))
        return PreferencesHeader(
            experiment_id=self._folder.experiment_id,
            baseline_run=self._folder.run_ids()[0],
            candidate_run=shelf.run_id,
            judge=judge.model,
            prompt=judge.prompt,
            prompt_hash=judge.prompt_hash,
        )


def _shelf(folder: ExperimentFolder, run_id: str, results: Journal) -> Shelf:
    name = preferences_id(run_id)
    journal = PreferenceJournal(folder.journal_path(name))
    return Shelf(run_id, results, journal, CallBook(CallJournal(folder.calls_path(name)), journal))


def _outcome(found: Preference) -> PairOutcome:
    return _OUTCOMES[found.winner] if found.winner else PairOutcome.UNSCORED
