"""How a reply was made: what was understood, looked up, asked of a model, found by the guardrails; and its price."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from bot_core.intents import IntentDetail
from bot_core.llm.gateway import OFFLINE_MODEL
from bot_core.trace import GuardrailOutcome, ModelCall, TurnTrace
from workbench.texts.texts import section, text
from workbench.views.figures import dollars, pesos, plain, seconds

_NOT_SLOTS = frozenset({"intent", "confidence"})
_AMOUNTS = frozenset({"price_min", "price_max", "down_payment", "monthly_budget"})


def show_trace(trace: TurnTrace) -> None:
    _figures(trace)
    if trace.used_fallback:
        st.warning(text("trace.fallback"), icon="⚠️")
    intents, facts, calls, guardrails = st.tabs(
        [text("trace.intents"), text("trace.facts"), text("trace.prompts"), text("trace.guardrails")]
    )
    with intents:
        _intents(trace)
    with facts:
        _facts(trace.facts)
    with calls:
        _calls(trace.calls)
    with guardrails:
        _guardrails(trace.guardrails)
    st.caption(text("trace.release", release=plain(trace.release_id), tracking=plain(trace.tracking_id[:8])))


def _figures(trace: TurnTrace) -> None:
    with st.container(horizontal=True, gap="small", key="trace-figures"):
        st.metric(text("trace.time"), seconds(trace.total_seconds), help=text("trace.time_help"), border=True)
        st.metric(
            text("trace.model_time"), seconds(trace.model_seconds), help=text("trace.model_time_help"), border=True
        )
        tokens = f"{trace.usage.input_tokens:,} + {trace.usage.output_tokens:,}"
        st.metric(text("trace.tokens"), tokens, help=text("trace.tokens_help"), border=True)
        st.metric(text("trace.cost"), dollars(trace.cost_usd), help=text("trace.cost_help"), border=True)


def _intents(trace: TurnTrace) -> None:
    if trace.intention is None:
        st.info(text("trace.no_intents"))
        return
    for detail in trace.intention.intents:
        _intent(detail)
    if trace.intention.clarification:
        st.info(text("trace.clarification") + plain(trace.intention.clarification))


def _intent(detail: IntentDetail) -> None:
    certainty = text("trace.confidence", percent=round(detail.confidence * 100))
    st.markdown(f"**{section('intents')[detail.intent.value]}** · {certainty}")
    slots = detail.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
    shown = {name: value for name, value in slots.items() if name not in _NOT_SLOTS}
    if shown:
        rows = [
            {text("trace.slot"): section("slots").get(name, name), text("trace.value"): _spoken(name, value)}
            for name, value in shown.items()
        ]
        st.dataframe(rows, hide_index=True, width="stretch")
    else:
        st.caption(text("trace.no_slots"))


def _spoken(name: str, value: object) -> str:
    match value:
        case bool():
            return section("values")["yes"] if value else section("values")["no"]
        case {"kind": kind, **rest}:
            position = f" {rest['position']}" if rest.get("position") else ""
            return section("values").get(str(kind), str(kind)) + position
        case list():
            return ", ".join(section("values").get(str(item), str(item)) for item in value)
        case _ if name in _AMOUNTS:
            return pesos(value)
        case _:
            return section("values").get(str(value), str(value))


def _facts(facts: Sequence[Mapping[str, Any]]) -> None:
    if not facts:
        st.info(text("trace.no_facts"))
        return
    for fact in facts:
        st.markdown(f"**{section('facts').get(fact['kind'], plain(str(fact['kind'])))}**")
        cars = list(fact.get("cars") or ([fact["car"]] if fact.get("car") else []))
        if fact.get("quotes"):
            _quotes(fact["quotes"], cars)
        elif cars:
            _cars(cars)
    with st.expander(text("trace.everything")):
        st.json(list(facts), expanded=2)


def _cars(cars: Sequence[Mapping[str, Any]]) -> None:
    rows = [
        {
            text("trace.car_id"): car["stock_id"],
            text("trace.car"): f"{car['make']} {car['model']} {car['version']}".strip(),
            text("trace.year"): str(car["year"]),
            text("trace.price"): pesos(car["price"]),
            text("trace.km"): f"{car['km']:,} km",
        }
        for car in cars
    ]
    st.dataframe(rows, hide_index=True, width="stretch")


def _quotes(quotes: Sequence[Mapping[str, Any]], cars: Sequence[Mapping[str, Any]]) -> None:
    """A column for each car; a quote without a car is for a price that the customer named."""
    names = [str(car["label"]) for car in cars] or [text("trace.any_car")]
    twins = len(set(names)) < len(names)
    labels = [f"{car['label']} · {car['stock_id']}" for car in cars] if twins else names
    table: dict[str, dict[str, str]] = {}
    for label, quote in zip(labels, quotes, strict=False):
        table.setdefault(text("trace.price"), {})[label] = pesos(quote["price"])
        table.setdefault(text("trace.down_payment"), {})[label] = pesos(quote["down_payment"])
        table.setdefault(text("trace.loan"), {})[label] = pesos(quote["loan"])
        for plan in quote["plans"]:
            table.setdefault(text("trace.months", count=plan["term_months"]), {})[label] = pesos(plan["monthly"])
    rows = [{text("trace.monthly"): name, **amounts} for name, amounts in table.items()]
    st.dataframe(rows, hide_index=True, width="stretch")


def _calls(calls: Sequence[ModelCall]) -> None:
    if not calls:
        st.info(text("trace.no_calls"))
    for call in calls:
        _call(call)


def _call(call: ModelCall) -> None:
    agent, purpose = section("agents").get(call.agent, call.agent), section("purposes").get(call.purpose, call.purpose)
    result = text(
        "trace.call_result",
        model=call.model,
        seconds=seconds(call.seconds),
        input=f"{call.usage.input_tokens:,}",
        output=f"{call.usage.output_tokens:,}",
        cost=dollars(call.cost_usd),
    )
    with st.expander(plain(text("trace.call", agent=agent, purpose=purpose, prompt=call.prompt_id))):
        fallback = f" · {text('trace.call_fallback')}" if call.fallback else ""
        st.caption(plain(result + fallback))
        failures = [attempt for attempt in call.attempts if attempt.error]
        if failures:
            st.caption(text("trace.attempts"))
            for attempt in failures:
                said = text("trace.attempt", model=attempt.model, error=attempt.detail or attempt.error)
                st.code(said, language=None, wrap_lines=True)
        _traffic(call)


def _traffic(call: ModelCall) -> None:
    if call.messages:
        st.markdown(f"**{text('trace.sent')}**")
        if call.model == OFFLINE_MODEL:
            st.caption(text("trace.sent_offline"))
    else:
        st.caption(text("trace.no_messages"))
    for message in call.messages:
        st.caption(plain(message["role"]))
        st.code(message["content"], language=None, wrap_lines=True)
    if call.answer:
        st.markdown(f"**{text('trace.answer')}**")
        st.code(call.answer, language=None, wrap_lines=True)


def _guardrails(outcomes: Sequence[GuardrailOutcome]) -> None:
    if not outcomes:
        st.info(text("trace.no_guardrails"))
    for outcome in outcomes:
        agent = section("agents").get(outcome.agent, outcome.agent)
        st.markdown(f"**{plain(agent)}** · {section('actions').get(outcome.action, plain(outcome.action))}")
        if not outcome.findings:
            st.caption(f"✓ {text('trace.ok')}")
            continue
        rows = [
            {
                text("trace.rule"): finding.rule,
                text("trace.excerpt"): finding.excerpt,
                text("trace.finding"): finding.message,
            }
            for finding in outcome.findings
        ]
        st.dataframe(rows, hide_index=True, width="stretch")
        st.caption(text("trace.draft"))
        st.code(outcome.draft, language=None, wrap_lines=True)
