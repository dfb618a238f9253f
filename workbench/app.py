"""Entry point of the pages: `python -m streamlit run workbench/app.py`."""

from __future__ import annotations

import logging

import streamlit as st

from bot_core.errors import KavakBotError
from workbench.session import settle_memory
from workbench.texts.problems import say
from workbench.texts.texts import text
from workbench.views import ab, chat
from workbench.views.style import apply_style

_log = logging.getLogger(__name__)


def main() -> None:
    st.set_page_config(page_title=text("app.title"), page_icon="🚗", layout="wide")
    apply_style()
    page = st.navigation(
        [
            st.Page(chat.show, title=text("app.chat"), icon="💬", url_path="simulador", default=True),
            st.Page(ab.show, title=text("app.ab"), icon="📊", url_path="ab"),
        ],
        position="top",
    )
    try:
        page.run()
    except KavakBotError as error:
        st.error(say(error), icon="⚠️")
    except Exception as error:  # noqa: BLE001 - a person never sees a traceback; the log has it
        _log.exception("page %s", page.title)
        st.error(say(error), icon="⚠️")
    settle_memory()


main()
