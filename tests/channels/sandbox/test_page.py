"""The phone's page: what stands on it, in both languages, and what a message looks like."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.sandbox import page
from channels.sandbox.callbacks import inbound_form, inbound_message
from channels.sandbox.page import LANGUAGES, page_texts, shown
from channels.sandbox.phone import ACCOUNT, CUSTOMER, OURS, Ground, Sandbox, serve_page

STATUSES = {"received", "queued", "sent", "delivered", "read", "failed", "undelivered"}


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    made = Sandbox(1, Ground("0" * 16, b"k"))
    with made.twilio:
        yield made


@pytest.fixture
def url(sandbox: Sandbox) -> Iterator[str]:
    server = serve_page(sandbox, 0)
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_it_speaks_spanish_unless_asked_for_english(url: str):
    spanish, english = httpx.get(url).text, httpx.get(f"{url}/?lang=en").text
    assert '<html lang="es">' in spanish
    assert "Escribe como cliente" in spanish
    assert "entregado" in spanish
    assert '<html lang="en">' in english
    assert "Write as a customer" in english
    assert "entregado" not in english
    assert httpx.get(f"{url}/?lang=<script>").text == spanish


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_status_of_twilio_has_its_word(language: str):
    assert set(page_texts(language).statuses) == STATUSES


def test_no_word_stands_in_the_template_itself():
    template = Path(page.__file__).with_name("phone.html.j2").read_text(encoding="utf-8")
    attributes = re.findall(r'(?:placeholder|aria-label|title)="([^"]*)"', template)
    assert attributes == ["{{ texts.field }}", "{{ texts.placeholder }}"]
    bare = re.sub(r"<(script|style)>.*?</\1>|<[^>]*>|\{.*?\}\}?", " ", template, flags=re.DOTALL)
    assert re.findall(r"\w+", bare) == []


def test_a_chat_has_bold_text_and_a_status_that_the_page_can_name(sandbox: Sandbox, url: str):
    sandbox.twilio.hold_inbound(inbound_message(inbound_form(ACCOUNT, OURS, CUSTOMER, "*Jetta* <b>2019</b>")))
    (line,) = httpx.get(f"{url}/chat").json()
    assert line["text"] == "*Jetta* <b>2019</b>"
    assert line["html"] == "<strong>Jetta</strong> &lt;b&gt;2019&lt;/b&gt;"
    assert line["status"] in STATUSES


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("*Precio:* $250,000", "<strong>Precio:</strong> $250,000"),
        ("1. *Nissan Versa* y *Jetta*", "1. <strong>Nissan Versa</strong> y <strong>Jetta</strong>"),
        ("2*3*4 * 5 *", "2*3*4 * 5 *"),
        ("*dos\nlíneas*", "*dos\nlíneas*"),
        ("*<script>*", "<strong>&lt;script&gt;</strong>"),
        ('*"&*', "<strong>&quot;&amp;</strong>"),
        ("**", "**"),
        ("_el de menos kilómetros_", "<em>el de menos kilómetros</em>"),
        ("*_Jetta_* y _*Versa*_", "<strong><em>Jetta</em></strong> y <em><strong>Versa</strong></em>"),
        ("_uno *dos_ tres*", "<em>uno *dos</em> tres*"),
        ("KAVAK_DATA_DIR _ a_b", "KAVAK_DATA_DIR _ a_b"),
    ],
)
def test_bold_and_italics_are_shown_as_on_whatsapp(text: str, html: str):
    assert shown(text) == html


@given(st.text(alphabet="*_<>&\"' ab\n"))
def test_nothing_of_a_text_becomes_markup(text: str):
    assert re.search(r"[<>]", re.sub(r"</?(strong|em)>", "", shown(text))) is None
