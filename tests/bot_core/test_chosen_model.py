"""A model that nobody could ask is refused before the first message, in one line."""

from __future__ import annotations

import sys

import pytest

from bot_core.cli import main


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> object:
    monkeypatch.setattr(sys, "argv", ["bot_core", "chat", *arguments])
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(SystemExit) as end:
        main()
    return end.value.code


@pytest.mark.parametrize(
    ("model", "says"),
    [("nosuch", "nosuch"), ("nosuch/model", "nosuch/model"), ("openai/gpt-4o-mini", "OPENAI_API_KEY")],
)
def test_a_model_that_cannot_be_asked_is_refused(
    model: str, says: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "hola", "--model", model) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith("error: ")
    assert says in shown.err
    assert len(shown.err.splitlines()) == 1


@pytest.mark.parametrize("model", ["offline", "ollama_chat/qwen2.5:3b"])
def test_a_model_that_needs_no_key_is_taken(
    model: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OLLAMA_API_BASE", "http://127.0.0.1:9")
    assert run(monkeypatch, "hola", "--model", model) == 0
    assert "asistente" in capsys.readouterr().out


def test_an_address_of_our_own_needs_no_key(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "hola", "--model", "openai/mine", "--api-base", "http://127.0.0.1:9/v1") == 0
    assert "asistente" in capsys.readouterr().out
