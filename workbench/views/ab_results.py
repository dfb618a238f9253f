"""What a comparison showed: rates with intervals, the cases that changed, both transcripts side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

import streamlit as st

from bot_core.llm.gateway import OFFLINE_MODEL
from workbench import session
from workbench.components.phone.phone import Bubble, phone
from workbench.evaluation.compare import Comparison, Rate
from workbench.records import CaseResult, ExperimentRecord, RunRecord, RunStatus, Verdict
from workbench.texts.texts import section, text
from workbench.views.ab_chart import interval, rates_chart
from workbench.views.figures import day_and_time, dollars, plain, seconds

_CHANGED, _FAILED, _ALL = "changed", "failed", "all"
_BROKEN_OFF = (RunStatus.FAILED, RunStatus.INTERRUPTED, RunStatus.PAUSED, RunStatus.OVER_BUDGET)
_MARKS = {Verdict.PASS: "✓", Verdict.FAIL: "✗", Verdict.ERROR: "!", Verdict.UNSCORED: "·"}


def show_results(record: ExperimentRecord) -> None:
    st.header(plain(record.name), anchor=False)
    _about(record)
    runs = record.runs[:2]
    results = [session.run_results(run.run_id) for run in runs]
    if len(runs) < 2 or not all(results):
        st.info(text("ab.incomplete"))
        return
    comparison = session.comparison(runs[0].run_id, runs[1].run_id)
    _cards(runs, comparison)
    rates, cases, price = st.tabs([text("ab.tab_rates"), text("ab.tab_cases"), text("ab.tab_price")])
    with rates:
        _rates(comparison)
    with cases:
        _cases(results, comparison)
    with price:
        _price(runs, results)


def _about(record: ExperimentRecord) -> None:
    if record.runs:
        first = record.runs[0]
        st.caption(
            plain(
                text(
                    "ab.about",
                    split=section("splits").get(record.split, record.split),
                    cases=first.cases,
                    trials=first.trials,
                    catalog=first.catalog,
                    at=day_and_time(record.started_at),
                )
            )
        )
    if record.status in _BROKEN_OFF:
        st.warning(text("ab.interrupted"), icon="⚠️")
    elif record.status is RunStatus.CANCELLED:
        st.warning(text("ab.cancelled"), icon="⚠️")


def _cards(runs: Sequence[RunRecord], comparison: Comparison) -> None:
    whole = comparison.scorers[0]
    for column, run, rate in zip(st.columns(2, gap="medium"), runs, (whole.a, whole.b), strict=True):
        with column, st.container(border=True):
            st.markdown(f"**{text('ab.variant', name=run.variant.name)}** · {plain(_variant(run))}")
            st.markdown(plain(f"{section('scorers')[whole.scorer]}: {interval(rate)}"))


def _variant(run: RunRecord) -> str:
    spec = run.variant
    model = spec.model.model if spec.model else None
    return " · ".join([spec.release_id, *([model] if model else []), *spec.prompts.values()])


def _rates(comparison: Comparison) -> None:
    st.caption(text("ab.no_verdict"))
    st.plotly_chart(rates_chart(comparison.scorers), width="stretch", config={"displayModeBar": False}, key="ab-chart")
    names = section("scorers")
    rows = [
        {
            text("ab.scorer"): names.get(scorer.scorer, scorer.scorer),
            "A": interval(scorer.a),
            "B": interval(scorer.b),
            text("ab.apart"): _apart(scorer.a, scorer.b),
        }
        for scorer in comparison.scorers
    ]
    st.dataframe(rows, hide_index=True, width="stretch")


def _apart(a: Rate, b: Rate) -> str:
    """What is not part of a rate: nothing to score, or the check itself broke."""
    parts = [
        text("ab.unscored", a=a.unscored, b=b.unscored) if a.unscored or b.unscored else "",
        text("ab.errors", a=a.errors, b=b.errors) if a.errors or b.errors else "",
    ]
    return " · ".join(part for part in parts if part)


def _cases(results: Sequence[Sequence[CaseResult]], comparison: Comparison) -> None:
    pairs = _pairs(*results)
    changed = {(flip.case_id, flip.trial) for flip in comparison.flips}
    choices = {
        _CHANGED: [key for key in pairs if key in changed],
        _FAILED: [key for key, pair in pairs.items() if all(one.verdict is Verdict.FAIL for one in pair)],
        _ALL: list(pairs),
    }
    names = section("case_filters")
    chosen = st.segmented_control(
        text("ab.show"),
        list(choices),
        format_func=lambda name: f"{names[name]} · {len(choices[name])}",
        default=_CHANGED if choices[_CHANGED] else _ALL,
        key="ab-filter",
        label_visibility="collapsed",
    )
    keys = choices[chosen or _ALL]
    if not keys:
        st.info(text("ab.no_cases"))
        return
    key = st.selectbox(text("ab.case"), keys, format_func=lambda key: _case_label(pairs[key]), key=f"ab-case-{chosen}")
    _side_by_side(pairs[key])


def _pairs(a: Sequence[CaseResult], b: Sequence[CaseResult]) -> dict[tuple[str, int], tuple[CaseResult, CaseResult]]:
    second = {(result.case_id, result.trial): result for result in b}
    return {
        (one.case_id, one.trial): (one, second[one.case_id, one.trial])
        for one in a
        if (one.case_id, one.trial) in second
    }


def _case_label(pair: tuple[CaseResult, CaseResult]) -> str:
    a, b = pair
    trial = f" #{a.trial}" if a.trial > 1 else ""
    return f"A {_MARKS[a.verdict]}  B {_MARKS[b.verdict]}   {a.case_id}{trial}"


def _side_by_side(pair: tuple[CaseResult, CaseResult]) -> None:
    st.caption(plain(pair[0].why))
    for column, name, result in zip(st.columns(2, gap="medium"), "AB", pair, strict=True):
        with column:
            st.markdown(f"**{text('ab.variant', name=name)}** · {section('verdicts')[result.verdict.value]}")
            phone(
                f"{result.case_id}-{result.trial}-{name}",
                tuple(_bubbles(result)),
                key=f"ab-phone-{name}",
            )
            _findings(result)


def _findings(result: CaseResult) -> None:
    names = section("scorers")
    for score in result.scores:
        if score.verdict in (Verdict.FAIL, Verdict.ERROR):
            st.markdown(f"{_MARKS[score.verdict]} **{names.get(score.scorer, plain(score.scorer))}**")
            st.code("\n".join(score.reasons), language=None, wrap_lines=True)
    if result.error:
        st.code(f"{result.error.kind}: {result.error.message}", language=None, wrap_lines=True)


def _bubbles(result: CaseResult) -> Iterator[Bubble]:
    for turn in result.turns:
        for message in turn.messages:
            yield Bubble(id=message.message_id, side="out", text=message.text, at=message.sent_at)
        yield Bubble(
            id=f"{turn.trace.tracking_id}-reply",
            side="in",
            text=turn.reply.text,
            at=turn.trace.started_at,
            buttons=turn.reply.quick_replies,
        )


def _price(runs: Sequence[RunRecord], results: Sequence[Sequence[CaseResult]]) -> None:
    st.caption(text("ab.price_note"))
    rows = [_totals(name, run, played) for name, run, played in zip("AB", runs, results, strict=True)]
    st.dataframe(rows, hide_index=True, width="stretch")
    if all(_is_offline(played) for played in results):
        st.info(text("ab.offline_note"))


def _totals(name: str, run: RunRecord, results: Sequence[CaseResult]) -> dict[str, str]:
    traces = [turn.trace for result in results for turn in result.turns]
    tokens = sum(trace.usage.input_tokens + trace.usage.output_tokens for trace in traces)
    duration = (run.finished_at - run.started_at).total_seconds() if run.finished_at else None
    return {
        text("ab.variant_column"): name,
        text("ab.conversations"): f"{len(results):,}",
        text("ab.turns"): f"{len(traces):,}",
        text("ab.calls"): f"{sum(len(trace.calls) for trace in traces):,}",
        text("ab.fallbacks"): f"{sum(trace.used_fallback for trace in traces):,}",
        text("trace.tokens"): f"{tokens:,}",
        text("trace.cost"): dollars(sum((trace.cost_usd for trace in traces), Decimal(0))),
        text("ab.duration"): seconds(duration) if duration is not None else "–",
    }


def _is_offline(results: Sequence[CaseResult]) -> bool:
    calls = (call for result in results for turn in result.turns for call in turn.trace.calls)
    return all(call.model == OFFLINE_MODEL for call in calls)
