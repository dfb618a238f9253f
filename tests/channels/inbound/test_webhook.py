from __future__ import annotations

import pytest

from bot_core.messages import MessageKind
from channels.inbound.form import Refused, read_form
from channels.inbound.reading import is_closing, read_signals
from channels.inbound.webhook import read_webhook
from tests.fakes.webhooks import inbound_form


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({}, MessageKind.TEXT),
        ({"NumMedia": "1", "MediaContentType0": "image/jpeg"}, MessageKind.IMAGE),
        ({"NumMedia": "1", "MediaContentType0": "audio/ogg"}, MessageKind.AUDIO),
        ({"NumMedia": "1", "MediaContentType0": "video/mp4"}, MessageKind.VIDEO),
        ({"NumMedia": "1", "MediaContentType0": "application/pdf"}, MessageKind.DOCUMENT),
        ({"NumMedia": "1", "MediaContentType0": "text/vcard"}, MessageKind.CONTACT),
        ({"NumMedia": "1", "MediaContentType0": "image/webp"}, MessageKind.STICKER),
        ({"NumMedia": "1"}, MessageKind.DOCUMENT),
        ({"Latitude": "19.4", "Longitude": "-99.1"}, MessageKind.LOCATION),
        ({"ButtonPayload": "more", "ButtonText": "Ver más"}, MessageKind.BUTTON),
    ],
)
def test_the_kind_of_a_message(fields: dict[str, str], kind: MessageKind):
    assert read_webhook(inbound_form(**fields)).kind is kind


def test_only_the_payload_field_makes_a_button():
    assert read_webhook(inbound_form("opt_out")).button_payload is None


@pytest.mark.parametrize(
    ("text", "urgent", "opts_out"),
    [
        ("BAJA", True, True),
        ("ya no me escriban por favor", True, True),
        ("asesor", True, False),
        ("quiero hablar con una persona", True, False),
        ("la mensualidad más baja", False, False),
        ("un auto alto", False, False),
        ("hola", False, False),
    ],
)
def test_what_code_alone_makes_of_a_text(text: str, urgent: bool, opts_out: bool):
    reading = read_signals(read_webhook(inbound_form(text)))
    assert (reading.urgent, reading.opts_out) == (urgent, opts_out)


@pytest.mark.parametrize(
    ("text", "closing"),
    [("ok gracias 👍", True), ("¡Muchas gracias!", True), ("gracias, ¿y el jetta?", False), ("", True)],
)
def test_thanks_ask_for_nothing(text: str, closing: bool):
    assert is_closing(text) is closing


@pytest.mark.parametrize(
    ("fields", "opts_in"),
    [
        ({"Body": "¿tienen jetta?"}, True),
        ({"Body": "ok gracias"}, False),
        ({"Body": "👍"}, False),
        ({"Body": "BAJA"}, False),
        ({"Body": "Ver más", "ButtonPayload": "more"}, True),
        ({"Body": "No mucho", "ButtonPayload": "fb:" + "a" * 32 + ":down"}, False),
        ({"Body": "", "NumMedia": "1", "MediaContentType0": "audio/ogg"}, True),
        ({"Body": "", "NumMedia": "1", "MediaContentType0": "image/jpeg"}, True),
        ({"Body": "gracias", "NumMedia": "1", "MediaContentType0": "image/jpeg"}, False),
        ({"Body": "", "NumMedia": "1", "MediaContentType0": "image/webp"}, False),
        ({"Body": "", "Latitude": "19.43", "Longitude": "-99.13"}, True),
        ({"Body": ""}, False),
    ],
)
def test_who_left_comes_back_with_what_wants_an_answer(fields: dict[str, str], opts_in: bool):
    assert read_signals(read_webhook(inbound_form() | fields)).opts_in is opts_in


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"a=1&a=2", 400), (b"a=%c3", 400), ("á=1".encode(), 400), (b"&".join(b"f%d=1" % n for n in range(400)), 400)],
)
def test_what_is_ambiguous_is_refused(body: bytes, status: int):
    with pytest.raises(Refused) as refused:
        read_form(body)
    assert refused.value.status == status


def test_blank_values_are_kept():
    assert read_form(b"Body=&A=%00") == {"Body": "", "A": "\x00"}
