"""No way to cut a signed text apart gives another sender or another message."""

from __future__ import annotations

import re

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from channels.inbound.signature import SignatureCheck, is_split_as_signed
from tests.fakes.webhooks import PUBLIC_URL, TOKEN, inbound_form, new_sid, signed, status_form

URL = f"{PUBLIC_URL}/twilio/whatsapp"
VICTIM = "whatsapp:+5215587654321"
CHECK = SignatureCheck([TOKEN])


def signature_of(form: dict[str, str]) -> str:
    return signed(URL, form)["X-Twilio-Signature"]


def test_twilios_own_signature_is_accepted():
    form = inbound_form("¿qué onda? 🚗 & más=1")
    assert CHECK.accepts(URL, form, signature_of(form))
    assert CHECK.accepts(URL, status_form(new_sid(), "sent"), signature_of(form)) is False


def test_no_token_is_no_check():
    with pytest.raises(ValueError, match="no token"):
        SignatureCheck([])


@pytest.mark.parametrize("signature", [None, "", "x", "é" * 28, "A" * 28 + "\n"])
def test_anything_else_is_refused(signature: str | None):
    assert not CHECK.accepts(URL, inbound_form(), signature)


@given(st.text(max_size=80))
def test_every_genuine_text_is_accepted(text: str):
    assume(text.encode("utf-8", "ignore").decode() == text)
    form = inbound_form(text)
    assert CHECK.accepts(URL, form, signature_of(form))


def test_a_quoted_sid_in_a_text_is_refused_rather_than_guessed():
    """The price of the guard: nobody types that by accident."""
    form = inbound_form(f"SmsSid{new_sid()}")
    assert not CHECK.accepts(URL, form, signature_of(form))


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_a_split_with_another_message_id_is_refused(data: st.DataObject):
    """The attacker writes a body with field names in it, learns its signature, and cuts the text elsewhere."""
    fake = new_sid()
    body = (
        data.draw(st.sampled_from(["hola", "", "Body"]))
        + f"From{VICTIM}MessageSid{fake}SmsMessageSid{fake}SmsSid{fake}"
    )
    form = inbound_form(body)
    text = "".join(name + form[name] for name in sorted(form))
    split = _cut(data, text)
    assume("".join(name + split[name] for name in sorted(split)) == text)
    assume(split.get("MessageSid") != form["MessageSid"] or split.get("From") != form["From"])
    assert not is_split_as_signed(split)


def _cut(data: st.DataObject, text: str) -> dict[str, str]:
    """Some way to read `text` as sorted names and values."""
    starts = sorted(
        {match.start() for match in re.finditer(r"AccountSid|ApiVersion|Body|From|MessageSid|SmsSid|To|Z", text)}
    )
    chosen = data.draw(st.lists(st.sampled_from(starts), min_size=2, max_size=8, unique=True).map(sorted))
    chosen = [0, *(start for start in chosen if start)]
    pieces = [text[start:end] for start, end in zip(chosen, [*chosen[1:], len(text)], strict=True)]
    split: dict[str, str] = {}
    for piece in pieces:
        name = re.match(r"AccountSid|ApiVersion|Body|From|MessageSid|SmsMessageSid|SmsSid|To|Z", piece)
        split[name[0] if name else piece[:4]] = piece[len(name[0]) :] if name else piece[4:]
    return split
