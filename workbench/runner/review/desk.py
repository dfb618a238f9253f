"""The review page's service."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from pydantic import ValidationError

from bot_core.errors import NotFound
from bot_core.settings import Settings
from bot_core.store.records import FeedbackValue
from bot_core.store.reviews import Annotation, ReviewVerdict
from bot_core.store.store import Store
from workbench.evaluation.judge.labels import LabelBook
from workbench.runner.activity import ActivityFeed
from workbench.runner.experiments import ExperimentDesk
from workbench.runner.privacy import names_of, redacted
from workbench.runner.review.agreement import Agreement, agreements
from workbench.runner.review.items import ReplyReader, Reviewed, ReviewItem, SaidConversation, is_of_run
from workbench.runner.review.labelling import labels_of
from workbench.runner.review.sampling import Sample, Sampling, run_sample, stored_sample
from workbench.runner.turn_rows import said_by_customer

_MOST = 20_000
"""Annotations and opinions that are read at once."""
_LOW_RATING = 2

_log = logging.getLogger(__name__)


class ReviewDesk:
    """Safe for many threads."""

    def __init__(self, settings: Settings, store: Store, feed: ActivityFeed, experiments: ExperimentDesk) -> None:
        self._store = store
        self._feed = feed
        self._experiments = experiments
        self._reader = ReplyReader(store, experiments)
        self._labels = LabelBook(settings.data_dir / "labels")

    def queue(self, sample: Sample, *, who: str) -> tuple[ReviewItem, ...]:
        """The same for the same seed, as long as nothing new is stored. Raises NotFound for an unknown run."""
        listed = self._listed(sample.sampling, who)
        if not sample.run_id:
            return stored_sample(self._feed.index(), sample, listed)
        results = self._reader.results(sample.run_id)
        return run_sample(sample.run_id, results, sample, listed, self._downs())

    def item(self, conversation_id: str, tracking_id: str) -> ReviewItem:
        """One reply by its address. Raises NotFound for a stored conversation that does not hold it."""
        if is_of_run(conversation_id):
            return ReviewItem(tracking_id, conversation_id, "")
        turn = self._store.conversations.turn(tracking_id)
        if turn.conversation_id != conversation_id:
            raise NotFound(f"no turn {tracking_id} in {conversation_id}")
        conversation = self._store.conversations.get(conversation_id)
        names = names_of(conversation, self._store.conversations.turns(conversation_id))
        return ReviewItem(tracking_id, conversation_id, redacted(said_by_customer(turn.messages), *names))

    def read(self, item: ReviewItem) -> Reviewed:
        """Without personal data. Raises NotFound."""
        return self._reader.read(item)

    def as_said(self, item: ReviewItem) -> SaidConversation:
        """With personal data: to be shown to nobody. Raises NotFound."""
        return self._reader.as_said(item)

    def annotate(self, annotation: Annotation, reviewed: Reviewed, *, expected_version: int | None) -> Annotation:
        """Keep what a person says, its history, and the labels for the judge. Saying the same again makes the labels
        that a kill left out. Raises Conflict, StoreError."""
        stored = self._store.annotations.put(annotation, expected_version=expected_version)
        self._label(stored, reviewed)
        return stored

    def annotations(self, tracking_ids: Sequence[str]) -> tuple[Annotation, ...]:
        return self._store.annotations.of(tracking_ids)

    def history(self, tracking_id: str, who: str) -> tuple[Annotation, ...]:
        return self._store.annotations.history(tracking_id, who)

    def agreements(self) -> tuple[Agreement, ...]:
        return agreements(self._store.annotations.list(limit=_MOST))

    def runs(self) -> dict[str, str]:
        """run_id → name of the experiment and variant, newest first."""
        return {
            run.run_id: f"{progress.name} · {run.variant}"
            for progress in self._experiments.list()
            for run in progress.runs
            if run.done
        }

    def _label(self, annotation: Annotation, reviewed: Reviewed) -> None:
        try:
            labels = tuple(labels_of(annotation, reviewed))
        except ValidationError as error:
            # Facts that another version of the bot wrote: a judge could not be shown them either.
            _log.warning("turn %s gives no label: %s", annotation.tracking_id, error.errors()[0]["msg"])
            return
        for label in labels:
            self._labels.add(label)

    def _listed(self, sampling: Sampling, who: str) -> list[str]:
        """Turns that a sample by what people said chooses from."""
        if sampling not in (Sampling.LOW_SCORE, Sampling.SECOND):
            return []
        others = [one for one in self._store.annotations.list(limit=_MOST) if one.annotator != who]
        if sampling is Sampling.LOW_SCORE:
            others = [one for one in others if _is_low(one)]
        return list(dict.fromkeys(one.tracking_id for one in others))

    def _downs(self) -> list[str]:
        return [one.tracking_id for one in self._store.feedback.list(limit=_MOST) if one.value is FeedbackValue.DOWN]


def _is_low(annotation: Annotation) -> bool:
    return annotation.verdict is ReviewVerdict.FAIL or (annotation.rating or _LOW_RATING + 1) <= _LOW_RATING
