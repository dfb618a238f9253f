"""Entry point of the pages: `python -m streamlit run workbench/app.py`. Pages are added in workbench/views/shell.py."""

from __future__ import annotations

import streamlit as st

from workbench import session
from workbench.texts.texts import text
from workbench.views import shell
from workbench.views.style import apply_style


def main() -> None:
    session.keep_language()
    st.set_page_config(page_title=text("app.title"), page_icon="🚗", layout="wide")
    apply_style()
    if not shell.admitted():
        return
    page = shell.navigation()
    shell.account()
    shell.find_the_server_again()
    shell.run(page)
    shell.warm()
    session.settle_memory()


main()
