"""A real PostgreSQL server for tests: Debian's binaries on a free loopback port, gone with the session.

from tests.fakes.postgres import postgres_server  # noqa: F401 - a session fixture
"""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    # Nothing has to survive: no fsync makes a commit as cheap as in memory.
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "16MB",
    "max_connections": "60",
    "timezone": "America/Mexico_City",
}


@dataclass(frozen=True, slots=True)
class PostgresServer:
    port: int

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://kavak@127.0.0.1:{self.port}/{database}"

    def new_database(self) -> str:
        """The URL of an empty database."""
        import psycopg

        name = f"t_{uuid.uuid4().hex[:12]}"
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")  # a name cannot be a parameter
        return self.url(name)


def postgres_binaries() -> Path | None:
    """The folder of `initdb` and `pg_ctl`, None when PostgreSQL is not installed."""
    on_path = shutil.which("initdb")
    folders = [Path(on_path).parent] if on_path else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((folder for folder in folders if (folder / "pg_ctl").exists()), None)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    binaries = postgres_binaries()
    if binaries is None:
        pytest.skip("PostgreSQL is not installed (Debian: apt-get install postgresql)")
    # Not pytest's own folder: it is closed to others, and the server refuses to run as root.
    folder = Path(tempfile.mkdtemp(prefix="kavak-pg-"))
    try:
        port = _free_port()
        _start(binaries, folder, port)
        yield PostgresServer(port)
    finally:
        _run(binaries / "pg_ctl", "-D", folder / "data", "-m", "immediate", "stop", check=False)
        shutil.rmtree(folder, ignore_errors=True)


def _start(binaries: Path, folder: Path, port: int) -> None:
    data = folder / "data"
    if os.geteuid() == 0:
        owner = pwd.getpwnam("postgres")
        os.chown(folder, owner.pw_uid, owner.pw_gid)
    _run(binaries / "initdb", "-D", data, "-U", "kavak", "-A", "trust", "-E", "UTF8", "--locale", "C", "--no-sync")
    options = " ".join(f"-c {name}={value}" for name, value in (_SETTINGS | {"port": str(port)}).items())
    options += f" -c unix_socket_directories={folder}"
    _run(binaries / "pg_ctl", "-D", data, "-l", folder / "log", "-w", "-t", "60", "-o", options, "start")


def _run(*command: str | Path, check: bool = True) -> None:
    """As the user `postgres` under root, since PostgreSQL refuses to be root."""
    words = [str(word) for word in command]
    if os.geteuid() == 0:
        words = ["runuser", "-u", "postgres", "--", *words]
    done = subprocess.run(words, capture_output=True, text=True, check=False, cwd="/", stdin=subprocess.DEVNULL)
    if check and done.returncode != 0:
        raise RuntimeError(f"{' '.join(words)}: {done.stderr or done.stdout}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
