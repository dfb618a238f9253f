"""The report as Markdown, for a pull request or a mail: verdicts, rates, differences, flips with what differs."""

from __future__ import annotations

from collections.abc import Iterator

from workbench.evaluation.findings.conversations import customer_said
from workbench.evaluation.findings.labels import label
from workbench.evaluation.findings.records import (
    Comparison,
    Findings,
    Flip,
    FlipKind,
    PreferenceShare,
    VariantFindings,
)
from workbench.evaluation.report.experiment.markdown_notes import ends, first_notes, judge_notes, origin
from workbench.evaluation.report.experiment.markdown_text import fenced, head, keys_text, plain, row
from workbench.evaluation.statistics.metrics import Unit
from workbench.evaluation.statistics.sentences import amount, bounds, level

_MOST_FLIPS = 12
_MOST_GROUPS = 10
_FLIPS = {FlipKind.LOST: "se perdió", FlipKind.WON: "se ganó", FlipKind.INSIDE: "cambió por dentro"}


def summary(findings: Findings) -> str:
    return "\n".join(_lines(findings)) + "\n"


def _lines(findings: Findings) -> Iterator[str]:
    yield f"# {plain(findings.name)}\n"
    started = f" · {findings.started_at[:10]}" if findings.started_at else ""
    partial = "" if findings.status == "finished" else " · **resultados parciales**"
    yield f"Experimento `{findings.experiment_id or 'sin guardar'}` · conjunto «{findings.split}»{started}{partial}\n"
    yield from first_notes(findings)
    for comparison in findings.comparisons:
        yield from _verdict(comparison)
    yield from _rates(findings)
    yield from judge_notes(findings)
    yield from ends(findings)
    for comparison in findings.comparisons:
        yield from _preferences(comparison)
        yield from _differences(comparison)
        yield from _flips(comparison)
    for variant in findings.variants:
        yield from _failures(variant)
    yield from origin(findings)


def _verdict(comparison: Comparison) -> Iterator[str]:
    title = f"{plain(comparison.candidate)} frente a {plain(comparison.baseline)}"
    yield f"## {title}: {label('decisions', comparison.decision.value)}\n"
    yield plain(comparison.headline) + "\n"
    for sentence in comparison.proven:
        yield f"- {plain(sentence)}"
    if comparison.proven:
        yield ""


def _rates(findings: Findings) -> Iterator[str]:
    names = dict.fromkeys((rate.metric, rate.label) for variant in findings.variants for rate in variant.rates)
    yield "## Qué tan seguido sale bien\n"
    yield from head(["Medida", *(variant.name for variant in findings.variants)])
    for metric, title in names:
        cells = []
        for variant in findings.variants:
            rate = variant.rate(metric)
            if rate is None or rate.share is None or rate.low is None or rate.high is None:
                cells.append("–")
                continue
            scored = len(rate.passed) + len(rate.failed)
            interval = f"{level(rate.low, Unit.SHARE)} a {level(rate.high, Unit.SHARE)}"
            cells.append(f"{level(rate.share, Unit.SHARE)} ({len(rate.passed)}/{scored}; {interval})")
        yield row([title, *cells])
    yield ""


def _differences(comparison: Comparison) -> Iterator[str]:
    yield f"## Diferencias: {plain(comparison.candidate)} menos {plain(comparison.baseline)}\n"
    yield from head(["Medida", "Diferencia (95 %)", "p corregida", "Veredicto", "Mejor en", "Peor en"])
    for one in comparison.metrics:
        if not (one.better or one.worse):
            continue
        said = f"{amount(one.difference, one.unit, signed=True)} ({bounds(one.low, one.high, one.unit)})"
        verdict = label("gaps", one.gap.value) if one.gap else label("decisions", one.decision.value)
        p_value = "< 0.001" if one.adjusted_p < 0.001 else f"{one.adjusted_p:.3f}"
        yield row([one.label, said, p_value, verdict, str(len(one.better)), str(len(one.worse))])
    yield ""


def _preferences(comparison: Comparison) -> Iterator[str]:
    found = comparison.preferences
    if found is None:
        return
    yield f"## A quién prefiere el juez ({plain(found.judge)})\n"
    yield from head(["Respuesta", "Conversaciones", "Parte (95 %)"])
    rows = (
        (f"prefiere {comparison.candidate}", found.candidate),
        ("empate", found.tie),
        (f"prefiere {comparison.baseline}", found.baseline),
        ("cambió con el orden (empate)", found.flips),
    )
    for title, share in rows:
        yield row([title, str(len(share.keys)), _preferred(share)])
    decided = f"De las decididas gana {plain(comparison.candidate)}: {_preferred(found.decided)}"
    rest = f"sin evaluar {len(found.unscored)}, sin comparar {len(found.left_out)}, mismas palabras {len(found.same)}"
    yield f"\n{decided}; prueba de signos p = {found.p_value:.3f}; {rest}.\n"
    yield from (f"⚠️ {label('judge_warnings', kind)}\n" for kind in found.warnings)


def _preferred(share: PreferenceShare) -> str:
    if share.share is None or share.low is None or share.high is None:
        return "–"
    return f"{level(share.share, Unit.SHARE)} ({level(share.low, Unit.SHARE)} a {level(share.high, Unit.SHARE)})"


def _flips(comparison: Comparison) -> Iterator[str]:
    if not comparison.flips:
        return
    yield f"## Conversaciones que cambiaron: {len(comparison.flips)}\n"
    for flip in comparison.flips[:_MOST_FLIPS]:
        yield from _flip(flip, comparison)
    if len(comparison.flips) > _MOST_FLIPS:
        yield f"… y {len(comparison.flips) - _MOST_FLIPS} más, en report.html.\n"


def _flip(flip: Flip, comparison: Comparison) -> Iterator[str]:
    scorers = ", ".join([*(f"−{name}" for name in flip.lost_scorers), *(f"+{name}" for name in flip.won_scorers)])
    yield f"<details><summary><code>{flip.key}</code> {_FLIPS[flip.kind]} ({scorers})</summary>\n"
    for fact in flip.facts:
        left, right = (" · ".join(values) or "—" for values in (fact.only_a, fact.only_b))
        yield f"- turno {fact.turn}, {fact.label.lower()}: {plain(left)} → {plain(right)}"
    sides = ((comparison.baseline, flip.a), (comparison.candidate, flip.b)) if flip.kind is not FlipKind.INSIDE else ()
    for name, side in sides:
        yield f"\n**{plain(name)}**\n\n````text"
        for turn in side.turns:
            yield from (f"cliente: {fenced(customer_said(text))}" for text in turn.customer)
            yield f"bot: {fenced(turn.bot)}"
        yield "````"
    yield "</details>\n"


def _failures(variant: VariantFindings) -> Iterator[str]:
    if not variant.failures and variant.is_scored:
        return
    yield f"## Por qué falla {plain(variant.name)}\n"
    if not variant.failures:
        yield label("notes", "nothing_scored") + "\n"
        return
    yield from head(["Veces", "Motivo", "Medida", "Conversaciones"])
    for group in variant.failures[:_MOST_GROUPS]:
        yield row([str(group.count), group.reason, group.label, keys_text(group.keys)])
    yield ""
