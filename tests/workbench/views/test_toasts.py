"""A toast inside a fragment breaks Streamlit's page (workbench/views/shell.py): there is one, in the shell."""

from __future__ import annotations

import ast
from pathlib import Path

import workbench

ROOT = Path(workbench.__file__).parent


def test_only_the_shell_shows_toasts():
    calling = {
        path.relative_to(ROOT).as_posix()
        for path in ROOT.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr == "toast"
    }
    assert calling == {"views/shell.py"}
