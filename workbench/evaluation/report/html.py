"""One self-contained HTML page: every failing case with its transcript, folded."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.evaluation.findings.conversations import customer_text
from workbench.evaluation.gate.baseline import failing
from workbench.evaluation.gate.judgement import Judgement
from workbench.evaluation.report.junit import is_known
from workbench.evaluation.report.transcripts import reasons
from workbench.records import Verdict

if TYPE_CHECKING:
    from jinja2 import Template


def write_html(judgement: Judgement, path: Path) -> None:
    page = _template().render(
        judgement=judgement,
        wrong=(Verdict.FAIL, Verdict.ERROR),
        failing=failing,
        reasons=reasons,
        customer_text=customer_text,
        is_known=is_known,
    )
    path.write_text(page, encoding="utf-8")


@lru_cache(maxsize=1)
def _template() -> Template:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html.j2")
