"""The fields of a model's settings, with the limits that the settings themselves have."""

from __future__ import annotations

import streamlit as st
from pydantic import ValidationError

from bot_core.llm.gateway import OFFLINE_MODEL, ModelSettings
from workbench import session
from workbench.runner.bots import model_settings
from workbench.texts.texts import text
from workbench.views.figures import plain
from workbench.views.pieces.settings_labels import field_name

_LONGEST = 200


def model_fields(current: ModelSettings | None, *, key: str) -> ModelSettings | None:
    """The settings as they are filled in; None, and the reason below, while they are not valid."""
    start = current or _first()
    names = [OFFLINE_MODEL, *(found.model for found in session.models() if found.model != OFFLINE_MODEL)]
    options = names if start.model in names else [start.model, *names]
    model = st.selectbox(
        field_name("model"),
        options,
        index=options.index(start.model),
        key=f"{key}-model",
        accept_new_options=True,
        help=text("model_page.model_help"),
    )
    found = next((each for each in session.models() if each.model == model), None)
    suggested = model_settings(found) if found and model != start.model else start
    key = f"{key}-{model}"
    return parameter_fields(suggested.model_copy(update={"model": (model or "").strip()}), key=key)


def parameter_fields(start: ModelSettings, *, key: str) -> ModelSettings | None:
    """`start` with other parameters; None, and the reason below, while they are not valid."""
    with st.expander(text("model_page.parameters")):
        values = _numbers(start, key) | _texts(start, key)
    try:
        return ModelSettings.model_validate(start.model_dump() | values)
    except ValidationError as error:
        fault = error.errors()[0]
        where = field_name(str(fault["loc"][0])) if fault["loc"] else ""
        st.error(plain(text("model_page.wrong_field", field=where)), icon="⚠️")
        return None


def _first() -> ModelSettings:
    """A model of this computer, when there is one."""
    found = next((each for each in session.models() if each.model != OFFLINE_MODEL), None)
    return model_settings(found) if found else ModelSettings()


def _numbers(start: ModelSettings, key: str) -> dict[str, object]:
    one, two, three = st.columns(3)
    with one:
        temperature = st.number_input(
            field_name("temperature"),
            0.0,
            2.0,
            start.temperature,
            0.1,
            key=f"{key}-t",
            help=text("model_page.temperature_help"),
        )
        timeout = st.number_input(
            field_name("timeout_seconds"),
            1.0,
            600.0,
            start.timeout_seconds,
            5.0,
            key=f"{key}-s",
            help=text("model_page.timeout_help"),
        )
    with two:
        tokens = st.number_input(
            field_name("max_tokens"),
            1,
            32_000,
            start.max_tokens,
            50,
            key=f"{key}-m",
            help=text("model_page.tokens_help"),
        )
        concurrency = st.number_input(
            field_name("max_concurrency"),
            1,
            256,
            start.max_concurrency,
            key=f"{key}-c",
            help=text("model_page.concurrency_help"),
        )
    with three:
        retries = st.number_input(
            field_name("retries"), 0, 10, start.retries, key=f"{key}-r", help=text("model_page.retries_help")
        )
        rate = st.number_input(
            field_name("requests_per_minute"),
            0,
            100_000,
            start.requests_per_minute or 0,
            key=f"{key}-q",
            help=text("model_page.rate_help"),
        )
    return {
        "temperature": temperature,
        "timeout_seconds": timeout,
        "max_tokens": tokens,
        "max_concurrency": concurrency,
        "retries": retries,
        "requests_per_minute": rate or None,
    }


def _texts(start: ModelSettings, key: str) -> dict[str, object]:
    fallbacks = st.text_input(
        field_name("fallbacks"),
        ", ".join(start.fallbacks),
        key=f"{key}-f",
        max_chars=_LONGEST,
        help=text("model_page.fallbacks_help"),
    )
    base = st.text_input(
        field_name("api_base"),
        start.api_base or "",
        key=f"{key}-b",
        max_chars=_LONGEST,
        help=text("model_page.base_help"),
    )
    variable = st.text_input(
        field_name("api_key_env"),
        start.api_key_env or "",
        key=f"{key}-k",
        max_chars=80,
        help=text("model_page.key_help"),
    )
    return {
        "fallbacks": tuple(name.strip() for name in (fallbacks or "").split(",") if name.strip()),
        "api_base": (base or "").strip() or None,
        "api_key_env": (variable or "").strip() or None,
    }
