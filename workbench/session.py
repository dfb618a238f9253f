"""The one owner of what a browser tab remembers: query parameters (survive F5 and can be shared) and session state."""

from __future__ import annotations

import gc
import re

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from bot_core.errors import CatalogError
from bot_core.llm.discovery import FoundModel
from bot_core.messages import new_id
from bot_core.settings import load_settings
from workbench.evaluation.dataset.loading import Dataset, load_dataset
from workbench.roles import AccessSettings, Person, Role, from_claims, from_headers, load_access, on_this_machine
from workbench.runner.bots import BotChoice
from workbench.runner.workbench import Workbench
from workbench.texts.texts import LANGUAGES, SPANISH, speak

_CONVERSATION = "conversacion"
_RELEASE = "version"
_MODEL = "modelo"
_CATALOG = "catalogo"
_EXPERIMENT = "experimento"
_LANGUAGE = "idioma"
_TURN = "selected_turn"
_NOTICE = "notice"
_REFUSED = "refused_catalog"
CATALOG_UPLOAD = "catalog_upload"
"""Key of the upload field."""
LANGUAGE_SWITCH = "language_switch"
NAME_FIELD = "name_field"
_CONVERSATION_ID = re.compile(r"[\w-]{1,64}")
_MODELS_KEPT_SECONDS = 15
_DATASET_KEPT_SECONDS = 60


@st.cache_resource(show_spinner=False, on_release=Workbench.close)
def workbench() -> Workbench:
    """The process's one background runner with its stores; all tabs share it. Raises UserError for wrong settings."""
    return Workbench(load_settings())


@st.cache_data(ttl=_MODELS_KEPT_SECONDS, show_spinner=False)
def models() -> tuple[FoundModel, ...]:
    """The models of this machine; a local server that was just started appears within seconds."""
    return workbench().models()


@st.cache_resource(show_spinner=False)
def settle_memory() -> None:
    """Once for each process, after the heavy imports: Streamlit collects garbage after every run, and what is frozen
    here it need not look at (a run with three long chats: 157 → 16 ms)."""
    gc.collect()
    gc.freeze()


@st.cache_resource(show_spinner=False)
def _access() -> AccessSettings:
    return load_access()


def person() -> Person:
    """Who is at this screen: by login, by the reverse proxy's header, or whoever sits at this computer."""
    access = _access()
    if access.user_header:
        return from_headers(access, dict(st.context.headers))
    claims = st.user.to_dict()
    if has_login():
        return from_claims(access, claims)
    return on_this_machine(workbench().names.get(), st.get_option("server.address"))


def has_login() -> bool:
    """Whether `st.login` is configured (docs/workbench-login.md)."""
    return "is_logged_in" in st.user.to_dict()


def has_proxy() -> bool:
    return _access().user_header is not None


def who() -> str:
    """Name of the person at this screen, for what they change."""
    return person().name


def may(role: Role) -> bool:
    """Whether the person at this screen may do what `role` may."""
    return person().may(role)


def language() -> str:
    """A key of `LANGUAGES`. Asked at every text, so the address is read once, by `keep_language`."""
    if get_script_run_ctx(suppress_warning=True) is None:
        return SPANISH
    chosen = st.session_state.get(_LANGUAGE)
    return chosen if chosen in LANGUAGES else SPANISH


def keep_language() -> None:
    """Before anything is drawn: take the language from the address, or write it there."""
    if place(_LANGUAGE) == SPANISH:
        go(_LANGUAGE, None)
    keep_places(_LANGUAGE)


def take_language() -> None:
    """What the language switch says now."""
    chosen = st.session_state.get(LANGUAGE_SWITCH)
    go(_LANGUAGE, chosen if chosen in LANGUAGES and chosen != SPANISH else None)


def take_name() -> None:
    """What the field for one's own name says now. Raises StoreError when it cannot be kept."""
    workbench().names.keep(str(st.session_state.get(NAME_FIELD) or ""))


speak(language)


def conversation_id() -> str:
    """The conversation that this tab shows; a new id when it has none yet."""
    known = place(_CONVERSATION)
    if known and _CONVERSATION_ID.fullmatch(known):
        return known
    started = new_id()
    open_conversation(started)
    return started


def open_conversation(conversation: str) -> None:
    go(_CONVERSATION, conversation)
    select_turn(None)


def choice() -> BotChoice:
    """Which bot answers the next message of this tab."""
    return BotChoice(release_id=place(_RELEASE), model=place(_MODEL), catalog_id=place(_CATALOG))


def choose_release(release_id: str | None) -> None:
    go(_RELEASE, release_id)


def choose_model(model: str | None) -> None:
    go(_MODEL, model)


def choose_catalog(catalog_id: str | None) -> None:
    go(_CATALOG, catalog_id)


def selected_turn() -> str | None:
    """tracking_id of the turn whose trace is shown; None for the newest."""
    selected = st.session_state.get(_TURN)
    return selected if isinstance(selected, str) else None


def select_turn(tracking_id: str | None) -> None:
    st.session_state[_TURN] = tracking_id


def uploaded_catalog() -> tuple[str, bytes] | None:
    """Name and content of the file in the upload field."""
    uploaded = st.session_state.get(CATALOG_UPLOAD)
    return (uploaded.name, uploaded.getvalue()) if uploaded else None


def refuse_catalog(refused: tuple[str, CatalogError] | None) -> None:
    """Remember why an uploaded file was not taken, by its name; None forgets it."""
    st.session_state[_REFUSED] = refused


def refused_catalog() -> tuple[str, CatalogError] | None:
    refused = st.session_state.get(_REFUSED)
    return refused if isinstance(refused, tuple) else None


def experiment_id() -> str | None:
    return place(_EXPERIMENT)


@st.cache_resource(ttl=_DATASET_KEPT_SECONDS, show_spinner=False)
def dataset() -> Dataset:
    """The golden cases; an edited file is seen within a minute. Raises DatasetError."""
    return load_dataset()


def open_experiment(experiment: str | None) -> None:
    go(_EXPERIMENT, experiment)


def notify(message: str) -> None:
    """Say `message` once, in the next run of the whole page: neither a callback nor a fragment may draw a toast."""
    st.session_state[_NOTICE] = message


def take_notice() -> str | None:
    notice = st.session_state.pop(_NOTICE, None)
    return notice if isinstance(notice, str) else None


def place(name: str) -> str | None:
    """What the address or this tab says for `name`: changing pages clears the query parameters, so that what a tab
    shows is kept in its session too."""
    value = st.query_params.get(name) or st.session_state.get(name)
    if not isinstance(value, str):
        return None
    st.session_state[name] = value
    return value


def keep_places(*names: str) -> None:
    """Write what this tab remembers back into its address, for the page that is shown."""
    for name in names:
        value = st.session_state.get(name)
        if isinstance(value, str) and st.query_params.get(name) != value:
            st.query_params[name] = value


def keep_chat_places() -> None:
    keep_places(_CONVERSATION, _RELEASE, _MODEL, _CATALOG)


def keep_experiment_place() -> None:
    keep_places(_EXPERIMENT)


def go(name: str, value: str | None) -> None:
    """Keep `value` in the address, so that F5 and a link show the same; None takes it away."""
    if value is None:
        st.session_state.pop(name, None)
        if name in st.query_params:
            del st.query_params[name]
        return
    st.session_state[name] = value
    st.query_params[name] = value
