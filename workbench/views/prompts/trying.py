"""The open prompt on one message: as it would be sent, with real facts; and what a model answers."""

from __future__ import annotations

import streamlit as st

from bot_core.errors import KavakBotError
from bot_core.llm.gateway import OFFLINE_MODEL, ModelSettings
from bot_core.llm.price_list import own_price, price_of
from bot_core.messages import new_id
from bot_core.prompts.draft import DraftText, faults
from bot_core.releases.release import AgentName
from bot_core.sessions.history import estimated_tokens
from bot_core.trace import ModelCall
from workbench import session
from workbench.roles import Role
from workbench.runner.trials import Trial, expected_cost
from workbench.texts.problems import say
from workbench.texts.texts import section, text
from workbench.texts.times import seconds
from workbench.views.figures import dollars, plain
from workbench.views.pieces.choosing_model import choose_model
from workbench.views.pieces.permission import guarded_button
from workbench.views.prompts import place, splitting
from workbench.views.simulator.trace.panel import show_trace

POLL_SECONDS = 0.5
_PREVIEWS_KEPT = 32
_PREVIEW_SECONDS = 60
_MOST_MESSAGES = 6


def show(opened: place.Opened) -> None:
    if faults(opened.agent.value, opened.text):
        st.warning(text("prompts.preview_faulty"), icon="✏️")
        return
    messages = _messages(opened.agent)
    catalog = session.workbench().catalogs.get(session.choice().catalog_id)
    name = catalog.name if catalog.catalog_id else text("chat.catalog_sample")
    st.caption(plain(text("prompts.catalog", name=name, count=f"{len(catalog.cars.cars):,}")))
    try:
        trial = _preview(opened.agent.value, opened.text.model_dump_json(), messages, session.choice().catalog_id)
    except KavakBotError as error:
        st.error(say(error), icon="⚠️")
        return
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader(text("prompts.preview"), anchor=False)
        _sent(opened.agent, trial)
    with right:
        st.subheader(text("prompts.answer"), anchor=False)
        _model(opened, messages, trial)
    st.divider()
    splitting.show(opened)


def _messages(agent: AgentName) -> tuple[str, ...]:
    written = st.text_area(
        text("prompts.messages"),
        section("prompt_samples")[agent.value],
        key=f"prompts-messages-{agent.value}",
        help=text("prompts.messages_help"),
        max_chars=4_000,
        height="content",
    )
    rows = [row.strip() for row in (written or "").splitlines() if row.strip()]
    return tuple(rows[-_MOST_MESSAGES:]) or (section("prompt_samples")[agent.value],)


@st.cache_resource(max_entries=_PREVIEWS_KEPT, ttl=_PREVIEW_SECONDS, show_spinner=False)
def _preview(agent: str, words: str, messages: tuple[str, ...], catalog_id: str | None) -> Trial:
    desk = session.workbench().trials
    return desk.preview(AgentName(agent), DraftText.model_validate_json(words), messages, catalog_id)


def _sent(agent: AgentName, trial: Trial) -> None:
    """Every message as it is: shown as code, so that nothing in it is read as Markdown or HTML."""
    if not trial.calls:
        st.info(text("prompts.preview_other", agent=section("agents")[agent.value], reached=_reached(trial)))
        return
    roles = section("prompt_roles")
    for message in trial.calls[0].messages:
        role, tokens = roles[message["role"]], f"{estimated_tokens(message['content']):,}"
        st.caption(text("prompts.preview_role", role=role, tokens=tokens))
        st.code(message["content"], language=None, wrap_lines=True)


def _reached(trial: Trial) -> str:
    names = section("agents")
    agents = dict.fromkeys(call.agent for call in trial.result.trace.calls if call.purpose == "reply")
    return ", ".join(names.get(agent, agent) for agent in agents) or text("prompts.preview_nobody")


def _model(opened: place.Opened, messages: tuple[str, ...], preview: Trial) -> None:
    chosen = choose_model(
        text("prompts.model"), key=f"prompts-model-{opened.agent.value}", help=text("prompts.model_help")
    )
    if chosen.model == OFFLINE_MODEL:
        st.info(text("prompts.baseline_note"), icon="ℹ️")
    if preview.calls:
        st.caption(plain(_estimate(preview.calls, chosen)))
    # Not a callback: its arguments would be older than what was typed right before.
    if guarded_button(
        text("prompts.try_it"),
        Role.EDITOR,
        type="primary",
        icon="▶️",
        key="prompts-try",
        help=text("prompts.try_help"),
    ):
        _start(new_id(), opened, messages, chosen)
        st.rerun()
    if wanted := session.place(place.TRIAL):
        trying = session.workbench().trials.trying(wanted)
        busy = bool(trying and trying.busy)
        st.fragment(_answer, run_every=POLL_SECONDS if busy else None)(wanted, polling=busy)


def _estimate(calls: tuple[ModelCall, ...], settings: ModelSettings) -> str:
    model = settings.model
    cost = expected_cost(calls, own_price(settings) or price_of(model))
    tokens = {"input": f"{cost.input_tokens:,}", "output": f"{cost.output_tokens:,}"}
    if model == OFFLINE_MODEL:
        return text("prompts.estimate", **tokens)
    if cost.usd is None:
        return text("prompts.estimate_unknown", model=model, **tokens)
    return text("prompts.estimate_usd", usd=dollars(cost.usd), model=model, **tokens)


def _start(trial_id: str, opened: place.Opened, messages: tuple[str, ...], settings: ModelSettings) -> None:
    if not session.may(Role.EDITOR):
        return
    catalog = session.choice().catalog_id
    session.workbench().trials.start(trial_id, opened.agent, opened.text, settings, messages, catalog)
    session.go(place.TRIAL, trial_id)


def _answer(trial_id: str, *, polling: bool) -> None:
    trying = session.workbench().trials.trying(trial_id)
    if trying is None:
        st.caption(text("prompts.try_gone"))
        return
    if trying.busy:
        st.info(text("prompts.trying"), icon="⏳")
        return
    if polling:
        st.rerun()
    if trying.problem:
        st.error(text("prompts.try_failed", problem=say(trying.problem)), icon="⚠️")
    elif trying.trial:
        _answered(trying.trial)


def _answered(trial: Trial) -> None:
    st.code(trial.result.reply.text, language=None, wrap_lines=True)
    trace = trial.result.trace
    model = trial.calls[-1].model if trial.calls else OFFLINE_MODEL
    line = text(
        "prompts.answer_line",
        model=model,
        seconds=seconds(trace.total_seconds),
        input=f"{trace.usage.input_tokens:,}",
        output=f"{trace.usage.output_tokens:,}",
        cost=dollars(trace.cost_usd),
    )
    st.caption(plain(line))
    with st.expander(text("prompts.how")):
        show_trace(trace, session.choice().catalog_id)
