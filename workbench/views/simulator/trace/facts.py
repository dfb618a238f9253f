"""What was looked up: the facts that a reply may rest on, with the rows they come from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from workbench import session
from workbench.texts.texts import section, text
from workbench.views.figures import pesos, plain, shortened

_ANSWER_LENGTH = 160


def show_facts(facts: Sequence[Mapping[str, Any]], catalog_id: str | None) -> None:
    if not facts:
        st.info(text("trace.no_facts"))
        return
    for fact in facts:
        st.markdown(f"**{section('facts').get(fact['kind'], plain(str(fact['kind'])))}**")
        cars = list(fact.get("cars") or ([fact["car"]] if fact.get("car") else []))
        if fact.get("quotes"):
            _quotes(fact["quotes"], cars)
        elif cars:
            _cars(cars)
        if cars:
            _rows([str(car["stock_id"]) for car in cars], catalog_id)
        _knowledge(fact)
    with st.expander(text("trace.everything")):
        st.json(list(facts), expanded=2)


def _cars(cars: Sequence[Mapping[str, Any]]) -> None:
    rows = [
        {
            text("trace.car_id"): car["stock_id"],
            text("trace.car"): f"{car['make']} {car['model']} {car['version']}".strip(),
            text("trace.year"): str(car["year"]),
            text("trace.price"): pesos(car["price"]),
            text("trace.km"): f"{car['km']:,} km",
        }
        for car in cars
    ]
    st.dataframe(rows, hide_index=True, width="stretch")


def _quotes(quotes: Sequence[Mapping[str, Any]], cars: Sequence[Mapping[str, Any]]) -> None:
    """A column for each car; a quote without a car is for a price that the customer named."""
    names = [str(car["label"]) for car in cars] or [text("trace.any_car")]
    twins = len(set(names)) < len(names)
    labels = [f"{car['label']} · {car['stock_id']}" for car in cars] if twins else names
    table: dict[str, dict[str, str]] = {}
    for label, quote in zip(labels, quotes, strict=False):
        table.setdefault(text("trace.price"), {})[label] = pesos(quote["price"])
        table.setdefault(text("trace.down_payment"), {})[label] = pesos(quote["down_payment"])
        table.setdefault(text("trace.loan"), {})[label] = pesos(quote["loan"])
        for plan in quote["plans"]:
            table.setdefault(text("trace.months", count=plan["term_months"]), {})[label] = pesos(plan["monthly"])
    rows = [{text("trace.monthly"): name, **amounts} for name, amounts in table.items()]
    st.dataframe(rows, hide_index=True, width="stretch")


def _rows(stock_ids: Sequence[str], catalog_id: str | None) -> None:
    """The lines of the catalogue's file."""
    found = session.workbench().catalogs.rows(catalog_id, stock_ids)
    with st.expander(text("trace.rows", count=len(found))):
        if len(found) < len(set(stock_ids)):
            st.caption(text("trace.rows_missing"))
        if found:
            rows = [{text("trace.line"): line, **row} for line, row in found]
            st.dataframe(rows, hide_index=True, width="stretch")


def _knowledge(fact: Mapping[str, Any]) -> None:
    """Entries and branches of the knowledge base."""
    rows = [
        {text("trace.entry"): entry.get("entry_id", ""), text("trace.value"): _first_text(entry)}
        for entry in fact.get("entries") or ()
    ]
    rows += [
        {text("trace.entry"): branch.get("branch_id", ""), text("trace.value"): str(branch.get("name", ""))}
        for branch in [*(fact.get("branches") or ()), *(fact.get("branch_choices") or ())]
    ]
    if rows:
        st.dataframe(rows, hide_index=True, width="stretch")


def _first_text(entry: Mapping[str, Any]) -> str:
    return shortened(str(entry.get("text_es") or ""), _ANSWER_LENGTH)
