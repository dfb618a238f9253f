from __future__ import annotations

from typing import Any

import pytest

from bot_core.errors import ConfigurationError
from workbench.roles import (
    LONGEST_NAME,
    NOBODY,
    AccessSettings,
    Person,
    Role,
    from_claims,
    from_headers,
    is_loopback,
    load_access,
    on_this_machine,
)

ACCESS = AccessSettings(
    user_header="X-Forwarded-Email",
    role_header="X-Forwarded-Groups",
    editors=frozenset({"eva@kavak.com", "producto"}),
    publishers=frozenset({"ana@kavak.com"}),
)


@pytest.mark.parametrize(
    ("role", "may"),
    [(Role.VIEWER, [True, False, False]), (Role.EDITOR, [True, True, False]), (Role.PUBLISHER, [True, True, True])],
)
def test_each_role_may_do_what_those_before_it_may(role: Role, may: list[bool]):
    assert [Person("Ana", role).may(wanted) for wanted in Role] == may


def test_nobody_may_nothing():
    assert not any(NOBODY.may(role) for role in Role)


@pytest.mark.parametrize(
    ("claims", "person"),
    [
        ({}, NOBODY),
        ({"is_logged_in": False, "email": "ana@kavak.com"}, NOBODY),
        ({"is_logged_in": True, "email": "Ana@Kavak.com", "name": "Ana"}, Person("Ana", Role.PUBLISHER)),
        ({"is_logged_in": True, "email": "otra@kavak.com"}, Person("otra@kavak.com", Role.VIEWER)),
        ({"is_logged_in": True, "name": "Eva", "roles": ["Producto"]}, Person("Eva", Role.EDITOR)),
        ({"is_logged_in": True, "name": "Eva", "roles": "ventas, publisher"}, Person("Eva", Role.PUBLISHER)),
        (
            {"is_logged_in": True, "email": "ana@kavak.com", "email_verified": False, "name": "Ana"},
            Person("Ana", Role.VIEWER),
        ),
        ({"is_logged_in": True, "name": "Ana", "roles": None}, Person("Ana", Role.VIEWER)),
    ],
)
def test_a_login_gives_the_role_of_its_email_or_groups(claims: dict[str, Any], person: Person):
    assert from_claims(ACCESS, claims) == person


@pytest.mark.parametrize(
    ("headers", "person"),
    [
        ({}, NOBODY),
        ({"X-Forwarded-Email": "  "}, NOBODY),
        ({"X-Forwarded-Email": "ana@kavak.com"}, Person("ana@kavak.com", Role.PUBLISHER)),
        (
            {"X-Forwarded-Email": "o@kavak.com", "X-Forwarded-Groups": "ventas;producto"},
            Person("o@kavak.com", Role.EDITOR),
        ),
    ],
)
def test_a_reverse_proxy_names_the_person(headers: dict[str, str], person: Person):
    assert from_headers(ACCESS, headers) == person


def test_without_login_only_the_own_computer_may_publish():
    assert on_this_machine("Ana", "127.0.0.1") == Person("Ana", Role.PUBLISHER)
    assert on_this_machine("Ana", "0.0.0.0") == Person("Ana", Role.VIEWER)
    assert on_this_machine(None, None).role is Role.VIEWER
    assert on_this_machine(None, "::1").name


@pytest.mark.parametrize(
    ("address", "loopback"),
    [("127.0.0.1", True), ("::1", True), ("localhost", True), ("10.0.0.1", False), ("0.0.0.0", False), (None, False)],
)
def test_loopback_addresses(address: str | None, loopback: bool):
    assert is_loopback(address) is loopback


def test_a_name_is_one_short_printable_line():
    assert on_this_machine("  Ana\n\x00María ", "127.0.0.1").name == "Ana María"
    assert len(on_this_machine("x" * 500, "127.0.0.1").name) == LONGEST_NAME


def test_lists_come_from_the_environment_and_faults_name_the_variable(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("KAVAK_WORKBENCH_PUBLISHERS", "Ana@kavak.com, dirección")
    assert load_access().publishers == {"ana@kavak.com", "dirección"}
    assert load_access().user_header is None


def test_a_wrong_setting_is_named(monkeypatch: pytest.MonkeyPatch):
    def wrong(**_: object) -> AccessSettings:
        return AccessSettings.model_validate({"editors": 3})

    monkeypatch.setattr("workbench.roles.AccessSettings", wrong)
    with pytest.raises(ConfigurationError, match="KAVAK_WORKBENCH_EDITORS"):
        load_access()
