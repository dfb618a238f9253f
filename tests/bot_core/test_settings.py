from __future__ import annotations

import os
from pathlib import Path

import pytest

from bot_core.cli import models
from bot_core.llm.credentials import key_for
from bot_core.llm.discovery import provider_keys
from bot_core.llm.gateway import ModelSettings
from bot_core.llm.redaction import redacted
from bot_core.settings import Settings, load_settings


def identity(folder: Path, url: str | None = None) -> str:
    return Settings(_env_file=None, data_dir=folder, database_url=url).data_identity


def test_the_same_folder_and_database_are_the_same_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    assert identity(Path("var")) == identity(tmp_path / "var")
    url = "postgresql://{}db.example.mx/kavak"
    assert identity(tmp_path, url.format("ana:secret@")) == identity(tmp_path, url.format("eva:other@"))
    known = {identity(tmp_path), identity(tmp_path / "var"), identity(tmp_path, url.format(""))}
    assert len(known) == 3


def test_the_identity_tells_no_password(tmp_path: Path):
    one, other = (f"postgresql://ana:{password}@localhost/kavak?password={password}" for password in ("a", "b"))
    assert identity(tmp_path, one) == identity(tmp_path, other)


@pytest.fixture
def env_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The `.env` that is read; the environment is as before afterwards."""
    path = tmp_path / ".env"
    monkeypatch.setattr(os, "environ", os.environ.copy())
    monkeypatch.setitem(Settings.model_config, "env_file", path)
    for name in ("OPENAI_API_KEY", "GROQ_API_KEY", "PROXY_KEY", "KAVAK_MODEL_KEY_ENVS", "OLLAMA_HOST"):
        os.environ.pop(name, None)
    return path


def test_keys_of_models_may_stand_in_the_file(env_file: Path):
    env_file.write_text(
        "KAVAK_MODEL_KEY_ENVS=PROXY_KEY\nOPENAI_API_KEY=plain-words\nexport GROQ_API_KEY='g'\nPROXY_KEY=p # ours\n"
        "OLLAMA_HOST=http://10.0.0.7:11434\n"
    )
    listed = load_settings().model_key_envs
    assert {key.variable for key in provider_keys() if key.is_set} >= {"OPENAI_API_KEY", "GROQ_API_KEY"}
    own = ModelSettings(model="openai/x", api_base="http://10.0.0.7/v1", api_key_env="PROXY_KEY")
    assert key_for(own, listed) == "p"
    assert os.environ["OLLAMA_HOST"] == "http://10.0.0.7:11434"
    assert redacted("refused: plain-words") == "refused: [redacted]"


def test_the_command_line_finds_what_the_file_makes_reachable_and_shows_no_key(
    env_file: Path, capsys: pytest.CaptureFixture[str]
):
    env_file.write_text("OPENAI_API_KEY=plain-words\nOLLAMA_HOST=127.0.0.1:9\n")
    models()
    said = capsys.readouterr().out
    assert "OPENAI_API_KEY is set" in said
    assert "plain-words" not in said


def test_the_environment_wins_over_the_file(env_file: Path):
    os.environ |= {"OPENAI_API_KEY": "mine", "GROQ_API_KEY": ""}
    env_file.write_text("OPENAI_API_KEY=of-the-file\nGROQ_API_KEY=of-the-file\nMISTRAL_API_KEY=\nDEEPSEEK_API_KEY\n")
    before = dict(os.environ)
    load_settings()
    assert dict(os.environ) == before


def test_what_else_stands_in_the_file_is_given_to_no_library_and_no_process(env_file: Path):
    env_file.write_text(
        "TWILIO_AUTH_TOKEN=t\nKAVAK_DATA_KEY=\nKAVAK_DATABASE_URL=sqlite:///x\nOPENAI_API_BASE=http://evil.example\n"
        "OPENAI_BASE_URL=http://evil.example\nHTTPS_PROXY=http://evil.example\nPROXY_KEY=not-listed\nLD_PRELOAD=x\n"
    )
    before = dict(os.environ)
    assert load_settings().database_url == "sqlite:///x"
    assert dict(os.environ) == before
