"""What stands around every page: the navigation, who is here, the language. A page is one line of `PAGES`."""

from __future__ import annotations

import importlib
import importlib.util
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from bot_core.errors import KavakBotError
from workbench import session
from workbench.roles import LONGEST_NAME
from workbench.texts.problems import say
from workbench.texts.texts import LANGUAGES, section, text
from workbench.views.figures import plain

_log = logging.getLogger(__name__)
_SELDOM = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class PageEntry:
    """`name` is the module workbench/views/<name>.py, or workbench/views/<name>/page.py, with `show()`; its title is
    the text of that name in the section app_pages."""

    name: str
    group: str
    """A name of the section app_groups."""
    icon: str
    """An emoji: a `:material/` icon here would be fetched from the network."""
    path: str
    """Last part of the address, in Spanish."""


PAGES = (
    PageEntry("simulator", "try", "💬", "simulador"),
    PageEntry("conversations", "try", "🗂️", "conversaciones"),
    PageEntry("review", "try", "⭐", "revision"),
    PageEntry("prompts", "build", "✍️", "prompts"),
    PageEntry("models", "build", "🧠", "modelos"),
    PageEntry("releases", "build", "🚀", "versiones"),
    PageEntry("experiments", "measure", "🧪", "experimentos"),
    PageEntry("monitoring", "measure", "📈", "monitoreo"),
)


def navigation() -> StreamlitPage:
    """The pages that are there, in their groups."""
    groups: dict[str, list[StreamlitPage]] = {}
    for number, entry in enumerate(PAGES):
        if module := _module(entry.name):
            title = section("app_pages")[entry.name]
            page = st.Page(_shown(module), title=title, icon=entry.icon, url_path=entry.path, default=number == 0)
            groups.setdefault(section("app_groups")[entry.group], []).append(page)
    return st.navigation(groups, position="top")


@lru_cache(maxsize=len(PAGES))
def _module(name: str) -> str | None:
    """The module of a page, without importing it; None when it is not there."""
    module = f"workbench.views.{name}"
    found = importlib.util.find_spec(module)
    if found and found.submodule_search_locations:
        module = f"{module}.page"
        found = importlib.util.find_spec(module)
    return module if found else None


def _shown(module: str) -> Callable[[], None]:
    """Imported when first opened: a page that cannot be imported takes no other page with it."""

    def show() -> None:
        importlib.import_module(module).show()

    return show


@st.cache_resource(show_spinner=False)
def warm() -> None:
    """Once for each process: import every page, so that none is slow when it is first opened."""
    for entry in PAGES:
        if module := _module(entry.name):
            try:
                importlib.import_module(module)
            except Exception:  # noqa: BLE001 - said on the page itself, when somebody opens it
                _log.exception("page %s", module)


def run(page: StreamlitPage) -> None:
    """Draw the page; what goes wrong is one line in the language of the screen, never a traceback."""
    _notice()
    try:
        page.run()
    except KavakBotError as error:
        _log.warning("page %s: %s", page.title, error)
        st.error(say(error), icon="⚠️")
    except ImportError as error:
        _log.exception("page %s: %s", page.title, error)
        st.error(text("app.not_here"), icon="⚠️")
    except Exception as error:  # noqa: BLE001 - the log has it
        _log.exception("page %s", page.title)
        st.error(say(error), icon="⚠️")


def _notice() -> None:
    """The only toast, and never inside a fragment: Streamlit 1.67 keeps the toast of a fragment's run that is overtaken
    by another run, but not the block around it, and then its page breaks ("Cannot set a node at a delta path")."""
    if notice := session.take_notice():
        st.toast(notice)


@st.fragment(run_every=_SELDOM)
def find_the_server_again() -> None:
    """Draws nothing. Streamlit 1.67's browser asks a server that was started again for the page only if a part of it
    ran last or a part runs by itself; without that the new server takes nothing from any fragment: the page looks
    alive, and what is written on a phone is never read until somebody reloads it."""


def admitted() -> bool:
    """Whether anybody may be here; otherwise says how to come in."""
    if session.person().role is not None:
        return True
    if session.has_proxy():
        st.error(text("app.header_missing"), icon="🔒")
    else:
        st.info(text("app.login_needed"), icon="🔒")
        st.button(text("app.login"), type="primary", on_click=st.login)
    return False


def account() -> None:
    """At the top of the side bar: who is here, their name, the language."""
    person = session.person()
    role = section("roles")[person.role.name.casefold()] if person.role else ""
    with st.sidebar, st.popover(plain(text("app.you", name=person.name, role=role)), icon="👤", type="tertiary"):
        if session.has_login():
            st.button(text("app.logout"), on_click=st.logout)
        elif not session.has_proxy():
            _name(person.name)
        st.segmented_control(
            text("app.language"),
            list(LANGUAGES),
            format_func=LANGUAGES.__getitem__,
            default=session.language(),
            key=session.LANGUAGE_SWITCH,
            help=text("app.language_help"),
            on_change=session.take_language,
        )


def _name(name: str) -> None:
    st.text_input(
        text("app.name"),
        name,
        key=session.NAME_FIELD,
        max_chars=LONGEST_NAME,
        placeholder=text("app.name_placeholder"),
        help=text("app.name_help"),
        on_change=session.take_name,
    )
