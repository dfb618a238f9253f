"""Who is at the screen and what they may do. Knows no Streamlit: the session gives it claims and headers."""

from __future__ import annotations

import getpass
import ipaddress
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Annotated, Any

from pydantic import ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot_core.errors import ConfigurationError

_PREFIX = "KAVAK_WORKBENCH_"
LONGEST_NAME = 80


class Role(IntEnum):
    """Each may do what those before it may."""

    VIEWER = 1
    """Looks, and chats in the simulator."""
    EDITOR = 2
    """Drafts, experiments, annotations, cases."""
    PUBLISHER = 3
    """Decides what customers get: promotes, rolls back, erases."""


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    """"" for somebody unknown, who may nothing."""
    role: Role | None

    def may(self, role: Role) -> bool:
        return self.role is not None and self.role >= role


NOBODY = Person("", None)


class AccessSettings(BaseSettings):
    """How people are known when the workbench is not for one computer alone (docs/workbench-login.md)."""

    model_config = SettingsConfigDict(env_prefix=_PREFIX, env_file=".env", extra="ignore")

    user_header: str | None = None
    """KAVAK_WORKBENCH_USER_HEADER: a header that the reverse proxy sets, and takes away from what it receives."""
    role_header: str | None = None
    """KAVAK_WORKBENCH_ROLE_HEADER: a header with groups, separated by commas."""
    role_claim: str = "roles"
    """KAVAK_WORKBENCH_ROLE_CLAIM: the claim of `st.login` with the person's groups."""
    editors: Annotated[frozenset[str], NoDecode] = frozenset()
    """KAVAK_WORKBENCH_EDITORS: e-mails or groups, separated by commas."""
    publishers: Annotated[frozenset[str], NoDecode] = frozenset()
    """KAVAK_WORKBENCH_PUBLISHERS: the same for publishers."""

    @field_validator("editors", "publishers", mode="before")
    @classmethod
    def _listed(cls, value: object) -> object:
        return frozenset(_words(value)) if isinstance(value, str) else value

    def role_of(self, known_as: Iterable[str]) -> Role:
        """The highest role of somebody's e-mail and groups; a group named like a role has that role."""
        names = {name.strip().casefold() for name in known_as}
        if names & (self.publishers | {Role.PUBLISHER.name.casefold()}):
            return Role.PUBLISHER
        if names & (self.editors | {Role.EDITOR.name.casefold()}):
            return Role.EDITOR
        return Role.VIEWER


def load_access() -> AccessSettings:
    """Raises ConfigurationError that names the variable."""
    try:
        return AccessSettings()
    except ValidationError as error:
        fault = error.errors()[0]
        variable = _PREFIX + "_".join(str(part) for part in fault["loc"]).upper()
        raise ConfigurationError(f"{variable}: {fault['msg']}", hint="see docs/workbench-login.md") from error


def from_claims(access: AccessSettings, claims: Mapping[str, Any]) -> Person:
    """Whoever `st.login` knows; nobody before they log in. An e-mail that is not verified gives no role of its own."""
    if not claims.get("is_logged_in"):
        return NOBODY
    email = str(claims.get("email") or "")
    name = str(claims.get("name") or email or claims.get("sub") or "")
    listed = claims.get(access.role_claim)
    groups = _words(listed) if isinstance(listed, str) else [str(item) for item in listed or ()]
    verified = claims.get("email_verified", True) in (True, "true")
    return Person(_clean(name), access.role_of([*groups, *([email] if verified and email else [])]))


def from_headers(access: AccessSettings, headers: Mapping[str, str]) -> Person:
    """Whoever the reverse proxy says it is; nobody when it says nothing."""
    user = _clean(headers.get(access.user_header or "", ""))
    if not user:
        return NOBODY
    groups = _words(headers.get(access.role_header, "")) if access.role_header else []
    return Person(user, access.role_of([user, *groups]))


def on_this_machine(name: str | None, address: str | None) -> Person:
    """Without login: everything for whoever sits at the computer, only looking for whoever comes over the network."""
    return Person(_clean(name or "") or _account(), Role.PUBLISHER if is_loopback(address) else Role.VIEWER)


def is_loopback(address: str | None) -> bool:
    """Whether a server that listens on `address` can be reached from this machine only; None listens everywhere."""
    if address == "localhost":
        return True
    try:
        return ipaddress.ip_address(address or "").is_loopback
    except ValueError:
        return False


def _account() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container without a user database
        return "workbench"


def _words(value: str) -> list[str]:
    return [word.strip().casefold() for word in re.split("[,;]", value) if word.strip()]


def _clean(name: str) -> str:
    return " ".join("".join(letter for letter in name if letter.isprintable() or letter.isspace()).split())[
        :LONGEST_NAME
    ]
