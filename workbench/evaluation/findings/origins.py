"""Were the runs made with the same data? Runs of two experiments need not have been."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from workbench.evaluation.findings.labels import label
from workbench.evaluation.findings.origin_records import DataDifference, DataUsed, Origin
from workbench.records import RunRecord

DATA = ("dataset", "catalog", "knowledge")
"""As a run's provenance names them."""


def origins(runs: Mapping[str, RunRecord]) -> tuple[Origin, ...]:
    """`runs` by variant. Variants with the same provenance share one; a run that has none is left out."""
    found: list[Origin] = []
    for variant, run in runs.items():
        if run.provenance is None:
            continue
        same = next((one for one in found if one.provenance == run.provenance), None)
        if same is None:
            found.append(Origin((variant,), run.provenance))
        else:
            found[found.index(same)] = Origin((*same.variants, variant), run.provenance)
    return tuple(found)


def data_differences(runs: Mapping[str, RunRecord]) -> tuple[DataDifference, ...]:
    return tuple(_differences(runs))


def _differences(runs: Mapping[str, RunRecord]) -> Iterator[DataDifference]:
    for data in DATA:
        used = tuple(_used(data, variant, run) for variant, run in runs.items())
        if _differ(used):
            yield DataDifference(data, label("data", data), used)


def _used(data: str, variant: str, run: RunRecord) -> DataUsed:
    hashes = run.provenance.hashes if run.provenance else {}
    recorded = {"dataset": run.dataset_digest} | hashes
    names = {"dataset": run.split, "catalog": run.catalog}
    return DataUsed(variant, names.get(data, ""), recorded.get(data, ""))


def _differ(used: tuple[DataUsed, ...]) -> bool:
    """By what was in it; by the name where that is not known of all."""
    if all(one.digest for one in used):
        return len({one.digest for one in used}) > 1
    return len({one.name for one in used}) > 1
