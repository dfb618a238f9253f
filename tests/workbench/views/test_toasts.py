"""A toast inside a fragment breaks Streamlit's page (workbench/views/shell.py): only what runs with the whole page may
show one."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue

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


def message(path: tuple[int, ...]) -> ForwardMsg:
    made = ForwardMsg()
    made.metadata.delta_path[:] = path
    made.delta.fragment_id = "fragment"
    return made


def test_streamlit_still_keeps_a_toast_without_its_block():
    """The fault itself. When this fails Streamlit has mended it, and toasts may be shown anywhere."""
    queue = ForwardMsgQueue()
    block, toast = message((2, 0)), message((2, 0, 0))
    block.delta.add_block.allow_empty = True
    toast.delta.new_element.toast.body = "Listo"
    queue.enqueue(block)
    queue.enqueue(toast)
    queue.clear(retain_lifecycle_msgs=True)  # what the next run does with messages that are not sent yet
    assert [list(left.metadata.delta_path) for left in queue.flush()] == [[2, 0, 0]]
