"""The day of docs/guia-producto.md, in one go."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from bot_core.settings import Settings
from bot_core.store.store import open_store
from tests.fakes.workbench_server import ROOT, WorkbenchServer
from tests.workbench.browser.product_day.day import CANDIDATE, Day

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.mark.timeout(900)
def test_a_product_persons_day(start_workbench: Callable[[Path], WorkbenchServer], browser: Browser, tmp_path: Path):
    server = start_workbench(tmp_path / "data")
    page = browser.new_page(viewport={"width": 1280, "height": 900}, locale="es-MX")
    page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    day = Day(page, server, lambda _page, _name: None)
    day.own_cars(tmp_path)
    day.chat()
    day.change_a_prompt()
    day.compare()
    day.read_the_flips()
    day.promote()
    day.whatsapp()
    served = open_store(Settings(data_dir=server.data, database_url=None).store_url)
    [conversation] = served.conversations.list(channel="whatsapp").items
    [turn] = served.conversations.turns(conversation.conversation_id)
    assert turn.trace.release_id == CANDIDATE
    day.dislike()
    day.review()
    case = day.save_as_case()
    day.roll_back()
    assert [line.action.value for line in served.releases.history()] == ["promote", "roll_back"]
    served.close()
    page.close()
    server.stop()

    played = subprocess.run(
        [sys.executable, "-m", "workbench", "eval", "--out", str(tmp_path / "out")],
        cwd=ROOT,
        env={**os.environ, "KAVAK_DATA_DIR": str(server.data)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert played.returncode == 0, played.stdout + played.stderr
    assert case.stem in (tmp_path / "out" / "results.json").read_text("utf-8"), "the gate plays the new case"
