from __future__ import annotations

from pathlib import Path

import pytest

from bot_core.settings import Settings


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
