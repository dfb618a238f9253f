"""The HTML report: one file with its style, its script and its conversations inside."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.evaluation.findings.judging import doubt_of
from workbench.evaluation.findings.labels import label
from workbench.evaluation.findings.notes import baseline_note, data_note, faults_note, uncompared_note, unjudged_note
from workbench.evaluation.findings.records import Findings, Key
from workbench.evaluation.findings.wording import example_of
from workbench.evaluation.report.experiment.behind import Behind
from workbench.evaluation.report.experiment.charts import confusion_table, forest, histograms, rate_rows
from workbench.evaluation.report.experiment.transcripts import all_keys, embedded
from workbench.evaluation.statistics.metrics import Unit
from workbench.evaluation.statistics.sentences import amount, bounds, forecast, level

if TYPE_CHECKING:
    from jinja2 import Template

_FOLDER = Path(__file__).parent
MAX_LINKED = 2_000
"""Conversations behind one number that the page can list."""


MAX_BYTES = 4_900_000
"""Of the page. Many variants leave less room for transcripts than usual."""


def page(findings: Findings) -> str:
    keys = all_keys(findings)
    whole = _page(findings, keys, embedded(findings, keys))
    if len(whole.encode()) <= MAX_BYTES:
        return whole
    bare = len(_page(findings, keys, embedded(findings, keys, most=0)).encode())
    return _page(findings, keys, embedded(findings, keys, most=max(MAX_BYTES - bare, 0)))


def _page(findings: Findings, keys: Sequence[Key], data: str) -> str:
    places = {key: place for place, key in enumerate(keys)}

    trials = _trials(keys)

    def linked(behind: Iterable[Key]) -> str:
        """Positions of the conversations, as the script reads them."""
        return _positions(places[key] for key in behind)

    def linked_cases(behind: Iterable[str]) -> str:
        """The same for case ids, with all their trials."""
        return _positions(places[key] for case_id in behind for key in trials[case_id])

    return _template().render(
        findings=findings,
        linked=linked,
        linked_cases=linked_cases,
        label=label,
        doubt_of=doubt_of,
        data_note=data_note,
        baseline_note=baseline_note,
        uncompared_note=uncompared_note,
        faults_note=faults_note,
        unjudged_note=unjudged_note,
        example_of=example_of,
        behind=Behind(findings),
        level=level,
        amount=amount,
        bounds=bounds,
        forecast=forecast,
        Unit=Unit,
        rate_rows=rate_rows(findings),
        forests=[forest(comparison) for comparison in findings.comparisons],
        histograms=histograms(findings),
        confusions=[confusion_table(variant.confusion) for variant in findings.variants],
        data=data,
        style=(_FOLDER / "experiment.css").read_text(encoding="utf-8"),
        script=(_FOLDER / "experiment.js").read_text(encoding="utf-8"),
    )


def _trials(keys: Sequence[Key]) -> dict[str, list[Key]]:
    found: dict[str, list[Key]] = {}
    for key in keys:
        found.setdefault(key.partition("#")[0], []).append(key)
    return found


def _positions(places: Iterable[int]) -> str:
    return ",".join(map(str, islice(dict.fromkeys(places), MAX_LINKED)))


@lru_cache(maxsize=1)
def _template() -> Template:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["sentence"] = lambda text: text[:1].upper() + text[1:]
    return environment.get_template("experiment.html.j2")
