"""A toast inside a fragment breaks Streamlit's page (workbench/views/shell.py): only what runs with the whole page may
show one."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import workbench

ROOT = Path(workbench.__file__).parent
WHOLE_PAGE = {"show", "_notice"}


def toasting(tree: ast.AST) -> Iterator[str]:
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef):
            for node in ast.walk(function):
                if isinstance(node, ast.Attribute) and node.attr == "toast":
                    yield function.name


def test_toasts_are_shown_by_whole_pages_only():
    found = {
        (path.relative_to(ROOT).as_posix(), name)
        for path in ROOT.rglob("*.py")
        for name in toasting(ast.parse(path.read_text(encoding="utf-8")))
    }
    assert ("views/shell.py", "_notice") in found
    assert {name for _, name in found} <= WHOLE_PAGE
