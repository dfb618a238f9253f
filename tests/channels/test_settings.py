from __future__ import annotations

import pytest

from bot_core.errors import ConfigurationError
from channels.settings import ChannelSettings, load_channel_settings
from tests.fakes.webhooks import ACCOUNT, OURS


def with_(**changes: object) -> ChannelSettings:
    known: dict[str, object] = {"account_sid": ACCOUNT, "auth_token": "t", "senders": (OURS,), "_env_file": None}
    return ChannelSettings(**known | changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "variable"),
    [
        ({"auth_token": ""}, "TWILIO_AUTH_TOKEN"),
        ({"account_sid": ""}, "TWILIO_ACCOUNT_SID"),
        ({"senders": ()}, "KAVAK_WHATSAPP_SENDERS"),
        ({"senders": (OURS, "+14155238886")}, "KAVAK_WHATSAPP_SENDERS"),
        ({"senders": ("whatsapp:+1 415 523 8886",)}, "KAVAK_WHATSAPP_SENDERS"),
        ({"public_url": "bot.example.mx"}, "KAVAK_WHATSAPP_PUBLIC_URL"),
        ({"public_url": "https://"}, "KAVAK_WHATSAPP_PUBLIC_URL"),
        ({"public_url": "https://bot.example.mx/#rt=3000"}, "KAVAK_WHATSAPP_PUBLIC_URL"),
        ({"api_base": "https://elsewhere.example"}, "KAVAK_WHATSAPP_API_BASE"),
        ({"validate_signatures": False, "host": "0.0.0.0"}, "KAVAK_WHATSAPP_VALIDATE_SIGNATURES"),
    ],
)
def test_nothing_starts_half_safe(changes: dict[str, object], variable: str):
    with pytest.raises(ConfigurationError, match=variable) as told:
        with_(**changes).checked()
    assert len(str(told.value).splitlines()) == 1


@pytest.mark.parametrize(
    "url", ["https://bot.example.mx", "http://127.0.0.1:8080/", "https://us:secret@example.mx/bot"]
)
def test_an_address_that_twilio_can_call_is_taken(url: str):
    assert with_(public_url=url).checked().url("/x") == f"{url.rstrip('/')}/x"


def test_the_public_url_follows_the_port_until_it_is_named(monkeypatch: pytest.MonkeyPatch):
    assert with_().url("/x") == "http://127.0.0.1:8080/x"
    monkeypatch.setenv("KAVAK_WHATSAPP_PORT", "18080")
    assert load_channel_settings(_env_file=None).public_url == "http://127.0.0.1:18080"
    monkeypatch.setenv("KAVAK_WHATSAPP_PUBLIC_URL", "https://bot.example.mx")
    assert load_channel_settings(_env_file=None).public_url == "https://bot.example.mx"
    assert with_(public_url="https://us:secret@bot.example.mx/").shown_url == "https://bot.example.mx"


def test_signatures_may_be_off_on_loopback_only():
    assert with_(validate_signatures=False, auth_token="", host="127.0.0.1").checked()


@pytest.mark.parametrize(
    ("variable", "value", "says"),
    [
        ("KAVAK_WHATSAPP_SPLIT", "a=90", "no JSON object"),
        ("KAVAK_WHATSAPP_SPLIT", "", "no JSON object"),
        ("KAVAK_WHATSAPP_SPLIT", '["a"]', "valid dictionary"),
        ("KAVAK_WHATSAPP_SPLIT", '{"a": "many"}', "a: Input should be a valid integer"),
        ("KAVAK_WHATSAPP_SPLIT", '{"a": -1, "b": 2}', "a: Input should be greater than or equal to 0"),
        ("KAVAK_WHATSAPP_SPLIT", '{"a": 0, "b": 0}', "no share is above 0"),
        ("KAVAK_WHATSAPP_QUICK_REPLY_CONTENTS", "{2: HX1}", "no JSON object"),
    ],
)
def test_malformed_json_is_one_line_that_names_the_variable(
    variable: str, value: str, says: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv(variable, value)
    with pytest.raises(ConfigurationError, match=f"^{variable}: .*{says}") as told:
        load_channel_settings(_env_file=None)
    assert len(str(told.value).splitlines()) == 1


def test_json_of_the_environment_is_read(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("KAVAK_WHATSAPP_SPLIT", '{"a": 90, "b": 10}')
    monkeypatch.setenv("KAVAK_WHATSAPP_QUICK_REPLY_CONTENTS", '{"2": "HX1"}')
    settings = load_channel_settings(_env_file=None)
    assert settings.split == {"a": 90, "b": 10}
    assert settings.quick_reply_contents == {2: "HX1"}


def test_the_environment_is_read(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", "new")
    monkeypatch.setenv("TWILIO_AUTH_TOKEN_PREVIOUS", "old")
    monkeypatch.setenv("KAVAK_WHATSAPP_SENDERS", f"{OURS}, whatsapp:+14155238886")
    settings = load_channel_settings(_env_file=None)
    assert settings.tokens == ("new", "old")
    assert settings.senders == (OURS, "whatsapp:+14155238886")
    assert "new" not in repr(settings)
    monkeypatch.setenv("KAVAK_WHATSAPP_PORT", "many")
    with pytest.raises(ConfigurationError, match="KAVAK_WHATSAPP_PORT"):
        load_channel_settings(_env_file=None)
