"""Models under a name of our own: AIModel. A release holds a copy, so changing one here changes no release."""

from __future__ import annotations

import streamlit as st

from bot_core.errors import KavakBotError
from bot_core.llm.gateway import ModelSettings
from bot_core.store.records import AIModel
from workbench import session
from workbench.roles import Role
from workbench.texts.problems import say
from workbench.texts.texts import text
from workbench.views.figures import plain
from workbench.views.models import place
from workbench.views.models.connection import show_test
from workbench.views.models.fields import key_problem, model_fields
from workbench.views.models.machine import price_line
from workbench.views.pieces.heading import empty_state
from workbench.views.pieces.permission import guarded_button
from workbench.views.pieces.settings_labels import field_name, field_value

_EDITED = "models-edited"
_LONGEST_NAME = 60


def show() -> None:
    models = session.workbench().model_desk.models()
    if not models:
        empty_state("🧠", text("model_page.no_models"), text("model_page.no_models_help"))
    for model in models:
        _model(model)
    edited = st.session_state.get(_EDITED)
    current = next((model for model in models if model.name == edited), None)
    _form(current)


def _model(model: AIModel) -> None:
    with st.container(border=True):
        st.markdown(f"**{plain(model.name)}**")
        st.caption(plain(f"{model.settings.model} · {price_line(model.settings)}"))
        if model.notes:
            st.caption(plain(model.notes))
        changed = model.settings.model_dump(exclude_defaults=True, exclude={"model"})
        if changed:
            st.caption(
                plain(" · ".join(f"{field_name(name)}: {field_value(value)}" for name, value in changed.items()))
            )
        if problem := key_problem(model.settings):
            st.warning(plain(problem), icon="🔑")
        with st.container(horizontal=True):
            st.button(
                text("model_page.edit"), key=f"models-edit-{model.name}", icon="✏️", on_click=_edit, args=(model.name,)
            )
            guarded_button(
                text("model_page.remove"),
                Role.EDITOR,
                key=f"models-remove-{model.name}",
                help=text("model_page.remove_help"),
                on_click=_remove,
                args=(model.name,),
            )
        show_test(model.settings, key=f"named-{model.name}")


def _form(current: AIModel | None) -> None:
    key = current.name if current else ""
    title = text("model_page.change", name=plain(current.name)) if current else text("model_page.new_model")
    st.subheader(title, anchor=False)
    with st.container(border=True):
        name = st.text_input(
            text("model_page.name"),
            key,
            key=f"models-name-{key}",
            max_chars=_LONGEST_NAME,
            help=text("model_page.name_help"),
        )
        settings = model_fields(current.settings if current else None, key=f"model-{key}")
        notes = st.text_input(
            text("model_page.notes"), current.notes if current else "", key=f"models-notes-{key}", max_chars=300
        )
        # Not a callback: its arguments would be older than what was typed right before.
        if guarded_button(
            text("model_page.save"),
            Role.EDITOR,
            type="primary",
            icon="💾",
            key="models-save",
            disabled=not (name or "").strip() or settings is None,
            help=text("model_page.save_help"),
        ):
            _keep(name or "", settings, notes or "")
            st.rerun()


def _edit(name: str) -> None:
    st.session_state[_EDITED] = name


def _remove(name: str) -> None:
    if session.may(Role.EDITOR):
        session.workbench().model_desk.remove_model(name)
        session.notify(text("model_page.removed"))


def _keep(name: str, settings: ModelSettings | None, notes: str) -> None:
    if settings is None or not session.may(Role.EDITOR):
        return
    model = AIModel(name=" ".join(name.split()), settings=settings, notes=notes.strip())
    try:
        session.workbench().model_desk.keep_model(model)
    except KavakBotError as error:
        st.session_state[place.PROBLEM] = say(error)
        return
    st.session_state.pop(_EDITED, None)
    session.notify(text("model_page.saved", name=plain(model.name)))
