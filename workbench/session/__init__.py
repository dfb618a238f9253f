"""The one owner of what a browser tab remembers: query parameters (survive F5 and can be shared) and session state."""

from __future__ import annotations

import atexit
import gc
import re
from collections.abc import Sequence

import streamlit as st

from bot_core.errors import CatalogError
from bot_core.llm.discovery import FoundModel
from bot_core.messages import new_id
from bot_core.settings import load_settings
from workbench.evaluation.dataset.loading import Dataset, load_dataset
from workbench.evaluation.dataset.personas import Persona, load_personas
from workbench.roles import AccessSettings, Person, Role, from_claims, from_headers, load_access, on_this_machine
from workbench.runner.bots import BotChoice
from workbench.runner.network import Network
from workbench.runner.workbench import Workbench
from workbench.session.address import go, keep_places, notify, place, take_notice
from workbench.session.language import LANGUAGE_SWITCH, keep_language, language, take_language

__all__ = [  # besides what is defined here
    "LANGUAGE_SWITCH",
    "go",
    "keep_language",
    "keep_places",
    "language",
    "notify",
    "place",
    "take_language",
    "take_notice",
]

_CONVERSATION = "conversacion"
_RELEASE = "version"
_MODEL = "modelo"
_CATALOG = "catalogo"
_EXPERIMENT = "experimento"
_PHONES = "telefonos"
_CUSTOMERS = "clientes"
_DIFFERENT = "distintos"
_BY, _WHATSAPP = "por", "whatsapp"
MOST_PHONES = 3
_TURN = "selected_turn"
_SAVING = "saving_case"
_SHOWN = "shown_conversations"
_REFUSED = "refused_catalog"
_LISTED = "listed_conversations"
CATALOG_UPLOAD = "catalog_upload"
"""Key of the upload field."""
DELAY, TWICE, LATE = "network_delay", "network_twice", "network_late"
NAME_FIELD = "name_field"
_CONVERSATION_ID = re.compile(r"[\w-]{1,64}")
_MODELS_KEPT_SECONDS = 15
_DATASET_KEPT_SECONDS = 60


@st.cache_resource(show_spinner=False, on_release=Workbench.close)
def workbench() -> Workbench:
    """The process's one background runner with its stores; all tabs share it. Raises UserError for wrong settings."""
    return Workbench(load_settings())


@st.cache_resource(ttl=_MODELS_KEPT_SECONDS, show_spinner=False)
def models() -> tuple[FoundModel, ...]:
    """The models of this machine; a local server that was just started appears within seconds."""
    return workbench().models()


@st.cache_resource(show_spinner=False)
def settle_memory() -> None:
    """Once for each process, after the heavy imports: Streamlit collects garbage after every run, and what is frozen
    here it need not look at (a run with three long chats: 157 → 16 ms). Not at the process's end: DuckDB's bindings
    complain about objects that are never taken apart."""
    gc.collect()
    gc.freeze()
    atexit.register(gc.unfreeze)


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


def take_name() -> None:
    """What the field for one's own name says now. Raises StoreError when it cannot be kept."""
    workbench().names.keep(str(st.session_state.get(NAME_FIELD) or ""))


def phones() -> int:
    """How many phones stand side by side in the simulator: 1 to MOST_PHONES."""
    value = place(_PHONES) or "1"
    return min(max(int(value), 1), MOST_PHONES) if value.isdecimal() else 1


def choose_phones(count: int) -> None:
    go(_PHONES, str(count) if count > 1 else None)


def same_customer() -> bool:
    """Whether what is written on one phone goes to all."""
    return place(_CUSTOMERS) != _DIFFERENT


def choose_same_customer(same: bool) -> None:
    go(_CUSTOMERS, None if same else _DIFFERENT)


def conversation_id(phone: int = 1) -> str:
    """The conversation that a phone of this tab shows, counted from 1; a new id when it has none yet."""
    known = place(_of(_CONVERSATION, phone))
    if known and _CONVERSATION_ID.fullmatch(known):
        st.session_state.setdefault(_SHOWN, set()).add(known)
        return known
    started = new_id()
    open_conversation(started, phone)
    return started


