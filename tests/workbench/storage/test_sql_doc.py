"""docs/sql.md tells people what there is: it must be what there is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from bot_core.settings import PROJECT_ROOT
from tests.fakes.found import none_left_out, plans, preferred, stored
from workbench.evaluation.findings.filing import verdicts_of
from workbench.storage.database import in_memory
from workbench.storage.experiment_files import ExperimentFiles
from workbench.storage.preference_files import PairOutcome
from workbench.storage.rebuild import take_in

DOC = (PROJECT_ROOT / "docs" / "sql.md").read_text(encoding="utf-8")
QUESTIONS = re.findall(r"```sql\n(.*?)```", DOC, re.DOTALL)
EMPTY = (4, 9)
"""These found nothing in what was stored here."""
COLUMNS = """
    SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'main'
"""


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    files = ExperimentFiles(tmp_path_factory.mktemp("experiments"))
    folder = stored(files, "e1", plans(range(12), "5000", intents=[3]), plans([19], "6000", intents=[19]))
    preferred(folder, "e1-2", [PairOutcome.CANDIDATE, PairOutcome.TIE])
    database = in_memory()
    take_in(database, files, left_out=none_left_out, verdicts=verdicts_of)
    yield database
    database.close()


def documented() -> dict[str, set[str]]:
    """Columns by table and view, as the page lists them."""
    found: dict[str, set[str]] = {}
    for row in re.findall(r"^\| `(\w+)` \| [^|]+ \| (`.*) \|$", DOC, re.MULTILINE):
        found[row[0]] = set(re.findall(r"`(\w+)`", row[1]))
    for name, body in re.findall(r"^### (\w+)\n(.*?)(?=^##)", DOC, re.MULTILINE | re.DOTALL):
        cells = re.findall(r"^\| (`[^|]*) \|", body, re.MULTILINE)
        if cells:
            found[name] = {column for cell in cells for column in re.findall(r"`(\w+)`", cell)}
    found["taken"], found["migrations"] = {"run_id", "size", "modified_ns"}, {"name"}
    return found


def test_every_table_and_column_is_documented(database):
    real: dict[str, set[str]] = {}
    for table, column in database.query(COLUMNS).rows:
        real.setdefault(table, set()).add(column)
    assert documented() == real


def test_there_are_eleven_questions():
    assert len(QUESTIONS) == 11


@pytest.mark.parametrize("number", range(11))
def test_the_questions_are_answered(database, number):
    answer = database.query(QUESTIONS[number])
    assert answer.columns and (answer.rows or number in EMPTY)
