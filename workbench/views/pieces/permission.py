"""Buttons that not everybody may press: shown to all, disabled with the reason on hover."""

from __future__ import annotations

from typing import Any

import streamlit as st

from workbench import session
from workbench.roles import Role
from workbench.texts.texts import section


def refusal(role: Role) -> str | None:
    """Why the person at this screen may not do what `role` may; None when they may."""
    return None if session.may(role) else section("role_needed")[role.name.casefold()]


def guarded_button(label: str, role: Role, *, help: str | None = None, disabled: bool = False, **options: Any) -> bool:  # noqa: A002
    """`st.button` for what only `role` may do. The act itself must be checked again where it happens."""
    refused = refusal(role)
    return st.button(label, help=refused or help, disabled=disabled or refused is not None, **options)
