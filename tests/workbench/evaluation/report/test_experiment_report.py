from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from string import ascii_uppercase

import pytest

from bot_core.errors import StoreError, UserError
from tests.fakes.found import Make, P, plans
from tests.fakes.results import experiment, run
from workbench.evaluation.findings import findings
from workbench.evaluation.report.experiment import write_report
from workbench.evaluation.report.experiment.charts import confusion_table, forest, histograms, rate_rows
from workbench.evaluation.report.experiment.page import page
from workbench.evaluation.report.experiment.transcripts import all_keys, embedded
from workbench.records import MOST_VARIANTS, CaseResult

EVIL = "</script><script>alert(1)</script><img src=x onerror=alert(2)>"


@pytest.fixture
def found():
    record = experiment(run("e1-1"), run("e1-2", position=2))
    results = plans(range(12), "5000"), plans(range(2), "6000", intents=[19])
    return findings(results, ["Versión de hoy", "Versión nueva"], record=record)


class Tags(HTMLParser):
    """Elements and links of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes.extend(attrs)


def data_of(text: str):
    found = re.search(r'<script id="data" type="application/json">(.*?)</script>', text, re.DOTALL)
    assert found
    return json.loads(found.group(1))


def test_three_files_in_a_folder(found, tmp_path):
    paths = write_report(found, tmp_path / "deep" / "e1")
    assert paths.pdf is None
    assert {path.name for path in (tmp_path / "deep" / "e1").iterdir()} == {"report.html", "report.md", "report.json"}
    data = json.loads(paths.json.read_text(encoding="utf-8"))
    assert data["comparisons"][0]["decision"] == "better"
    assert "played_conversations" not in data["variants"][0]


def test_the_page_says_the_verdict_and_is_closed_to_the_network(found):
    text = page(found)
    assert "«Versión nueva» es mejor que «Versión de hoy» en conversaciones correctas: +45.0 puntos" in text
    assert "default-src &#39;none&#39;" in text or "default-src 'none'" in text
    addresses = [value for name, value in Tags(text).attributes if name in ("src", "href")]
    assert addresses and all(value and value.startswith("#") for value in addresses)
    assert "http://" not in text and "https://" not in text


def test_every_number_links_to_its_conversations(found):
    text = page(found)
    keys = all_keys(found)
    links = re.findall(r'data-k="([^"]*)" data-t="([^"]*)"', text)
    by_title = {title: [keys[int(place)] for place in places.split(",")] for places, title in links}
    assert by_title["Versión nueva mejor en plan de financiamiento"] == [f"case-{number:02}" for number in range(2, 12)]
    assert by_title["Versión de hoy: mensualidad equivocada"] == [f"case-{number:02}" for number in range(12)]
    assert len(by_title["Versión de hoy: bien"]) == 8


class Numbers(HTMLParser):
    """What is said outside of links, and in which section: figures that cannot be followed."""

    LONE = re.compile(r"^\d[\d,]*$")
    COUNT = re.compile(
        r"[\d,]+ (?:conversaciones|turnos|bien|mal|sin evaluar|sin comparar|se perdieron|se ganaron|cambiaron)"
    )

    def __init__(self, text: str) -> None:
        super().__init__()
        self.unlinked: list[str] = []
        self._open: list[tuple[str, str]] = []
        self._section = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        self._section = attributes.get("id") or self._section
        if tag not in ("meta", "input", "br"):
            self._open.append((tag, attributes.get("class") or ""))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        tags = {tag for tag, _ in self._open}
        sentences = {"p"} & tags and self._section in ("resumen", "finales", "sin-calificar")
        if tags & {"a", "script", "style", "option"} or sentences or self._section == "origen":
            return
        said = data.strip()
        if (self.LONE.match(said) and said != "0") or any(not one.startswith("0 ") for one in self.COUNT.findall(said)):
            self.unlinked.append(f"{self._section}: {said}")


def test_no_number_of_conversations_is_without_its_link(found):
    """docs/reports.md names what is no set of conversations, and so no link."""
    make = Make()
    assert Numbers(page(found)).unlinked == []
    ends = ["goal_reached", "gave_up", "simulator_fault"] * 2
    runs = [
        [
            make.judged(make.simulated(f"p{n}", end, "broke", trial=k), *([1] * (n == 1)))
            for n, end in enumerate(ends)
            for k in (1, 2)
        ]
        for _ in range(2)
    ]
    assert Numbers(page(findings(runs, ["A", "B"]))).unlinked == []
    turns = [make.understood("greeting", expected=["sales"]), make.understood("sales", expected=["sales"])]
    confused = [make.played(f"case-{n}", *turns, intent=P, error="slow" if n == 2 else None) for n in range(3)]
    assert Numbers(page(findings([confused, confused], ["A", "B"]))).unlinked == []


def test_the_test_of_links_sees_a_number_without_one():
    assert Numbers('<section id="tasas"><td>12</td><p>7 conversaciones</p><a>3</a></section>').unlinked == [
        "tasas: 12",
        "tasas: 7 conversaciones",
    ]


def test_a_case_id_stands_for_all_its_trials():
    make = Make()
    a = [make.played("case-1", trial=trial, plan=("turn 1: x",)) for trial in (1, 2)]
    b = [make.played("case-1", trial=trial, plan=P) for trial in (1, 2)]
    assert 'data-k="0,1" data-t="B mejor en plan de financiamiento"' in page(findings([a, b], ["A", "B"]))


def test_a_reason_is_told_in_spanish_with_its_turn():
    make = Make()
    lost = make.played("case-1", slots=("turn 2: sort: expected cheapest, got nothing",))
    html = page(findings([[lost]], ["A"]))
    assert html.count("turno 2: no entendió orden: se esperaba más barato") == 2
    assert "expected cheapest" not in html


def test_nothing_that_was_said_becomes_markup():
    make = Make()
    evil = make.understood("greeting", expected=["greeting"], text=EVIL)
    evil = evil.model_copy(update={"messages": (evil.messages[0].model_copy(update={"text": EVIL}),)})
    a = [make.played("case-1", evil, plan=(f"turn 1: {EVIL}",), error=None)]
    b = [make.played("case-1", evil, plan=P)]
    found = findings([a, b], [EVIL, "B " + EVIL])
    text = page(found)
    tags = Tags(text).tags
    assert tags.count("script") == 2 and "img" not in tags
    said = data_of(text)["conversations"][0]["sides"][0]["turns"][0]
    assert said["bot"] == EVIL == said["customer"][0]


def test_markdown_holds_the_verdict_and_escapes(found, tmp_path):
    text = write_report(found, tmp_path).markdown.read_text(encoding="utf-8")
    assert text.startswith("# base / exacto\n")
    assert "## Versión nueva frente a Versión de hoy: mejor" in text
    assert "| plan de financiamiento | 40.0 % (8/20;" in text
    assert "- turno 1, mensualidad: 48 meses: $5,000 → 48 meses: $6,000" in text
    evil = findings([[Make().played("case-1", plan=P)]], ["a | <b>"])
    assert "a \\| &lt;b>" in write_report(evil, tmp_path).markdown.read_text(encoding="utf-8")


@pytest.mark.parametrize("variants", [2, MOST_VARIANTS])
def test_three_hundred_cases_fit_into_five_megabytes(variants):
    make = Make()
    long = "Tengo esta opción: *Nissan Versa 1.6 SENSE 2025* — $273,999 · 14,147 km. " * 12

    def results(wrong: int) -> list[CaseResult]:
        turns = [make.called(make.turn(long, make.searched("1001", "1002"), make.financed("5000")))] * 4
        return [
            make.played(f"case-{number}", *turns, plan=("turn 1: x",) if number % wrong == 0 else P)
            for number in range(300)
        ]

    text = page(findings([results(3 + n) for n in range(variants)], list(ascii_uppercase[:variants])))
    assert len(text.encode()) < 5_000_000
    told = [bool(side["turns"]) for row in data_of(text)["conversations"] for side in row["sides"]]
    assert all(told) if variants == 2 else any(told)


def test_what_does_not_fit_is_listed_without_its_text(found, monkeypatch):
    monkeypatch.setattr("workbench.evaluation.report.experiment.transcripts.MAX_BYTES", 3_000)
    rows = json.loads(embedded(found, all_keys(found)))["conversations"]
    kept = [row["key"] for row in rows if row["sides"][0]["turns"]]
    assert 0 < len(kept) < 20
    flipped = {flip.key for flip in found.comparisons[0].flips}
    assert set(kept) <= flipped
    assert len(rows) == 20 and rows[0]["sides"][0]["verdict"] == "fail"


def test_charts_are_in_per_cent(found):
    [chart] = [forest(comparison) for comparison in found.comparisons]
    assert all(0 <= row.left <= row.at <= row.right <= 100 for row in chart.rows)
    assert {row.row.metric for row in chart.rows} == {"case", "plan", "intent"}
    assert [row.metric for row in rate_rows(found)] == ["case", "intent", "plan"]
    for one in histograms(found):
        assert all(0 <= bar.height <= 100 for _, bars in one.variants for bar in bars)


def test_the_confusion_table_ends_with_nothing():
    make = Make()
    turns = [make.understood("greeting", expected=["sales", "greeting"]), make.understood("sales", expected=["sales"])]
    [variant] = findings([[make.played("case-1", *turns, intent=P)]], ["A"]).variants
    table = confusion_table(variant.confusion)
    assert table.columns == ("greeting", "sales", "")
    assert [[cell.count if cell else 0 for cell, _ in row.cells] for row in table.rows] == [[1, 0, 0], [0, 1, 1]]


def test_one_variant_alone_and_an_empty_run_have_a_page():
    assert "Qué tan seguido sale bien" in page(findings([plans([], "5000")], ["A"]))
    assert "Nada evaluado todavía" in page(findings([[]], ["A"]))


def test_a_folder_that_cannot_be_written(found, tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(StoreError, match="cannot be written"):
        write_report(found, tmp_path / "file" / "e1")


def test_without_chromium_the_other_files_are_there(found, tmp_path, monkeypatch):
    monkeypatch.setattr("shutil.which", lambda _name: None)
    with pytest.raises(UserError, match="needs Chromium"):
        write_report(found, tmp_path, pdf=True)
    assert (tmp_path / "report.html").exists() and not (tmp_path / "report.pdf").exists()
