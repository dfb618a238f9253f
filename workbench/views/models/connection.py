"""One tiny real call to a model: how long it took, or why it did not work, in one line."""

from __future__ import annotations

import streamlit as st

from bot_core.errors import ModelError
from bot_core.llm.gateway import ModelSettings
from bot_core.messages import new_id
from workbench import session
from workbench.roles import Role
from workbench.runner.models import ConnectionTest
from workbench.texts.problems import say
from workbench.texts.texts import section, text
from workbench.texts.times import seconds
from workbench.views.figures import dollars, plain
from workbench.views.pieces.permission import guarded_button

POLL_SECONDS = 0.5


def show_test(settings: ModelSettings, *, key: str) -> None:
    """The button, and what came of the last press. `key` names the model among those of the page."""
    state = f"models-test-{key}"
    guarded_button(
        text("model_page.test"),
        Role.EDITOR,
        icon="🔌",
        key=f"models-test-button-{key}",
        help=text("model_page.test_help"),
        on_click=lambda: _start(state, settings),
    )
    test_id = st.session_state.get(state)
    if isinstance(test_id, str):
        busy = session.workbench().model_desk.tested(test_id) == "busy"
        st.fragment(_outcome, run_every=POLL_SECONDS if busy else None)(test_id, polling=busy)


def _start(state: str, settings: ModelSettings) -> None:
    if session.may(Role.EDITOR):
        test_id = new_id()
        session.workbench().model_desk.test(test_id, settings)
        st.session_state[state] = test_id


def _outcome(test_id: str, *, polling: bool) -> None:
    found = session.workbench().model_desk.tested(test_id)
    if found == "busy":
        st.caption(f"⏳ {text('model_page.testing')}")
        return
    if polling:
        st.rerun()
    if isinstance(found, ConnectionTest):
        _told(found)


def _told(found: ConnectionTest) -> None:
    if found.error is None:
        tokens = f"{found.usage.input_tokens:,} + {found.usage.output_tokens:,}"
        line = text("model_page.answered", seconds=seconds(found.seconds), tokens=tokens, cost=dollars(found.cost_usd))
        st.success(plain(line), icon="✅")
        return
    st.error(plain(text("model_page.failed", problem=explained(found.error), seconds=seconds(found.seconds))), icon="⚠️")
    with st.expander(text("model_page.detail")):
        st.code(str(found.error), language=None, wrap_lines=True)


def explained(error: BaseException) -> str:
    """What went wrong and what to do, for somebody who sets a model up."""
    known = section("connection_problems")
    if isinstance(error, ModelError):
        for kind in type(error).__mro__:
            if kind.__name__ in known:
                return known[kind.__name__]
    return say(error)
