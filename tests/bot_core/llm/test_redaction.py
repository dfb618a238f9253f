from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot_core.llm.redaction import safe_detail

KEY_TEXT = st.text("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-", min_size=12, max_size=60)


@pytest.mark.parametrize(
    "text",
    [
        "Incorrect API key provided: sk-proj-abc123XYZ.",
        "Incorrect API key provided: sk-proj-********3XYZ",
        "headers: {'Authorization': 'Bearer sk-proj-abc123XYZ'}",
        'headers: {"authorization":"Basic c2stcHJvai1hYmMxMjNYWVo="}',
        "x-api-key: abc123XYZ",
        "api_key=abc123XYZ was refused",
        "https://host/v1?api-key=abc123XYZ",
        "gsk_abc123XYZ",
    ],
)
def test_what_looks_like_a_key_is_taken_out(text: str) -> None:
    safe = safe_detail(text)
    assert "[redacted]" in safe
    assert "123XYZ" not in safe
    assert "3XYZ" not in safe


@given(key=KEY_TEXT, before=st.text(max_size=40), after=st.text(max_size=40))
def test_the_key_of_the_call_is_taken_out_wherever_it_stands(key: str, before: str, after: str) -> None:
    assert key not in safe_detail(f"x{before}{key}{after}".replace("\n", " "), key)


def test_keys_of_the_environment_are_taken_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACME_API_KEY", "plain-looking-words")
    assert safe_detail("refused plain-looking-words today") == "refused [redacted] today"


def test_the_detail_is_one_short_line() -> None:
    assert safe_detail("\n  first\nsecond") == "first"
    assert len(safe_detail("x " * 400)) == 300


@pytest.mark.parametrize("text", ["the model qwen2.5:3b was not found", "asked for 900 tokens: limit 512", "risk-free"])
def test_ordinary_words_stay(text: str) -> None:
    assert safe_detail(text) == text
