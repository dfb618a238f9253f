"""An operator's command finds the sandbox of its data folder, and no other."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot_core.settings import Settings
from channels.sandbox.phone import ACCOUNT, Ground, Sandbox, serve_page
from channels.sandbox.running import find_sandbox, settings_on
from channels.settings import ChannelSettings

HASH_KEY = "0" * 64


@pytest.fixture
def core(tmp_path: Path) -> Settings:
    return Settings(_env_file=None, data_dir=tmp_path)


@pytest.fixture
def said(core: Settings) -> Iterator[dict[str, Any]]:
    """What the sandbox on the data folder says of itself."""
    sandbox = Sandbox(1, Ground(core.data_identity, HASH_KEY.encode()))
    page = serve_page(sandbox, 0)
    with sandbox.twilio:
        yield {"port": page.server_port, "settings": sandbox.settings()}
    page.shutdown()
    page.server_close()


def test_its_settings_are_those_of_the_fake(core: Settings, said: dict[str, Any]):
    core.sandbox_file.write_text(json.dumps(said))
    found = find_sandbox(core)
    assert found
    assert found.url == f"http://127.0.0.1:{said['port']}"
    settings = settings_on(found, ChannelSettings(_env_file=None), core).checked()
    assert settings.account_sid == ACCOUNT
    assert settings.hash_key.get_secret_value() == (core.data_dir / "whatsapp-hash.key").read_text()
    assert settings.api_base == said["settings"]["api_base"]
    assert HASH_KEY not in core.sandbox_file.read_text(), "no key of ours"


@pytest.mark.parametrize("text", ["", "{", "[]", '{"port": 1, "settings": {}}', '{"port": "x"}'])
def test_without_a_running_one_there_is_none(core: Settings, text: str):
    assert find_sandbox(core) is None
    core.sandbox_file.write_text(text)
    assert find_sandbox(core) is None


def test_one_on_other_data_is_not_ours(core: Settings, said: dict[str, Any]):
    elsewhere = core.model_copy(update={"database_url": "postgresql://elsewhere/kavak"})
    core.sandbox_file.write_text(json.dumps(said))
    assert find_sandbox(core)
    assert find_sandbox(elsewhere) is None
