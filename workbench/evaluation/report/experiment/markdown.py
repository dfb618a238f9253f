"""The report as Markdown, for a pull request or a mail: verdicts, rates, differences, flips with what differs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from workbench.evaluation.findings.labels import label
from workbench.evaluation.findings.records import (
    Comparison,
    Findings,
    Flip,
    FlipKind,
    Key,
    PreferenceShare,
    VariantFindings,
)
from workbench.evaluation.statistics.metrics import Unit
from workbench.evaluation.statistics.sentences import amount, bounds, level

_MOST_FLIPS = 12
_MOST_GROUPS = 10
_MOST_KEYS = 5
_FLIPS = {FlipKind.LOST: "se perdió", FlipKind.WON: "se ganó", FlipKind.INSIDE: "cambió por dentro"}


def summary(findings: Findings) -> str:
    return "\n".join(_lines(findings)) + "\n"


def _lines(findings: Findings) -> Iterator[str]:
    yield f"# {_text(findings.name)}\n"
    started = f" · {findings.started_at[:10]}" if findings.started_at else ""
    partial = "" if findings.status == "finished" else " · **resultados parciales**"
    yield f"Experimento `{findings.experiment_id or 'sin guardar'}` · conjunto «{findings.split}»{started}{partial}\n"
    for comparison in findings.comparisons:
        yield from _verdict(comparison)
    yield from _rates(findings)
    yield from _warnings(findings)
    for comparison in findings.comparisons:
        yield from _preferences(comparison)
        yield from _differences(comparison)
        yield from _flips(comparison)
    for variant in findings.variants:
        yield from _failures(variant)
    yield from _origin(findings)


def _verdict(comparison: Comparison) -> Iterator[str]:
    title = f"{_text(comparison.candidate)} frente a {_text(comparison.baseline)}"
    yield f"## {title}: {label('decisions', comparison.decision.value)}\n"
    yield _text(comparison.headline) + "\n"
    for sentence in comparison.proven:
        yield f"- {_text(sentence)}"
    if comparison.proven:
        yield ""


def _rates(findings: Findings) -> Iterator[str]:
    names = dict.fromkeys((rate.metric, rate.label) for variant in findings.variants for rate in variant.rates)
    yield "## Qué tan seguido sale bien\n"
    yield from _head(["Medida", *(variant.name for variant in findings.variants)])
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
        yield _row([title, *cells])
    yield ""


def _differences(comparison: Comparison) -> Iterator[str]:
    yield f"## Diferencias: {_text(comparison.candidate)} menos {_text(comparison.baseline)}\n"
    yield from _head(["Medida", "Diferencia (95 %)", "p corregida", "Veredicto", "Mejor en", "Peor en"])
    for row in comparison.metrics:
        if not (row.better or row.worse):
            continue
        said = f"{amount(row.difference, row.unit, signed=True)} ({bounds(row.low, row.high, row.unit)})"
        verdict = label("gaps", row.gap.value) if row.gap else label("decisions", row.decision.value)
        p_value = "< 0.001" if row.adjusted_p < 0.001 else f"{row.adjusted_p:.3f}"
        yield _row([row.label, said, p_value, verdict, str(len(row.better)), str(len(row.worse))])
    yield ""


def _preferences(comparison: Comparison) -> Iterator[str]:
    found = comparison.preferences
    if found is None:
        return
    yield f"## A quién prefiere el juez ({_text(found.judge)})\n"
    yield from _head(["Respuesta", "Conversaciones", "Parte (95 %)"])
    rows = (
        (f"prefiere {comparison.candidate}", found.candidate),
        ("empate", found.tie),
        (f"prefiere {comparison.baseline}", found.baseline),
        ("cambió con el orden (empate)", found.flips),
    )
    for title, share in rows:
        yield _row([title, str(len(share.keys)), _preferred(share)])
    decided = f"De las decididas gana {_text(comparison.candidate)}: {_preferred(found.decided)}"
    rest = f"sin evaluar {len(found.unscored)}, sin comparar {len(found.left_out)}, mismas palabras {len(found.same)}"
    yield f"\n{decided}; prueba de signos p = {found.p_value:.3f}; {rest}.\n"
    yield from (f"⚠️ {label('judge_warnings', kind)}\n" for kind in found.warnings)


def _preferred(share: PreferenceShare) -> str:
    if share.share is None or share.low is None or share.high is None:
        return "–"
    return f"{level(share.share, Unit.SHARE)} ({level(share.low, Unit.SHARE)} a {level(share.high, Unit.SHARE)})"


def _warnings(findings: Findings) -> Iterator[str]:
    for one in findings.judge_warnings:
        yield f"⚠️ {_text(one.variant)}, {len(one.keys)} conversaciones: {label('judge_warnings', one.kind)}\n"


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
        yield f"- turno {fact.turn}, {fact.label.lower()}: {_text(left)} → {_text(right)}"
    sides = ((comparison.baseline, flip.a), (comparison.candidate, flip.b)) if flip.kind is not FlipKind.INSIDE else ()
    for name, side in sides:
        yield f"\n**{_text(name)}**\n\n````text"
        for turn in side.turns:
            yield from (f"cliente: {_fenced(text)}" for text in turn.customer)
            yield f"bot: {_fenced(turn.bot)}"
        yield "````"
    yield "</details>\n"


def _failures(variant: VariantFindings) -> Iterator[str]:
    if not variant.failures:
        return
    yield f"## Por qué falla {_text(variant.name)}\n"
    yield from _head(["Veces", "Motivo", "Medida", "Conversaciones"])
    for group in variant.failures[:_MOST_GROUPS]:
        yield _row([str(group.count), group.reason, group.label, _keys(group.keys)])
    yield ""


def _origin(findings: Findings) -> Iterator[str]:
    yield "## Con qué se hizo\n"
    for variant in findings.variants:
        release = f": versión `{variant.spec.release_id}`" if variant.spec else ""
        yield f"- {_text(variant.name)}{release}"
        for use in variant.used:
            prompt = f"`{use.prompt}` ({use.prompt_hash[:12]})"
            yield f"  - {use.agent}: {prompt} en {_text(use.model)}, {use.calls} llamadas"
    if findings.provenance:
        hashes = ", ".join(f"{name} `{digest}`" for name, digest in findings.provenance.hashes.items())
        yield f"- código `{findings.provenance.git_commit}`; datos: {hashes}"


def _keys(keys: Sequence[Key]) -> str:
    shown = ", ".join(f"`{key}`" for key in keys[:_MOST_KEYS])
    return f"{shown} y {len(keys) - _MOST_KEYS} más" if len(keys) > _MOST_KEYS else shown


def _head(titles: Sequence[str]) -> Iterator[str]:
    yield _row(titles)
    yield "|" + "---|" * len(titles)


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(_text(cell).replace("|", "\\|") for cell in cells) + " |"


def _text(text: str) -> str:
    """Nothing that was said or named becomes markup."""
    return " ".join(text.split()).replace("<", "&lt;")


def _fenced(text: str) -> str:
    return text.replace("````", "'''").replace("\n", "\n  ")
