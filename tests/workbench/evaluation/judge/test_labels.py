from __future__ import annotations

import subprocess
import sys

import pytest

from bot_core.errors import DatasetError, UserError
from bot_core.settings import PROJECT_ROOT
from tests.fakes.judging import label
from workbench.evaluation.judge.label import CONSTRUCTION
from workbench.evaluation.judge.labels import LabelBook, agreements
from workbench.evaluation.judge.rubric import Rubric
from workbench.records import Verdict

PASS, FAIL = Verdict.PASS, Verdict.FAIL


def test_what_a_person_says_is_kept_with_the_reply(tmp_path):
    book = LabelBook(tmp_path / "labels")
    assert book.people() == ()
    given = label("t-1", FAIL, annotator="Ana Pérez")
    book.add(given)
    book.add(label("t-2", PASS, annotator="Ana Pérez"))
    assert LabelBook(tmp_path / "labels").people()[0] == given
    [file] = (tmp_path / "labels").iterdir()
    assert file.name.startswith("ana-p") and file.suffix == ".jsonl"
    assert len(book.labels()) == len(book.constructed()) + 2


def test_a_later_label_replaces_the_same_persons_earlier_one(tmp_path):
    book = LabelBook(tmp_path)
    for verdict in (FAIL, PASS):
        book.add(label("t-1", verdict, annotator="ana"))
    book.add(label("t-1", FAIL, annotator="beto"))
    assert {found.annotator: found.verdict for found in book.people()} == {"ana": PASS, "beto": FAIL}


@pytest.mark.parametrize(("one", "two"), [("ana", "Ana"), ("../../etc/passwd", "etc/passwd"), ("李", "王")])
def test_two_names_never_share_a_file_and_none_leaves_the_folder(tmp_path, one, two):
    folder = tmp_path / "labels"
    book = LabelBook(folder)
    book.add(label("t-1", PASS, annotator=one))
    book.add(label("t-1", FAIL, annotator=two))
    assert len(list(folder.iterdir())) == 2 and len(list(tmp_path.iterdir())) == 1
    assert len(book.people()) == 2


def test_construction_is_no_person(tmp_path):
    with pytest.raises(UserError, match="no person"):
        LabelBook(tmp_path).add(label("t-1", PASS, annotator=CONSTRUCTION))


def test_a_broken_line_is_named(tmp_path):
    book = LabelBook(tmp_path)
    book.add(label("t-1", PASS, annotator="ana"))
    [file] = tmp_path.iterdir()
    with file.open("a", encoding="utf-8") as lines:
        lines.write("{}\n")
    with pytest.raises(DatasetError, match=r"ana-.*jsonl, line 2"):
        book.people()


ADD_FIFTY = """
import sys
from pathlib import Path
from tests.fakes.judging import label
from workbench.evaluation.judge.labels import LabelBook
from workbench.records import Verdict
book = LabelBook(Path(sys.argv[1]))
for number in range(50):
    book.add(label(f"t-{number}", Verdict.PASS, annotator="ana"))
"""


def test_two_processes_write_as_one_person(tmp_path):
    command = [sys.executable, "-c", ADD_FIFTY, str(tmp_path)]
    writers = [subprocess.Popen(command, cwd=PROJECT_ROOT, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    for writer in writers:
        _, problems = writer.communicate()
        assert writer.returncode == 0, problems
    [file] = tmp_path.iterdir()
    assert len(file.read_text(encoding="utf-8").splitlines()) == 100
    assert len(LabelBook(tmp_path).people()) == 50


def test_the_same_label_again_is_no_second_line(tmp_path):
    given = label("t-1", FAIL)
    for _ in range(2):
        LabelBook(tmp_path).add(given)
    [file] = tmp_path.iterdir()
    assert len(file.read_text(encoding="utf-8").splitlines()) == 1


def test_how_well_two_people_agree():
    ana = [label(f"t-{number}", PASS if number < 6 else FAIL, annotator="ana") for number in range(10)]
    beto = [label(f"t-{number}", PASS if number < 5 else FAIL, annotator="beto") for number in range(10)]
    alone = label("t-99", PASS, annotator="carla")
    found = agreements([*ana, *beto, alone], Rubric.TONE)
    assert list(found) == [("ana", "beto")]
    kappa = found["ana", "beto"]
    assert (kappa.n, kappa.agreed) == (10, 0.9) and kappa.value == pytest.approx(0.8)
    assert agreements([*ana, *beto], Rubric.HELPFULNESS) == {}
