"""What is wrong with the settings is said before anything listens: gunicorn would say it in a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr

from bot_core.errors import ConfigurationError
from bot_core.settings import Settings
from channels.settings import ChannelSettings
from channels.web import server


@pytest.fixture(autouse=True)
def nothing_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "run_server", lambda *_: pytest.fail("it listens"))


def test_the_fallback_does_not_start_with_what_is_no_key(settings: ChannelSettings, tmp_path: Path):
    with pytest.raises(ConfigurationError, match="KAVAK_DATA_KEY"):
        server.run_spool(settings, Settings(_env_file=None, data_dir=tmp_path, data_key="short"))


@pytest.mark.parametrize(("own", "shared", "variable"), [("", "short", "KAVAK_DATA_KEY"), ("x", "", "KAVAK_WHATSAPP_")])
def test_the_web_process_does_not_start_with_what_is_no_key(
    own: str, shared: str, variable: str, settings: ChannelSettings, tmp_path: Path
):
    keyed = settings.model_copy(update={"data_key": SecretStr(own)})
    with pytest.raises(ConfigurationError, match=variable):
        server.run_web(keyed, Settings(_env_file=None, data_dir=tmp_path, data_key=SecretStr(shared)))


def test_nor_without_the_key_that_several_machines_need(settings: ChannelSettings, whatsapp_url: str, tmp_path: Path):
    core = Settings(_env_file=None, data_dir=tmp_path, database_url=whatsapp_url, data_key="")
    with pytest.raises(ConfigurationError, match="KAVAK_WHATSAPP_HASH_KEY"):
        server.run_web(settings.model_copy(update={"hash_key": SecretStr("")}), core)
