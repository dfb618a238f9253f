"""The fields of a model's settings, with the limits that the settings themselves have."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import streamlit as st
from pydantic import ValidationError

from bot_core.llm.gateway import OFFLINE_MODEL, ModelSettings
from bot_core.llm.price_list import Price, own_price, with_own_price
from workbench import session
from workbench.runner.bots import model_settings
from workbench.texts.texts import section, text
from workbench.views.figures import plain
from workbench.views.pieces.settings_labels import field_name

_LONGEST = 200
_DEAREST = 10_000.0


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
        values = _numbers(start, key)
        price = _price(start, key)
        values |= _texts(start, key)
    try:
        settings = with_own_price(ModelSettings.model_validate(start.model_dump() | values), price)
    except ValidationError as error:
        fault = error.errors()[0]
        where = field_name(str(fault["loc"][0])) if fault["loc"] else ""
        st.error(plain(text("model_page.wrong_field", field=where)), icon="⚠️")
        return None
    if problem := key_problem(settings):
        st.error(plain(problem), icon="⚠️")
        return None
    return settings


def key_problem(settings: ModelSettings) -> str | None:
    """Why no call would be made with this key or this address."""
    fault = session.workbench().model_desk.key_fault(settings)
    if fault is None:
        return None
    return section("key_faults")[fault.value].format(
        variable=settings.api_key_env, variable_field=field_name("api_key_env"), address_field=field_name("api_base")
    )


def _first() -> ModelSettings:
    """A model of this computer, when there is one."""
    found = next((each for each in session.models() if each.model != OFFLINE_MODEL), None)
    return model_settings(found) if found else ModelSettings()


@dataclass(frozen=True, slots=True)
class _Number:
    field: str
    least: float
    most: float
    step: float
    widget: str
    """The last part of its key."""
    help: str
    whole: bool = True


_NUMBERS = (
    (
        _Number("temperature", 0, 2, 0.1, "t", "temperature_help", whole=False),
        _Number("timeout_seconds", 1, 600, 5, "s", "timeout_help", whole=False),
    ),
    (
        _Number("max_tokens", 1, 32_000, 50, "m", "tokens_help"),
        _Number("max_concurrency", 1, 256, 1, "c", "concurrency_help"),
    ),
    (
        _Number("retries", 0, 10, 1, "r", "retries_help"),
        _Number("requests_per_minute", 0, 100_000, 1, "q", "rate_help"),
    ),
)
"""By column."""


def _numbers(start: ModelSettings, key: str) -> dict[str, object]:
    values: dict[str, object] = {}
    for place, column in zip(st.columns(len(_NUMBERS)), _NUMBERS, strict=True):
        with place:
            values |= {number.field: _number(number, start, key) for number in column}
    # An empty limit shows as 0.
    return values | {"requests_per_minute": values["requests_per_minute"] or None}


def _number(number: _Number, start: ModelSettings, key: str) -> float:
    kind = int if number.whole else float
    return st.number_input(
        field_name(number.field),
        kind(number.least),
        kind(number.most),
        kind(getattr(start, number.field) or 0),
        kind(number.step),
        key=f"{key}-{number.widget}",
        help=text(f"model_page.{number.help}"),
    )


def _price(start: ModelSettings, key: str) -> Price | None:
    """USD for a million tokens; None, the list's, while both are 0."""
    own = own_price(start)
    written = []
    for place, name in zip(st.columns(2), ("input_usd", "output_usd"), strict=True):
        with place:
            number = st.number_input(
                text(f"model_page.{name}"),
                0.0,
                _DEAREST,
                float(getattr(own, name)) if own else 0.0,
                0.05,
                format="%.3f",
                key=f"{key}-{name}",
                help=text("model_page.own_price_help"),
            )
            written.append(Decimal(str(number)))
    return Price(*written) if any(written) else None


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
