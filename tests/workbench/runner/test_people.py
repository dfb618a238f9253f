from __future__ import annotations

from pathlib import Path

import pytest

from bot_core.errors import StoreError
from workbench.runner.people import NameFile


def test_a_name_is_typed_once_and_known_after_a_restart(tmp_path: Path):
    names = NameFile(tmp_path / "data")
    assert names.get() is None
    names.keep("  Ana   María ")
    assert names.get() == "Ana María"
    assert NameFile(tmp_path / "data").get() == "Ana María"
    names.keep("")
    assert names.get() is None


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreError):
        NameFile(tmp_path / "file").keep("Ana")
