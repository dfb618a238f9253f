"""What the Markdown report says beside the verdicts: other data, a judge that failed, how simulated customers ended,
and what everything was made with."""

from __future__ import annotations

from collections.abc import Iterator

from workbench.evaluation.findings.labels import label
from workbench.evaluation.findings.notes import baseline_note, data_note, faults_note, uncompared_note, unjudged_note
from workbench.evaluation.findings.records import Findings, Origin, VariantFindings
from workbench.evaluation.report.experiment.markdown_text import head, plain, row


def first_notes(findings: Findings) -> Iterator[str]:
    yield from (f"⚠️ {plain(data_note(one))}\n" for one in findings.data_differences)
    yield from (f"⚠️ {plain(baseline_note(one))}\n" for one in findings.by_baseline)
    yield from (f"⚠️ {plain(uncompared_note(one, findings))}\n" for one in findings.uncompared)


def judge_notes(findings: Findings) -> Iterator[str]:
    yield from (f"⚠️ {plain(unjudged_note(one))}\n" for one in findings.unjudged)
    for one in findings.judge_warnings:
        yield f"⚠️ {plain(one.variant)}, {len(one.keys)} conversaciones: {label('judge_warnings', one.kind)}\n"


def ends(findings: Findings) -> Iterator[str]:
    """A table of all variants; nothing when no customer was simulated."""
    found = findings.simulated
    if not found:
        return
    yield "## Cómo terminaron los clientes simulados\n"
    yield from head(["Final", *found])
    for ends_of_all in zip(*(one.ends for one in found.values()), strict=True):
        yield row([ends_of_all[0].label, *(str(len(end.keys)) for end in ends_of_all)])
    yield ""
    for name, one in found.items():
        yield plain(faults_note(name, one))
        yield from (f"- {kind.label}: {len(kind.keys)}" for kind in one.kinds)
        yield ""


def origin(findings: Findings) -> Iterator[str]:
    yield "## Con qué se hizo\n"
    for variant in findings.variants:
        yield from _variant(variant)
    for one in findings.origins:
        yield _made_with(one, alone=len(findings.origins) == 1)


def _variant(variant: VariantFindings) -> Iterator[str]:
    release = f": versión `{variant.spec.release_id}`" if variant.spec else ""
    yield f"- {plain(variant.name)}{release}"
    for use in variant.used:
        prompt = f"`{use.prompt}` ({use.prompt_hash[:12]})"
        yield f"  - {use.agent}: {prompt} en {plain(use.model)}, {use.calls} llamadas"


def _made_with(one: Origin, *, alone: bool) -> str:
    whose = "" if alone else f"{plain(', '.join(one.variants))}: "
    code = f"código `{one.provenance.git_commit}`; " if one.provenance.git_commit else ""
    hashes = ", ".join(f"{name} `{digest}`" for name, digest in one.provenance.hashes.items())
    return f"- {whose}{code}datos: {hashes}"
