from __future__ import annotations

from pathlib import Path

import pytest

from bot_core.errors import StoreError
from bot_core.messages import InboundMessage, MessageKind
from workbench.runner.bots import BotChoice
from workbench.runner.unanswered import Unanswered, UnansweredJournal

CHOICE = BotChoice(release_id="offline-base", catalog_id="0123456789abcdef")
MESSAGES = (InboundMessage(text="hola"), InboundMessage(kind=MessageKind.LOCATION))


def test_what_waits_is_known_to_the_next_process_with_its_bot(tmp_path: Path):
    UnansweredJournal(tmp_path / "x").keep("c1", CHOICE, MESSAGES)
    assert UnansweredJournal(tmp_path / "x").all() == (Unanswered("c1", CHOICE, MESSAGES),)


def test_what_was_answered_waits_no_more(tmp_path: Path):
    journal = UnansweredJournal(tmp_path)
    journal.keep("c1", CHOICE, MESSAGES)
    journal.keep("c1", CHOICE, MESSAGES[1:])
    assert journal.all()[0].messages == MESSAGES[1:]
    journal.keep("c1", CHOICE, ())
    journal.keep("c1", CHOICE, ())
    assert journal.all() == ()
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_file_hides_no_other(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    journal = UnansweredJournal(tmp_path)
    (tmp_path / "bad.json").write_text('{"choice": 3')
    journal.keep("c1", CHOICE, MESSAGES)
    assert [found.conversation_id for found in journal.all()] == ["c1"]
    assert "bad.json" in caplog.text


def test_an_id_is_never_a_path(tmp_path: Path):
    with pytest.raises(StoreError):
        UnansweredJournal(tmp_path).keep("../c1", CHOICE, MESSAGES)


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreError):
        UnansweredJournal(tmp_path / "file").keep("c1", CHOICE, MESSAGES)
