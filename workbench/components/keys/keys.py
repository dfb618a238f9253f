"""One-key commands of a page: a Streamlit component (v2) without anything to see."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import streamlit as st
from pydantic import BaseModel, Field, ValidationError
from streamlit.components.v2.types import ComponentRenderer

_SCRIPT = Path(__file__).with_name("keys.js")
_LONGEST_KEY = 16


class _Pressed(BaseModel):
    """What the browser reports: the last presses since the component was mounted, numbered."""

    mount: str = Field(max_length=64)
    presses: list[tuple[int, str]] = Field(max_length=50)


def key_commands(keys: Sequence[str], on_press: Callable[[str], None], *, key: str) -> None:
    """Call `on_press` once for each press of one of `keys` ("j", "1") while nobody writes in a field."""

    def report() -> None:
        for name in _new(st.session_state[key].get("pressed"), key):
            if name in keys:
                on_press(name)

    _renderer()(key=key, data={"keys": list(keys)}, on_pressed_change=report)


def _new(value: Any, key: str) -> list[str]:
    """Presses that were not seen before, in order. What the browser reports is untrusted: a malformed one is none."""
    try:
        pressed = _Pressed.model_validate(value)
    except ValidationError:
        return []
    place = f"{key}-seen"
    mount, last = st.session_state.get(place, ("", 0))
    if mount != pressed.mount:
        last = 0
    fresh = [(number, name) for number, name in pressed.presses if number > last and len(name) <= _LONGEST_KEY]
    st.session_state[place] = (pressed.mount, max([last, *(number for number, _ in fresh)]))
    return [name for _, name in fresh]


@lru_cache(maxsize=1)
def _renderer() -> ComponentRenderer:
    return st.components.v2.component("kavak_keys", js=_SCRIPT.read_text(encoding="utf-8"))
