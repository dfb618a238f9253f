"""How well people agree, and where they do not."""

from __future__ import annotations

import streamlit as st

from workbench import session
from workbench.runner.review.agreement import Agreement
from workbench.texts.texts import text
from workbench.views.figures import plain, share
from workbench.views.review import place

_MOST_APART = 10


def show_agreement() -> None:
    found = session.workbench().review.agreements()
    if not found:
        st.caption(text("review.agreement_none"))
        return
    st.caption(text("review.agreement_help"))
    for pair in found:
        st.markdown(plain(_said(pair)))
        for number, (conversation_id, tracking_id) in enumerate(pair.apart[:_MOST_APART], start=1):
            st.button(
                text("review.apart", number=number),
                key=f"apart-{pair.one}-{pair.other}-{tracking_id}",
                type="tertiary",
                on_click=place.open_single,
                args=(conversation_id, tracking_id),
            )


def _said(pair: Agreement) -> str:
    kappa = pair.kappa
    if kappa.value is None or kappa.low is None or kappa.high is None:
        chance = text("review.kappa_none")
    else:
        chance = text("review.kappa", value=f"{kappa.value:.2f}", low=f"{kappa.low:.2f}", high=f"{kappa.high:.2f}")
    return text(
        "review.agreement_of",
        one=pair.one,
        other=pair.other,
        share=share(kappa.agreed or 0.0),
        low=share(pair.low),
        high=share(pair.high),
        count=kappa.n,
        kappa=chance,
    )
