from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot_core.errors import NotFound, StoreError
from bot_core.messages import InboundMessage
from bot_core.settings import Settings
from bot_core.store.erasing import Scrubbed
from bot_core.store.records import Feedback, FeedbackValue
from bot_core.store.reviews import Annotation, ReviewVerdict
from bot_core.trace import Finding
from tests.fakes.activity import talk
from tests.fakes.statistics import stored_bytes
from tests.fakes.turns import finished_turn
from workbench.evaluation.judge.labels import LabelBook
from workbench.runner.conversations import ErasureProblem
from workbench.runner.workbench import Workbench
from workbench.storage.activity.search import Search

TOLD = "soy Ana María, mi cel es 55 1234 5678 y mi correo ana@example.mx; busco un versa de 250 mil"


@pytest.fixture
def workbench(tmp_path: Path) -> Iterator[Workbench]:
    opened = Workbench(Settings(data_dir=tmp_path))
    yield opened
    opened.close()


def test_personal_data_is_shown_to_those_only_who_may_see_it(workbench: Workbench):
    talk(workbench.store, TOLD, profile_name="Ana María López")
    desk = workbench.conversations
    [hidden] = desk.search(Search()).items
    [shown] = desk.search(Search(), reveal=True).items
    assert (hidden.name, shown.name) == ("", "Ana María López")
    for secret in ("55 1234 5678", "ana@example.mx", "Ana"):
        assert secret not in hidden.last_words
        assert secret in shown.last_words
        assert secret not in desk.open("c1").turns[0].model_dump_json()
        assert secret in desk.open("c1", reveal=True).turns[0].model_dump_json()
    assert "busco un versa de 250 mil" in hidden.last_words
    assert desk.open("c1").turns[0].trace.calls[0].model == "openai/x"


def test_nobody_is_found_by_personal_data_that_is_not_shown_to_who_asks(workbench: Workbench):
    talk(workbench.store, TOLD, conversation_id="c1", customer="key-1", profile_name="Ana María López")
    talk(workbench.store, "mañana voy por el versa", conversation_id="c2", customer="key-2")
    asked = {
        "1234": {"c1"}, "ana@example": {"c1"}, "lopez": {"c1"}, "maria versa": {"c1"},
        "versa": {"c1", "c2"}, "mana": {"c2"}, "250 mil": {"c1"},
    }  # fmt: skip
    hidden: dict[str, set[str]] = {"1234": set(), "ana@example": set(), "lopez": set(), "maria versa": set()}
    for words, everybody in asked.items():
        assert found(workbench, Search(words=words), reveal=True) == everybody, words
        assert found(workbench, Search(words=words), reveal=False) == hidden.get(words, everybody), words
    assert found(workbench, Search(customer="lópez"), reveal=True) == {"c1"}
    assert found(workbench, Search(customer="lópez"), reveal=False) == set()
    assert found(workbench, Search(customer="key-1"), reveal=False) == {"c1"}


def found(workbench: Workbench, asked: Search, *, reveal: bool) -> set[str]:
    return {one.conversation_id for one in workbench.conversations.search(asked, reveal=reveal).items}


def test_what_is_opened_has_its_opinions_and_is_gone_when_unknown(workbench: Workbench):
    talk(workbench.store, "hola", "gracias")
    workbench.store.feedback.give(Feedback(tracking_id="c1-2", value=FeedbackValue.DOWN, source="customer"))
    opened = workbench.conversations.open("c1")
    assert [(one.tracking_id, one.up) for one in opened.opinions] == [("c1-2", False)]
    assert [turn.position for turn in opened.turns] == [1, 2]
    with pytest.raises(NotFound):
        workbench.conversations.open("nada")


def test_an_open_conversation_is_redacted_again_only_when_it_has_changed(workbench: Workbench):
    talk(workbench.store, TOLD)
    first = workbench.conversations.open("c1").turns
    assert workbench.conversations.open("c1").turns is first
    before = workbench.store.conversations.get("c1")
    turn = finished_turn(before.state, "mi cel es 55 1234 5678", tracking_id="later")
    workbench.store.conversations.append_turn(
        "c1", [InboundMessage(text="mi cel es 55 1234 5678")], turn, expected_version=before.version
    )
    turns = workbench.conversations.open("c1").turns
    assert len(turns) == len(first) + 1
    assert "55 1234" not in turns[-1].model_dump_json()


def test_findings_point_at_their_text_whatever_was_redacted_before_it(workbench: Workbench):
    finding = Finding(rule="amount", excerpt="de 250 mil", start=0, end=2, message="no such amount")
    talk(workbench.store, TOLD, findings=[finding])
    [outcome] = workbench.conversations.open("c1").turns[0].trace.guardrails
    [found] = outcome.findings
    assert outcome.draft[found.start : found.end] == found.excerpt == "de 250 mil"
    assert "55 1234" not in outcome.draft


def test_an_export_holds_all_conversations_of_the_customer_and_no_other(workbench: Workbench):
    for name, customer in (("c1", "ana"), ("c2", "ana"), ("c3", "anabel")):
        talk(workbench.store, TOLD, conversation_id=name, customer=customer)
    exported = json.loads(workbench.conversations.export("workbench", "ana"))
    assert [one["conversation_id"] for one in exported["conversations"]] == ["c2", "c1"]
    assert exported["redacted"] is True
    assert "ana@example.mx" not in json.dumps(exported)
    assert "ana@example.mx" in workbench.conversations.export("workbench", "ana", reveal=True).decode()


