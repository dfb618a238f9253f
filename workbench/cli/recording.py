"""`record`: real model traffic into cassettes."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import typer

from bot_core.llm.local_model.files import QWEN_CODER
from bot_core.releases.files import FileReleaseSource
from bot_core.settings import Settings, load_settings
from workbench.cli.asking import run_and_close
from workbench.cli.exit_codes import ExitCode
from workbench.evaluation.batch import run_batch
from workbench.evaluation.cassettes import CASSETTES, ReplaySession, recorded_subject, replayed_subject
from workbench.evaluation.dataset.case import Case
from workbench.evaluation.dataset.loading import load_dataset
from workbench.evaluation.gate.suites import RECORDED
from workbench.records import CaseResult, VariantSpec

_LOOPBACK = ("http://127.0.0.1", "http://localhost")


@dataclass(frozen=True, slots=True)
class RecordOptions:
    variants: tuple[str, ...]
    split: str
    only: str | None
    stale: bool
    concurrency: int
    dataset: Path | None = None


def run_record(options: RecordOptions) -> int:
    """Returns 3 when a case could not be recorded, else 0."""
    settings = load_settings()
    dataset = load_dataset(options.dataset)
    cases = dataset.split(options.split)
    if options.only:
        chosen = {case.id for case in dataset.starting_with(options.only).cases}
        cases = tuple(case for case in cases if case.id in chosen)
    names = options.variants or tuple(suite.variant.name for suite in RECORDED)
    failed = 0
    for name in names:
        variant = VariantSpec(name=name, release_id=name)
        due = asyncio.run(_stale(variant, cases, settings)) if options.stale else cases
        typer.echo(f"{name}: {len(due)} of {len(cases)} cases to record")
        results = run_and_close(_record(variant, due, settings, options.concurrency))
        failed += sum(result.error is not None for result in results)
    return ExitCode.INFRASTRUCTURE if failed else ExitCode.DONE


async def _record(
    variant: VariantSpec, cases: Sequence[Case], settings: Settings, concurrency: int
) -> tuple[CaseResult, ...]:
    subject = recorded_subject(variant, settings, CASSETTES, model_sha256=_weights(variant.release_id))
    return await run_batch(cases, subject, concurrency=concurrency, on_result=_show)


async def _stale(variant: VariantSpec, cases: Sequence[Case], settings: Settings) -> tuple[Case, ...]:
    """Cases that cannot be replayed, or leave recorded exchanges unplayed."""
    session = ReplaySession(CASSETTES, variant.name)
    results = await run_batch(cases, replayed_subject(variant, settings, session), concurrency=16)
    broken = {result.case_id for result in results if result.error}
    return tuple(case for case in cases if case.id in broken or session.half_played([case.id]))


def _weights(release_id: str) -> str | None:
    """The hash of the local model's file, for releases that call it on this machine."""
    agents = FileReleaseSource().get(release_id).agents.values()
    is_local = any((agent.settings.api_base or "").startswith(_LOOPBACK) for agent in agents)
    return QWEN_CODER.sha256 if is_local else None


def _show(result: CaseResult, *, done: int, total: int) -> None:
    verdict = f"{result.error.kind}: {result.error.message}" if result.error else result.verdict.value
    typer.echo(f"[{done}/{total}] {result.case_id} {result.seconds:.1f} s: {verdict}")
