"""Settings of the WhatsApp channel from the environment. Read once at the composition root, never at import."""

from __future__ import annotations

import ipaddress
import json
import re
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AliasChoices, Field, NonNegativeInt, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot_core.errors import ConfigurationError

_PREFIX = "KAVAK_WHATSAPP_"
_SENDER = re.compile(r"whatsapp:\+\d+")
_PUBLIC_URL = re.compile(r"https?://[^\s/?#]+(/[^\s?#]*)?")


def _twilio(name: str) -> Any:
    return AliasChoices(name, name.lower())


class ChannelSettings(BaseSettings):
    """What Twilio's console and the machine decide. Secrets come from the environment only."""

    model_config = SettingsConfigDict(env_prefix=_PREFIX, env_file=".env", extra="ignore", populate_by_name=True)

    account_sid: str = Field(default="", validation_alias=_twilio("TWILIO_ACCOUNT_SID"))
    """TWILIO_ACCOUNT_SID: webhooks of another account are refused."""
    auth_token: SecretStr = Field(default=SecretStr(""), validation_alias=_twilio("TWILIO_AUTH_TOKEN"))
    """TWILIO_AUTH_TOKEN: signs webhooks, opens the API. Without it nothing starts."""
    previous_auth_token: SecretStr = Field(
        default=SecretStr(""), validation_alias=_twilio("TWILIO_AUTH_TOKEN_PREVIOUS")
    )
    """TWILIO_AUTH_TOKEN_PREVIOUS: also accepted on webhooks, while a rotation lasts."""
    senders: Annotated[tuple[str, ...], NoDecode] = ()
    """KAVAK_WHATSAPP_SENDERS: our own addresses, for example whatsapp:+5215500000000, separated by commas."""
    api_base: str | None = None
    """KAVAK_WHATSAPP_API_BASE: another Twilio API, on loopback only: the sandbox."""
    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    public_url: str = Field(default_factory=lambda known: f"http://127.0.0.1:{known['port']}")
    """KAVAK_WHATSAPP_PUBLIC_URL: scheme and host under which Twilio reaches us; signatures are computed on it. Default:
    our own port on loopback, which fits a request by hand only."""
    validate_signatures: bool = True
    """KAVAK_WHATSAPP_VALIDATE_SIGNATURES: off only on loopback."""
    hash_key: SecretStr = SecretStr("")
    """KAVAK_WHATSAPP_HASH_KEY: keys the customers' pseudonyms, opt-outs too: never changed. Default a file in the data
    folder."""
    data_key: SecretStr = SecretStr("")
    """KAVAK_WHATSAPP_DATA_KEY: Fernet keys of the channel's own tables, current first; default KAVAK_DATA_KEY."""
    privacy_url: str = ""
    """KAVAK_WHATSAPP_PRIVACY_URL: where the full privacy notice is; part of the first message."""

    quiet_seconds: float = Field(default=2.0, ge=0)
    """How long a customer is silent before a burst is answered."""
    longest_wait_seconds: float = Field(default=8.0, ge=0)
    """From a burst's first message on."""
    lease_seconds: float = Field(default=15.0, gt=0)
    """After so long without a sign of life a worker's customers are taken over."""
    turn_slots: int = Field(default=16, ge=1)
    """Turns that one worker process thinks about at once."""
    busy_customers: int = Field(default=200, ge=1)
    """Customers that one worker process looks after at once, the waiting ones included."""
    poll_seconds: float = Field(default=0.5, gt=0)
    """How often a worker looks for rings of the doorbell."""
    sweep_seconds: float = Field(default=5.0, gt=0)
    """How often the database is searched for work that nobody rang for."""
    turn_attempts: int = Field(default=3, ge=1)
    """Faults of the bot after which a message is given up; four starts that no reply came of count as one."""
    sender_per_minute: int = Field(default=30, ge=1)
    """Messages of one customer in a minute that are answered; more are stored, not answered."""
    sends_per_second: float = Field(default=40.0, gt=0)
    """Of each of our senders, all worker processes together."""
    model_wait_seconds: float = Field(default=20.0, gt=0)
    """How long a call waits for a place at its model; then the release's fallbacks answer, the baseline last."""
    patience_seconds: float = Field(default=20.0, gt=0)
    """A turn that waits longer for its place in a worker is answered by the baseline."""
    late_seconds: float = Field(default=60.0, gt=0)
    """A reply to a message that waited longer begins with an apology; an older queue shows in /readyz."""
    answer_cache_hours: float = Field(default=24.0, ge=0)
    """How long an answer to a frequent question may be given again; 0 asks the model every time."""
    retry_seconds: float = Field(default=1.0, gt=0)
    """The first pause before a message that was surely not sent is tried again; doubles each time."""
    retry_longest_seconds: float = Field(default=300.0, gt=0)
    """Where those pauses stop growing."""
    retry_hours: float = Field(default=4.0, ge=0, le=24)
    """After so long a reply that could not be sent is not worth sending any more: a dead letter."""
    settle_seconds: float = Field(default=20.0, gt=0)
    """How long to wait for the status callback of a message that may have been sent, before Twilio's list is read."""
    resend_unlisted: bool = True
    """Send again what two listings, `settle_seconds` apart, did not show. Off: only an operator may."""
    part_gap_seconds: float = Field(default=5.0, ge=0)
    """How long a message waits for the one before it, of the same turn, to leave Twilio."""
    validity_seconds: int = Field(default=300, ge=1, le=36_000)
    """After so long in Twilio's own queue a message is not sent any more."""
    connect_timeout: float = Field(default=3.0, gt=0)
    read_timeout: float = Field(default=20.0, gt=0)
    typing_indicator: bool = True
    window_template: str = ""
    """KAVAK_WHATSAPP_WINDOW_TEMPLATE: ContentSid of the approved template that is sent, without variables, in place of
    a reply outside the 24-hour window: one a turn. The reply's text and the privacy notice stay unsent."""
    quick_reply_contents: Annotated[dict[int, str], NoDecode] = Field(default_factory=dict)
    """KAVAK_WHATSAPP_QUICK_REPLY_CONTENTS: JSON, number of buttons → ContentSid of the quick-reply content."""
    feedback_content: str = ""
    """KAVAK_WHATSAPP_FEEDBACK_CONTENT: ContentSid of the two-button question how good the reply was."""
    feedback_every: int = Field(default=5, ge=1)
    """That question comes after every so many turns of a conversation."""
    split: Annotated[dict[str, NonNegativeInt], NoDecode] = Field(default_factory=dict)
    """KAVAK_WHATSAPP_SPLIT: JSON, release id → share; empty serves the promoted release."""
    database_wait_seconds: float = Field(default=8.0, gt=0)
    """How long a webhook waits for a locked database before it answers 503: less than Twilio's patience, which is 15 s
    or the `rt` of the console's URL (docs/whatsapp.md)."""
    spool_dir: Path | None = None
    """KAVAK_WHATSAPP_SPOOL_DIR: where the fallback process puts webhooks; default var/spool."""
    worker_metrics_port: int = Field(default=0, ge=0, le=65535)
    """KAVAK_WHATSAPP_WORKER_METRICS_PORT: a worker's own metrics on loopback, the second worker's on the
    next port; 0 for none."""
    crash_point: str = ""
    """KAVAK_WHATSAPP_CRASH_POINT: the scorecard's: where this process kills itself."""

    @field_validator("senders", mode="before")
    @classmethod
    def _listed(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("quick_reply_contents", "split", mode="before")
    @classmethod
    def _parsed(cls, value: object) -> object:
        """Here, not in pydantic-settings: its error for what is no JSON is no ValidationError."""
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except ValueError as error:
            raise ValueError('no JSON object, like {"key": value}') from error

    @field_validator("split")
    @classmethod
    def _shared_out(cls, value: dict[str, int]) -> dict[str, int]:
        if value and not any(value.values()):
            raise ValueError("no share is above 0")
        return value

    @property
    def tokens(self) -> tuple[str, ...]:
        """What a webhook may be signed with, the current one first."""
        both = (self.auth_token.get_secret_value(), self.previous_auth_token.get_secret_value())
        return tuple(token for token in both if token)

    @property
    def shown_url(self) -> str:
        """The public URL as logs may show it: without a password."""
        parts = urlsplit(self.public_url.rstrip("/"))
        return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()

    def url(self, path: str) -> str:
        return self.public_url.rstrip("/") + path

    def checked(self) -> ChannelSettings:
        """These settings when a process may start with them. Raises ConfigurationError that names the variable."""
        if not self.tokens and self.validate_signatures:
            raise ConfigurationError("TWILIO_AUTH_TOKEN is not set", hint="without it nobody's webhook can be trusted")
        if not self.validate_signatures and not is_loopback(self.host):
            raise ConfigurationError(
                f"KAVAK_WHATSAPP_VALIDATE_SIGNATURES is off and we listen on {self.host}",
                hint="signatures may be ignored on 127.0.0.1 only",
            )
        if not self.account_sid:
            raise ConfigurationError("TWILIO_ACCOUNT_SID is not set", hint="it is on the first page of the console")
        if not self.senders:
            raise ConfigurationError("KAVAK_WHATSAPP_SENDERS is not set", hint="for example whatsapp:+14155238886")
        if strange := [ours for ours in self.senders if not _SENDER.fullmatch(ours)]:
            raise ConfigurationError(
                f"KAVAK_WHATSAPP_SENDERS: {strange[0]!r} is no address of Twilio's", hint="like whatsapp:+14155238886"
            )
        if not _PUBLIC_URL.fullmatch(self.public_url):
            raise ConfigurationError(
                "KAVAK_WHATSAPP_PUBLIC_URL: scheme and host are needed, nothing after the path",
                hint="like https://bot.example.mx",
            )
        if self.api_base and not is_loopback(urlsplit(self.api_base).hostname or ""):
            raise ConfigurationError("KAVAK_WHATSAPP_API_BASE: only a loopback address", hint="it is for the sandbox")
        return self


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def load_channel_settings(**overrides: Any) -> ChannelSettings:
    """Settings from the environment and `.env`. Raises ConfigurationError that names the variable."""
    try:
        return ChannelSettings(**overrides)
    except ValidationError as error:
        fault = error.errors()[0]
        name, *inside = (str(part) for part in fault["loc"])
        variable = name if name.startswith("TWILIO") else _PREFIX + name.upper()
        raise ConfigurationError(": ".join([variable, *inside, fault["msg"]]), hint="see docs/whatsapp.md") from error
