from __future__ import annotations

import subprocess
import sys

import pytest

from bot_core.settings import PROJECT_ROOT
from workbench.cli import commands
from workbench.storage.database import database_path


def test_help_imports_nothing_heavy():
    code = """
import sys
import workbench.cli.commands
heavy = {"litellm", "instructor", "duckdb", "pandas", "pyarrow", "streamlit", "statsmodels", "scipy", "numpy", "jinja2"}
print(sorted(heavy & set(sys.modules)))
"""
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=PROJECT_ROOT)
    assert found.stdout.strip() == "[]"


def test_every_command_is_listed(workbench):
    text = workbench("--help").output
    assert all(
        name in text for name in ("compare", "eval", "bless", "record", "cases", "coverage", "rebuild", "report", "sql")
    )


def test_cases_and_coverage(workbench, few_folder):
    result = workbench("cases", "--dataset", few_folder)
    assert "6 cases, 8 turns, no faults" in result.output
    result = workbench("coverage", "--dataset", few_folder)
    assert result.exit_code == 1
    assert any(line.split() == ["LOW", "safety", "1", "of", "100"] for line in result.output.splitlines())


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["compare", "--a", "nowhere", "--b", "offline-base"], 2, "error: no release 'nowhere'"),
        (["compare", "--a", "offline-base", "--b", "offline-base", "--split", "all"], 2, "error: no split 'all'"),
        (["cases", "--dataset", "/no/such/folder"], 2, "error: /no/such/folder: no case file"),
        (["eval", "--only", "zzz"], 2, "error: no case starts with 'zzz'"),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2(monkeypatch, tmp_path, capsys, arguments, code, message):
    monkeypatch.setenv("KAVAK_DATA_DIR", str(tmp_path))
    monkeypatch.setattr(sys, "argv", ["workbench", *arguments])
    with pytest.raises(SystemExit) as caught:
        commands.main()
    assert caught.value.code == code
    error = capsys.readouterr().err
    assert error.startswith(message) and error.count("\n") == 1


def test_a_database_in_use_is_infrastructure(monkeypatch, tmp_path, capsys):
    from bot_core.settings import Settings

    monkeypatch.setenv("KAVAK_DATA_DIR", str(tmp_path))
    settings = Settings(_env_file=None)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    database_path(settings).write_bytes(b"not a database" * 400)
    monkeypatch.setattr(sys, "argv", ["workbench", "rebuild"])
    with pytest.raises(SystemExit) as caught:
        commands.main()
    assert caught.value.code == 3
    assert "workbench.duckdb" in capsys.readouterr().err
