"""An editor for a prompt's sections: a Streamlit component (v2) that reports what is typed after each pause."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path

import streamlit as st
from pydantic import BaseModel, ConfigDict, ValidationError
from streamlit.components.v2.types import ComponentRenderer

from bot_core.prompts.draft import DraftText

_FOLDER = Path(__file__).parent
_MOST_LETTERS = 60_000
"""Of a whole prompt: what is longer is no prompt."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A fault to show: `line` counts from 1."""

    line: int
    message: str


@dataclass(frozen=True, slots=True)
class EditorSection:
    name: str
    """A field of DraftText."""
    title: str
    help: str
    text: str
    faults: tuple[Mark, ...] = ()


class _Typed(BaseModel):
    model_config = ConfigDict(extra="forbid")

    revision: str
    sections: DraftText


def prompt_editor(sections: Sequence[EditorSection], *, key: str, revision: str, read_only: bool = False) -> None:
    """Draw it. Texts are taken over with a new `revision` only, so that nothing replaces what a person types."""
    data = {
        "revision": revision,
        "readOnly": read_only,
        "sections": [asdict(section) for section in sections],
    }
    _renderer()(key=key, data=data, on_typed_change=_noted)


def typed(key: str, revision: str) -> DraftText | None:
    """What a person has typed into that revision; None when nothing yet. What the browser reports is untrusted: a
    malformed or overlong text is no text."""
    try:
        found = _Typed.model_validate(st.session_state[key].get("typed"))
    except (KeyError, AttributeError, ValidationError):
        return None
    letters = sum(len(text) for text in found.sections.model_dump().values())
    return found.sections if found.revision == revision and letters <= _MOST_LETTERS else None


def _noted() -> None:
    """The text is read from the session's state; the callback only makes it a state."""


@lru_cache(maxsize=1)
def _renderer() -> ComponentRenderer:
    html, css, js = (
        (_FOLDER / f"prompt_editor.{suffix}").read_text(encoding="utf-8") for suffix in ("html", "css", "js")
    )
    return st.components.v2.component("kavak_prompt_editor", html=html, css=css, js=js)
