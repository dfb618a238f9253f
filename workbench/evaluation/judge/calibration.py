"""A judge held against labelled replies: agreement, what it passes of the good and catches of the bad, and a floor."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from workbench.evaluation.judge.agreement import Kappa, kappa_of
from workbench.evaluation.judge.label import CONSTRUCTION, Label
from workbench.evaluation.judge.preference import Share
from workbench.evaluation.judge.rubric import Rubric, RubricVerdict
from workbench.records import Verdict

Judgements = Mapping[str, Sequence[RubricVerdict]]
"""A judge's verdicts by reply_id."""


@dataclass(frozen=True, slots=True)
class Floor:
    """What a judge must reach in a rubric before its scores are evidence."""

    kappa: float = 0.60
    """ "Substantial" by Landis and Koch (1977)."""
    kappa_low: float = 0.40
    """Of the interval's lower end: a lucky small set is not enough."""
    sensitivity: float = 0.80
    specificity: float = 0.70
    unscored: float = 0.05
    each_class: int = 15
    """Good and bad replies that must have been judged."""


FLOOR = Floor()


@dataclass(frozen=True, slots=True)
class Calibration:
    """One rubric. Positive is a good reply: `sensitivity` is the share of good replies that the judge passes,
    `specificity` the share of bad ones that it fails. `by_defect` is the share of each kind that it fails."""

    rubric: Rubric
    kappa: Kappa
    sensitivity: Share
    specificity: Share
    unscored: Share
    """Of all labelled replies, those that the judge could not judge."""
    by_defect: Mapping[str, Share]

    @property
    def n(self) -> int:
        """Replies that were labelled and judged."""
        return self.kappa.n

    @property
    def floor_met(self) -> bool:
        return not self.problems()

    def problems(self, floor: Floor = FLOOR) -> tuple[str, ...]:
        """Why the judge is below the floor; empty when it is not."""
        return tuple(_problems(self, floor))


def calibrate(labels: Iterable[Label], judgements: Judgements, rubric: Rubric) -> Calibration:
    """Labels of other rubrics are left out, and so are replies that the judge was not asked about."""
    truths = settled_labels(label for label in labels if label.rubric is rubric)
    judged = [(label, verdict) for label in truths if (verdict := _verdict(judgements, label)) is not None]
    scored = [(label, verdict) for label, verdict in judged if verdict in (Verdict.PASS, Verdict.FAIL)]
    pairs = [(label.verdict is Verdict.PASS, verdict is Verdict.PASS) for label, verdict in scored]
    good = [passed for truth, passed in pairs if truth]
    bad = [not passed for truth, passed in pairs if not truth]
    return Calibration(
        rubric=rubric,
        kappa=kappa_of(pairs),
        sensitivity=Share.of(sum(good), len(good)),
        specificity=Share.of(sum(bad), len(bad)),
        unscored=Share.of(len(judged) - len(scored), len(judged)),
        by_defect=_by_defect(scored),
    )


def settled_labels(labels: Iterable[Label]) -> tuple[Label, ...]:
    """One label for each reply and rubric: what most persons say, else how it was made; a draw of persons is left
    out. A person's later label replaces the same person's earlier one."""
    latest: dict[tuple[str, Rubric, str], Label] = {}
    for label in sorted(labels, key=lambda label: label.at):
        latest[label.reply_id, label.rubric, label.annotator] = label
    grouped: dict[tuple[str, Rubric], list[Label]] = {}
    for label in latest.values():
        grouped.setdefault((label.reply_id, label.rubric), []).append(label)
    chosen = (_majority(group) for group in grouped.values())
    return tuple(label for label in chosen if label is not None)


def _majority(labels: Sequence[Label]) -> Label | None:
    people = [label for label in labels if label.annotator != CONSTRUCTION]
    if not people:
        return labels[0]
    counts = Counter(label.verdict for label in people)
    if counts[Verdict.PASS] == counts[Verdict.FAIL]:
        return None
    verdict = counts.most_common(1)[0][0]
    return next(label for label in people if label.verdict is verdict)


def _verdict(judgements: Judgements, label: Label) -> Verdict | None:
    verdicts = judgements.get(label.reply_id, ())
    return next((each.verdict for each in verdicts if each.rubric is label.rubric), None)


def _by_defect(scored: Sequence[tuple[Label, Verdict]]) -> dict[str, Share]:
    kinds: dict[str, list[bool]] = {}
    for label, verdict in scored:
        if label.verdict is Verdict.FAIL and label.defect:
            kinds.setdefault(label.defect, []).append(verdict is Verdict.FAIL)
    return {kind: Share.of(sum(caught), len(caught)) for kind, caught in sorted(kinds.items())}


def _problems(found: Calibration, floor: Floor) -> Iterator[str]:
    for name, share in (("good", found.sensitivity), ("bad", found.specificity)):
        if share.n < floor.each_class:
            yield f"only {share.n} {name} replies were judged, {floor.each_class} are needed"
    if found.unscored.share is not None and found.unscored.share > floor.unscored:
        yield f"{found.unscored.share:.0%} of the replies could not be judged, at most {floor.unscored:.0%} may"
    value, low = found.kappa.value or 0.0, found.kappa.low or 0.0
    if value < floor.kappa or low < floor.kappa_low:
        yield f"kappa {value:.2f} (from {low:.2f}) is below {floor.kappa:.2f} (from {floor.kappa_low:.2f})"
    for name, share, least in (
        ("sensitivity", found.sensitivity, floor.sensitivity),
        ("specificity", found.specificity, floor.specificity),
    ):
        if share.share is not None and share.share < least:
            yield f"{name} {share.share:.0%} is below {least:.0%}"
