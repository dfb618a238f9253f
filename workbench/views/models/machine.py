"""What this computer can reach: keys that are there (never their value), servers, and a real call to each model."""

from __future__ import annotations

import streamlit as st

from bot_core.llm.discovery import FoundModel
from bot_core.llm.gateway import OFFLINE_MODEL, ModelSettings
from bot_core.llm.price_list import own_price, price_of
from workbench import session
from workbench.runner.bots import model_settings
from workbench.runner.models import Machine
from workbench.texts.texts import section, text
from workbench.views.figures import plain
from workbench.views.model_labels import model_label
from workbench.views.models.connection import show_test

_SECONDS = 10


def show() -> None:
    st.subheader(text("model_page.ready"), anchor=False)
    st.caption(text("model_page.ready_help"))
    for found in session.models():
        _ready(found)
    machine = _machine()
    left, right = st.columns(2, gap="large")
    with left:
        _keys(machine)
    with right:
        _servers(machine)


@st.cache_resource(ttl=_SECONDS, show_spinner=False)
def _machine() -> Machine:
    return session.workbench().model_desk.machine()


def _ready(found: FoundModel) -> None:
    with st.container(border=True):
        st.markdown(f"**{plain(model_label(found))}**")
        if found.model == OFFLINE_MODEL:
            st.caption(text("model_page.offline_line"))
            return
        st.caption(plain(f"{found.model} · {price_line(model_settings(found))}"))
        show_test(model_settings(found), key=found.model)


def price_line(settings: ModelSettings) -> str:
    """What a million tokens cost, or that nobody knows."""
    price = own_price(settings) or price_of(settings.model)
    if price is None:
        return text("model_page.no_price")
    return text(
        "model_page.price", input=f"{price.input_usd.normalize():f}", output=f"{price.output_usd.normalize():f}"
    )


def _keys(machine: Machine) -> None:
    st.subheader(text("model_page.keys"), anchor=False)
    st.caption(text("model_page.keys_help"))
    rows = [
        {
            text("model_page.provider"): key.provider,
            text("model_page.variable"): key.variable,
            text("model_page.state"): text("model_page.present") if key.is_set else text("model_page.absent"),
        }
        for key in machine.keys
    ]
    st.dataframe(rows, hide_index=True, width="stretch")


def _servers(machine: Machine) -> None:
    st.subheader(text("model_page.servers"), anchor=False)
    st.caption(text("model_page.servers_help"))
    names = section("model_servers")
    for server in machine.servers:
        with st.container(border=True):
            st.markdown(f"**{names[server.kind]}**")
            st.code(server.base, language=None)
            if server.models:
                st.caption(plain(text("model_page.serves", models=", ".join(server.models))))
            else:
                st.caption(section("model_server_hints")[server.kind])
