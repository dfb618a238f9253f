"""Calibrations as Markdown, for docs/judge.md, docs/evaluation.md and the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from workbench.evaluation.judge.agreement import Kappa
from workbench.evaluation.judge.calibration import Calibration
from workbench.evaluation.judge.preference import Share
from workbench.evaluation.judge.record import JudgeCalibration
from workbench.evaluation.judge.rubric import Rubric

_NONE = "–"


def calibration_tables(calibrations: Sequence[JudgeCalibration], rules: JudgeCalibration | None) -> str:
    """One section for each judge; `rules` is what models have to beat."""
    return "\n".join(line for found in calibrations for line in _section(found, rules))


def calibration_summary(calibrations: Sequence[JudgeCalibration], rules: JudgeCalibration | None) -> str:
    """One line for each judge and rubric; docs/judge.md has the rest."""
    titles = ("judge", "replies asked", "rubric", "kappa (95 %)", "good ones passed", "bad ones caught", "evidence?")
    lines = [f"| {' | '.join(titles)} |", "|" + "---|" * len(titles)]
    for found in calibrations:
        for rubric in Rubric:
            every = found.rubrics[rubric].every
            name, asked = f"{found.judge.model}, {found.judge.prompt}", f"{found.replies} of {found.labelled_replies}"
            shares = _share(every.sensitivity), _share(every.specificity)
            evidence = "no" if found.problems(rubric, rules) else "yes"
            cells = (name, asked, rubric.value, kappa_text(every.kappa), *shares, evidence)
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _section(found: JudgeCalibration, rules: JudgeCalibration | None) -> Iterator[str]:
    asked = f"{found.replies} of {found.labelled_replies} labelled replies, {found.labels} labels"
    yield f"### {found.judge.model}, {found.judge.prompt} ({found.how}, {found.made_on})\n"
    yield f"{asked}, set {found.labelled}, prompt {found.judge.prompt_hash[:12]}.\n"
    yield "| rubric | replies | kappa | good ones passed | bad ones caught | unscored | evidence? |"
    yield "|---|---|---|---|---|---|---|"
    for rubric in Rubric:
        problems = found.problems(rubric, rules)
        yield _row(rubric.value, found.rubrics[rubric].every, "; ".join(problems) or "yes")
        yield _row(f"{rubric.value}, kinds the rules do not know", found.rubrics[rubric].held_out, "")
    yield ""
    yield from _defects(found)
    yield from _pairs(found)


def _row(name: str, found: Calibration, note: str) -> str:
    cells = [
        name,
        str(found.n),
        kappa_text(found.kappa),
        _share(found.sensitivity),
        _share(found.specificity),
        str(found.unscored.count),
        note,
    ]
    return f"| {' | '.join(cells)} |"


def _defects(found: JudgeCalibration) -> Iterator[str]:
    kinds = sorted({kind for each in found.rubrics.values() for kind in each.every.by_defect})
    if not kinds:
        return
    yield "| defect | " + " | ".join(f"caught in {rubric.value}" for rubric in Rubric) + " |"
    yield "|---|---|---|---|"
    for kind in kinds:
        caught = [found.rubrics[rubric].every.by_defect.get(kind) for rubric in Rubric]
        yield f"| {kind} | " + " | ".join(f"{one.count} of {one.n}" if one else _NONE for one in caught) + " |"
    yield ""


def _pairs(found: JudgeCalibration) -> Iterator[str]:
    if found.pairs is None:
        return
    summary = found.pairs.summary
    asked = summary.a + summary.b + summary.ties
    yield (
        f"Pairs (the same turn, good against defective, asked in both orders): {asked} judged, the good one won "
        f"{summary.b}, the bad one {summary.a}, {summary.ties} ties, {summary.unscored} unscored. "
        f"The order changed the answer in {_share(summary.flips)}.\n"
    )


def kappa_text(kappa: Kappa) -> str:
    if kappa.value is None:
        return _NONE
    if kappa.low is None or kappa.high is None:
        return f"{kappa.value:.2f}"
    return f"{kappa.value:.2f} ({kappa.low:.2f} to {kappa.high:.2f})"


def _share(share: Share) -> str:
    if share.share is None or share.low is None or share.high is None:
        return _NONE
    return f"{share.count}/{share.n} = {share.share:.0%} ({share.low:.0%} to {share.high:.0%})"
