"""Records as rows of the tables experiments, runs and variants."""

from __future__ import annotations

import json
from typing import Any

from bot_core.releases.release import AgentName
from workbench.records import ExperimentRecord, ExperimentSpec, RunRecord, VariantSpec

_PARAMETERS = ("model", "temperature", "max_tokens", "seed", "timeout_seconds")


def experiment_row(record: ExperimentRecord, spec: ExperimentSpec | None) -> dict[str, Any]:
    budget = spec.budget_usd if spec else None
    return {
        "experiment_id": record.experiment_id,
        "name": record.name,
        "split": record.split,
        "status": record.status.value,
        "started_at": record.started_at,
        "finished_at": record.finished_at,
        "replay": spec.replay if spec else None,
        "budget_usd": None if budget is None else float(budget),
        "record": record.model_dump_json(),
    }


def run_row(run: RunRecord) -> dict[str, Any]:
    hashes = run.provenance.hashes if run.provenance else {}
    return {
        "run_id": run.run_id,
        "experiment_id": run.experiment_id,
        "position": run.position,
        "variant": run.variant.name,
        "release_id": run.variant.release_id,
        "split": run.split,
        "dataset_digest": run.dataset_digest,
        "catalog": run.catalog,
        "cases": run.cases,
        "trials": run.trials,
        "status": run.status.value,
        "started_at": run.started_at,
        "finished_at": run.finished_at,
        "git_commit": run.provenance.git_commit if run.provenance else None,
        "catalog_hash": hashes.get("catalog"),
        "knowledge_hash": hashes.get("knowledge"),
        "attempts": 1 + len(run.earlier),
    }


def variant_row(run: RunRecord) -> dict[str, Any]:
    return {
        "run_id": run.run_id,
        "experiment_id": run.experiment_id,
        "letter": chr(ord("A") + run.position - 1),
        "name": run.variant.name,
        "release_id": run.variant.release_id,
        "model": run.variant.model.model if run.variant.model else None,
        "guardrails": run.variant.guardrails,
        "prompts": {agent.value: prompt for agent, prompt in run.variant.prompts.items()},
        "models": _models(run.variant),
    }


def _models(variant: VariantSpec) -> dict[str, dict[str, Any]]:
    """By agent, where they are not the release's: one model for all, and those of single agents in its place."""
    everywhere = dict.fromkeys(AgentName, variant.model) if variant.model else {}
    return {
        agent.value: {name: getattr(settings, name) for name in _PARAMETERS} | {"params": json.dumps(settings.params)}
        for agent, settings in (everywhere | variant.models).items()
        if settings
    }