def was_shown(conversation: str) -> bool:
    """Whether this tab has shown that conversation: what was written on it may arrive after the next one was opened."""
    return conversation in st.session_state.get(_SHOWN, ())


def open_conversation(conversation: str, phone: int = 1) -> None:
    go(_of(_CONVERSATION, phone), conversation)


def list_conversations(listed: Sequence[str]) -> None:
    """Remember which conversations the side bar shows, in their order."""
    st.session_state[_LISTED] = tuple(listed)


def listed_conversations() -> tuple[str, ...]:
    listed = st.session_state.get(_LISTED)
    return listed if isinstance(listed, tuple) else ()


def open_new_conversations() -> None:
    """An empty one on each phone."""
    for phone in range(1, MOST_PHONES + 1):
        go(_of(_CONVERSATION, phone), new_id() if phone <= phones() else None)


def choice(phone: int = 1) -> BotChoice:
    """Which bot answers the next message of a phone. All phones see the same cars."""
    return BotChoice(
        release_id=place(_of(_RELEASE, phone)), model=place(_of(_MODEL, phone)), catalog_id=place(_CATALOG)
    )


def choose_release(release_id: str | None, phone: int = 1) -> None:
    go(_of(_RELEASE, phone), release_id)


def choose_model(model: str | None, phone: int = 1) -> None:
    go(_of(_MODEL, phone), model)


def choose_catalog(catalog_id: str | None) -> None:
    go(_CATALOG, catalog_id)


def typed(key: str) -> str:
    """What a text field says now. For a callback that must act on what the page showed: its arguments are older than
    what was typed right before the button was pressed."""
    return str(st.session_state.get(key) or "")


def is_new(report: str, serial: int) -> bool:
    """Whether the report of that name and number was not taken in yet; from now on it is."""
    known = st.session_state.get(f"taken-{report}")
    st.session_state[f"taken-{report}"] = serial
    return known != serial


def selected_turn() -> tuple[int, str | None]:
    """The phone whose reply is explained, and its tracking_id; None for the newest."""
    selected = st.session_state.get(_TURN)
    return selected if isinstance(selected, tuple) else (1, None)


def select_turn(phone: int, tracking_id: str | None) -> None:
    st.session_state[_TURN] = (phone, tracking_id)


def _of(name: str, phone: int) -> str:
    """The first phone's parameters have no number, so that a link to one conversation stays short."""
    return name if phone == 1 else f"{name}{phone}"


def network() -> Network:
    """How this tab's messages travel."""
    state = st.session_state
    return Network(
        delay_seconds=float(state.get(DELAY) or 0.0), twice=bool(state.get(TWICE)), late=bool(state.get(LATE))
    )


def via_whatsapp() -> bool:
    """Whether this tab writes through the real WhatsApp adapter."""
    return place(_BY) == _WHATSAPP


def choose_whatsapp(wanted: bool) -> None:
    go(_BY, _WHATSAPP if wanted else None)


def is_saving_case() -> bool:
    """Whether the form that makes a case of the conversation is open."""
    return bool(st.session_state.get(_SAVING))


def save_case(wanted: bool) -> None:
    st.session_state[_SAVING] = wanted


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
    return load_dataset(own=workbench().cases.folder)


@st.cache_resource(ttl=_DATASET_KEPT_SECONDS, show_spinner=False)
def personas() -> tuple[Persona, ...]:
    """The simulated customers. Raises DatasetError."""
    return load_personas()


def open_experiment(experiment: str | None) -> None:
    go(_EXPERIMENT, experiment)


def keep_chat_places() -> None:
    numbered = [_of(name, phone) for phone in range(1, phones() + 1) for name in (_CONVERSATION, _RELEASE, _MODEL)]
    keep_places(*numbered, _CATALOG, _PHONES, _CUSTOMERS, _BY)


def keep_experiment_place() -> None:
    keep_places(_EXPERIMENT)
