from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot_core.messages import InboundMessage, MessageKind
from workbench.components.phone import phone
from workbench.evaluation.findings.conversations import customer_said, customer_text
from workbench.runner.turn_rows import said_by_customer
from workbench.texts.media import MARKS, media_named
from workbench.texts.texts import ENGLISH, speaking


@pytest.mark.parametrize(
    ("said", "spanish", "english"),
    [
        ("[audio]", "🎤 Nota de voz", "🎤 Voice note"),
        ("[image] mi auto", "🖼️ Foto: mi auto", "🖼️ Photo: mi auto"),
        ("hola\n[location]", "hola\n📍 Ubicación", "hola\n📍 Location"),
        ("[text]", "Sin texto", "No text"),
        ("el [audio] no sirve", "el [audio] no sirve", "el [audio] no sirve"),
        ("[otro]", "[otro]", "[otro]"),
    ],
)
def test_what_was_sent_is_named_as_the_simulator_names_it(said: str, spanish: str, english: str):
    assert media_named(said) == spanish
    with speaking(ENGLISH):
        assert media_named(said) == english


@pytest.mark.parametrize("kind", MessageKind)
def test_no_kind_of_message_stays_in_the_code_s_own_name(kind: MessageKind):
    message = InboundMessage(kind=kind)
    assert f"[{kind}]" not in media_named(said_by_customer((message,)))
    assert f"[{kind}]" not in customer_said(customer_text(message))


def test_a_tapped_button_and_a_name_are_said_in_the_readers_language():
    message = InboundMessage(kind=MessageKind.BUTTON, text="48 (meses)", button_payload="t", profile_name="Ana")
    told = customer_text(message)
    assert customer_said(told) == "48 (meses) (nombre de perfil: Ana, botón: t)"
    with speaking(ENGLISH):
        assert customer_said(told) == told
    assert customer_said("pulsé (button: x) y nada") == "pulsé (button: x) y nada"


def test_the_marks_are_those_of_the_phone():
    script = Path(phone.__file__).with_name("bubble.js").read_text(encoding="utf-8")
    [table] = re.findall(r"const STUB_MARKS = \{(.+?)\};", script)
    assert dict(re.findall(r'(\w+): "(.+?)"', table)) == MARKS
