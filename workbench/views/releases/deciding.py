"""May this release be served? The experiments that speak for it, what the rule says of each, and the decision."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from bot_core.errors import KavakBotError, NotFound, PromotionRefused, UserError
from bot_core.releases.release import Release
from workbench import session
from workbench.evaluation.gate.evidence import Ground, Refusal, Ruling
from workbench.evaluation.statistics.metrics import Unit
from workbench.evaluation.statistics.sentences import level
from workbench.records import RunStatus
from workbench.roles import Role
from workbench.runner.evidence import Witness
from workbench.runner.releases import SHORTEST_REASON, EvidencePlan, experiment_is_alive
from workbench.texts.problems import say
from workbench.texts.texts import filled, section, text
from workbench.views.figures import day_and_time, dollars, plain
from workbench.views.pieces.heading import empty_state
from workbench.views.pieces.permission import guarded_button
from workbench.views.releases.place import PROBLEM

POLL_SECONDS = 1.0
_CASES_SHOWN = 5
_WITNESSES_SHOWN = 4


def show(release: Release) -> None:
    desk = session.workbench().release_desk
    bare = desk.ruling(release.release_id, None)
    if any(refusal.ground == Ground.SERVED for refusal in bare.refusals):
        st.success(text("releases.is_served"), icon="✅")
        return
    witnesses = desk.witnesses(release.release_id)
    alive = [one for one in witnesses if experiment_is_alive(one.experiment.status)]
    if alive:
        experiment = alive[0].experiment.experiment_id
        st.fragment(_under_way, run_every=POLL_SECONDS)(experiment)
    over = [one for one in witnesses if one not in alive]
    if not witnesses:
        empty_state("🧪", text("releases.no_evidence"), text("releases.no_evidence_help"))
    for witness in over[:_WITNESSES_SHOWN]:
        _witness(release, witness)
    if not alive:
        _gather(release)
    _override(release, over[0] if over else None)


def _witness(release: Release, witness: Witness) -> None:
    record, ruling = witness.experiment, witness.ruling
    with st.container(border=True, key=f"releases-witness-{record.experiment_id}"):
        allows = text("releases.own_allows" if witness.is_own else "releases.allows")
        verdict = allows if ruling.allowed else text("releases.refuses")
        st.markdown(f"{'✅' if ruling.allowed else '⛔'} **{verdict}**")
        status = section("run_statuses")[record.status.value]
        names = section("splits")
        st.caption(
            plain(
                text(
                    "releases.experiment",
                    name=record.name,
                    split=names.get(record.split, record.split),
                    at=day_and_time(record.started_at),
                    status=status,
                )
            )
        )
        for refusal in ruling.refusals:
            st.markdown(f"- {plain(said(refusal))}")
        if ruling.scorers:
            _scorers(ruling)
        if witness.is_own:
            st.caption(text("releases.own_line"))
        with st.container(horizontal=True):
            guarded_button(
                text("releases.promote"),
                Role.PUBLISHER,
                type="primary",
                icon="🚀",
                key=f"releases-promote-{record.experiment_id}",
                help=text("releases.promote_help") if ruling.allowed else text("releases.promote_refused"),
                disabled=not ruling.allowed or witness.is_own,
                on_click=_promote,
                args=(release.release_id, record.experiment_id),
            )
            st.link_button(text("releases.open_experiment"), f"experimentos?experimento={record.experiment_id}")


def said(refusal: Refusal) -> str:
    """The reason in one line, for people."""
    about = refusal.about
    if refusal.ground in (Ground.HARD_RULE, Ground.INFERIOR):
        about = section("scorers").get(about, about)
    elif refusal.ground in (Ground.SMALL_SET, Ground.OTHER_CASES):
        about = section("splits").get(about, about)
    elif refusal.ground == Ground.UNFINISHED:
        about = section("run_statuses").get(about, about)
    elif refusal.ground == Ground.OTHER_FILES:
        about = section("release_files").get(about, about)
    shown = ", ".join(refusal.cases[:_CASES_SHOWN])
    if len(refusal.cases) > _CASES_SHOWN:
        shown = text("releases.and_more", cases=shown, count=len(refusal.cases) - _CASES_SHOWN)
    return filled(
        section("release_grounds")[refusal.ground.value],
        about=about,
        cases=shown or "–",
        count=len(refusal.cases),
        lost=refusal.lost,
        won=refusal.won,
        paired=refusal.paired,
        share=level(refusal.share, Unit.SHARE),
    )


def _scorers(ruling: Ruling) -> None:
    names = section("scorers")
    rows = [
        {
            text("releases.scorer"): names.get(each.scorer, each.scorer),
            text("releases.passed"): f"{each.rate.passed:,} / {each.rate.scored:,}",
            text("releases.lost"): str(len(each.lost)),
            text("releases.won"): str(len(each.won)),
        }
        for each in ruling.scorers
        if each.rate.scored
    ]
    with st.expander(text("releases.details", cases=f"{ruling.cases:,}")):
        st.dataframe(rows, hide_index=True, width="stretch")


def _under_way(experiment_id: str) -> None:
    """Polled while it runs; then the page shows what it allows."""
    try:
        progress = session.workbench().experiments.progress(experiment_id)
    except NotFound:
        st.rerun()
    if not experiment_is_alive(progress.status):
        st.rerun()
    with st.container(border=True):
        share = progress.done / progress.total if progress.total else 0.0
        st.progress(share, text=text("releases.running", done=f"{progress.done:,}", total=f"{progress.total:,}"))
        st.caption(text("releases.running_help"))
        if progress.status is RunStatus.PAUSED:
            st.caption(text("releases.paused"))
        st.link_button(text("releases.open_experiment"), f"experimentos?experimento={experiment_id}")


def _gather(release: Release) -> None:
    plan = session.workbench().release_desk.plan(release.release_id)
    st.caption(plain(_price(plan)))
    guarded_button(
        text("releases.gather"),
        Role.EDITOR,
        icon="🧪",
        key="releases-gather",
        help=text("releases.gather_help"),
        on_click=_start,
        args=(release.release_id,),
    )


def _price(plan: EvidencePlan) -> str:
    if plan.played != "models":
        return section("release_plans")[plan.played]
    try:
        usd = session.workbench().experiments.estimate(plan.spec).usd
    except UserError:
        return section("release_plans")["models"]
    return text("releases.plan_usd", plan=section("release_plans")["models"], usd=dollars(usd))


def _override(release: Release, latest: Witness | None) -> None:
    # With a key it stays open when a refusal is shown above it.
    with st.expander(text("releases.override"), key="releases-exception"):
        st.caption(text("releases.override_help"))
        st.text_input(text("releases.override_reason"), key=_reason_key(release.release_id), max_chars=300)
        guarded_button(
            text("releases.override_do"),
            Role.PUBLISHER,
            icon="⚠️",
            key="releases-override-do",
            on_click=_do_override,
            args=(release.release_id, latest.experiment.experiment_id if latest else None),
        )


def _start(release_id: str) -> None:
    if session.may(Role.EDITOR):
        _guarded(lambda: session.workbench().release_desk.gather(release_id))


def _promote(release_id: str, experiment_id: str) -> None:
    """The rule is asked again: the page may be an hour old."""
    if not session.may(Role.PUBLISHER):
        return
    desk = session.workbench().release_desk
    if _guarded(lambda: desk.promote(release_id, experiment_id, who=session.who(), reason="")):
        session.notify(text("releases.promoted", release=plain(release_id)))


def _reason_key(release_id: str) -> str:
    return f"releases-override-{release_id}"


def _do_override(release_id: str, experiment_id: str | None) -> None:
    if not session.may(Role.PUBLISHER):
        return
    reason = session.typed(_reason_key(release_id))
    if len(reason.strip()) < SHORTEST_REASON:
        st.session_state[PROBLEM] = text("releases.override_needs_reason", letters=SHORTEST_REASON)
        return
    desk = session.workbench().release_desk
    if _guarded(lambda: desk.override(release_id, experiment_id, who=session.who(), reason=reason)):
        session.notify(text("releases.promoted", release=plain(release_id)))


def _guarded(act: Callable[[], object]) -> bool:
    """False, and the reason on the page, when it was refused."""
    try:
        act()
    except PromotionRefused as error:
        names = section("release_ground_names")
        grounds = ", ".join(names.get(ground, ground) for ground in error.grounds)
        st.session_state[PROBLEM] = text("releases.refused_now", grounds=grounds)
        return False
    except KavakBotError as error:
        st.session_state[PROBLEM] = say(error)
        return False
    return True
