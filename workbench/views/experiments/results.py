"""What an experiment showed: the verdict first, then each view that explains it."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from workbench import session
from workbench.evaluation.findings.notes import uncompared_note
from workbench.evaluation.findings.records import Comparison, Findings
from workbench.evaluation.findings.wording import headline_of, proven_of
from workbench.evaluation.statistics.verdicts import Decision
from workbench.records import ExperimentProgress, RunStatus
from workbench.texts.texts import section, text
from workbench.views.experiments import (
    conversations,
    failures,
    intents,
    place,
    prompts,
    rates,
    report,
    settings,
    spending,
    verdict,
)
from workbench.views.experiments.notes import show_notes
from workbench.views.figures import day_and_time, plain
from workbench.views.pieces.switch import switch

_DRAW: dict[str, Callable[[Findings, Comparison | None], None]] = {
    "verdict": verdict.show,
    "conversations": conversations.show,
    "rates": rates.show,
    "intents": intents.show,
    "failures": failures.show,
    "spending": spending.show,
    "prompts": prompts.show,
    "settings": settings.show,
    "report": report.show,
}
_ICONS = {Decision.BETTER: "✅", Decision.WORSE: "❌", Decision.NOT_ENOUGH_EVIDENCE: "⚖️"}


def show_results(progress: ExperimentProgress) -> None:
    if progress.status is not RunStatus.FINISHED:
        st.caption(text("experiments.partial_note", done=progress.done, total=progress.total))
    _about(progress.experiment_id)
    draw(session.workbench().findings.of_experiment(progress.experiment_id))


def draw(found: Findings) -> None:
    """Everything below the name of the experiment."""
    show_notes(found)
    comparison = _comparison(found)
    _headline(found, comparison)
    view = switch(
        "experiment-view",
        place.VIEWS,
        place.view(),
        label=text("experiments.view"),
        names="experiment_views",
        go=place.open_view,
    )
    _DRAW[view](found, comparison)


def _about(experiment_id: str) -> None:
    record = session.workbench().experiments.record(experiment_id)
    if not record.runs:
        return
    first = record.runs[0]
    st.caption(
        plain(
            text(
                "experiments.about",
                split=section("splits").get(record.split, record.split),
                cases=first.cases,
                trials=first.trials,
                catalog=first.catalog,
                at=day_and_time(record.started_at),
            )
        )
    )


def _comparison(found: Findings) -> Comparison | None:
    names = [one.candidate for one in found.comparisons]
    if len(names) < 2:
        return found.comparisons[0] if names else None
    chosen = st.segmented_control(
        plain(text("experiments.against", a=found.comparisons[0].baseline)),
        names,
        format_func=plain,
        default=place.against() if place.against() in names else names[0],
        required=True,
        key="experiment-against",
    )
    place.compare_with(chosen or names[0])
    return found.comparison(chosen or names[0])


def _headline(found: Findings, comparison: Comparison | None) -> None:
    if len(found.variants) < 2:
        st.info(text("experiments.one_variant"), icon="🧪")
    elif comparison is None:
        for name in found.uncompared:
            st.info(plain(uncompared_note(name, found)), icon="🧪")
    else:
        show = {Decision.BETTER: st.success, Decision.WORSE: st.error}.get(comparison.decision, st.info)
        word = text(f"experiments.decision_{comparison.decision.value}")
        show(f"**{word}.** {plain(headline_of(comparison))}", icon=_ICONS[comparison.decision])
        for sentence in proven_of(comparison):
            st.markdown(f"- {plain(sentence)}")