def test_a_simulated_customer_is_erased_from_the_store(workbench: Workbench):
    talk(workbench.store, "hola", conversation_id="c1")
    talk(workbench.store, "hola", conversation_id="c2")
    assert workbench.conversations.search(Search()).total == 2
    assert workbench.conversations.erase("workbench", "c1") is None
    assert [one.conversation_id for one in workbench.conversations.search(Search()).items] == ["c2"]
    with pytest.raises(NotFound):
        workbench.conversations.open("c1")


def test_a_simulated_customer_is_erased_from_the_files_of_the_database_too(workbench: Workbench, tmp_path: Path):
    assert workbench.store.database
    talk(workbench.store, TOLD, conversation_id="c1")
    assert TOLD.encode() in stored_bytes(workbench.store.database, tmp_path)
    assert workbench.conversations.erase("workbench", "c1") is None
    assert TOLD.encode() not in stored_bytes(workbench.store.database, tmp_path)


def test_who_still_reads_what_was_erased_is_told(workbench: Workbench, monkeypatch: pytest.MonkeyPatch):
    talk(workbench.store, "hola", conversation_id="c1")
    kept = Scrubbed(readers_are_gone=False)
    monkeypatch.setattr(type(workbench.store.erasure), "scrub", lambda _: kept)
    assert workbench.conversations.erase("workbench", "c1") is ErasureProblem.STILL_IN_FILES
    assert workbench.conversations.search(Search()).total == 0


def test_what_the_judge_would_learn_of_an_erased_customer_is_gone_too(workbench: Workbench):
    for name in ("c1", "c2"):
        talk(workbench.store, "hola", conversation_id=name)
        item = workbench.review.item(name, f"{name}-1")
        annotation = Annotation(
            tracking_id=item.tracking_id, annotator="Ana", conversation_id=name, verdict=ReviewVerdict.FAIL
        )
        workbench.review.annotate(annotation, workbench.review.read(item), expected_version=0)
    workbench.conversations.erase("workbench", "c1")
    labels = LabelBook(workbench.settings.data_dir / "labels").people()
    assert {label.reply_id for label in labels} == {"c2-1"}
    assert [one.tracking_id for one in workbench.store.annotations.list()] == ["c2-1"]


def test_labels_that_a_kill_left_out_are_made_when_the_same_is_said_again(workbench: Workbench):
    talk(workbench.store, "hola", conversation_id="c1")
    item = workbench.review.item("c1", "c1-1")
    given: dict[str, Any] = {"tracking_id": "c1-1", "annotator": "Ana", "conversation_id": "c1"}
    workbench.store.annotations.put(Annotation(verdict=ReviewVerdict.FAIL, **given))
    labels = LabelBook(workbench.settings.data_dir / "labels")
    assert labels.people() == ()
    again = Annotation(verdict=ReviewVerdict.FAIL, **given)
    assert workbench.review.annotate(again, workbench.review.read(item), expected_version=1).version == 1
    assert {label.reply_id for label in labels.people()} == {"c1-1"}


def test_labels_are_gone_before_the_turns_that_say_whose_they_are(
    workbench: Workbench, monkeypatch: pytest.MonkeyPatch
):
    talk(workbench.store, "hola", conversation_id="c1")
    item = workbench.review.item("c1", "c1-1")
    annotation = Annotation(tracking_id="c1-1", annotator="Ana", conversation_id="c1", verdict=ReviewVerdict.FAIL)
    workbench.review.annotate(annotation, workbench.review.read(item), expected_version=0)

    def killed(*_: object) -> int:
        raise StoreError("the process is gone")

    monkeypatch.setattr(type(workbench.store.erasure), "erase", killed)
    with pytest.raises(StoreError):
        workbench.conversations.erase("workbench", "c1")
    assert LabelBook(workbench.settings.data_dir / "labels").people() == ()


def test_a_customer_of_whatsapp_is_erased_by_the_operators_command(
    workbench: Workbench, monkeypatch: pytest.MonkeyPatch
):
    """The real command, without the channel's settings: it says so and erases nothing."""
    for name in [name for name in os.environ if name.startswith(("TWILIO_", "KAVAK_WHATSAPP_"))]:
        monkeypatch.delenv(name)
    talk(workbench.store, "hola", channel="whatsapp", customer="a" * 32)
    assert workbench.conversations.erase("whatsapp", "a" * 32) is ErasureProblem.NOT_CONFIGURED
    assert workbench.conversations.open("c1").turns


@pytest.mark.parametrize(
    ("code", "said", "expected"),
    [
        (0, "", None),
        (2, "error: x is being answered right now (try again in a minute)", ErasureProblem.BUSY),
        (3, "error: Twilio does not answer", ErasureProblem.UNREACHABLE),
    ],
)
def test_how_the_operators_command_ended(
    workbench: Workbench, monkeypatch: pytest.MonkeyPatch, code: int, said: str, expected: ErasureProblem | None
):
    asked: list[list[str]] = []

    def run(command: list[str], **_options: object) -> subprocess.CompletedProcess[str]:
        asked.append(command)
        return subprocess.CompletedProcess(command, code, "", said)

    monkeypatch.setattr(subprocess, "run", run)
    assert workbench.conversations.erase("whatsapp", "--help") is expected
    assert asked[0][1:] == ["-m", "channels", "erase", "--yes", "--", "--help"]
