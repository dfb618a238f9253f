"""A real PostgreSQL server of our own: Debian's binaries on a free loopback port, gone with its folder."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bot_core.errors import ConfigurationError
from channels.sandbox.ports import free_port

_BASE = {
    "listen_addresses": "127.0.0.1",
    "shared_buffers": "32MB",
    "max_connections": "150",
    "timezone": "America/Mexico_City",
}
DURABLE: Mapping[str, str] = {}
"""What was committed survives `kill -9`, and a power cut."""
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "shared_buffers": "16MB"}
"""Nothing has to survive: a commit as cheap as in memory."""


@dataclass(frozen=True, slots=True)
class PostgresServer:
    port: int
    folder: Path
    binaries: Path
    settings: Mapping[str, str]

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://kavak@127.0.0.1:{self.port}/{database}"

    def new_database(self) -> str:
        """The URL of an empty database."""
        import psycopg

        name = f"t_{uuid.uuid4().hex[:12]}"
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")  # a name cannot be a parameter
        return self.url(name)

    def start(self) -> None:
        options = " ".join(f"-c {name}={value}" for name, value in {**self.settings, "port": str(self.port)}.items())
        options += f" -c unix_socket_directories={self.folder}"
        _run(
            self.binaries / "pg_ctl",
            "-D",
            self.data,
            "-l",
            self.folder / "log",
            "-w",
            "-t",
            "60",
            "-o",
            options,
            "start",
        )

    def kill(self) -> None:
        """kill -9 of the server and all its backends."""
        first = int((self.data / "postmaster.pid").read_text().split()[0])
        for pid in [first, *_children(first)]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def stop(self) -> None:
        _run(self.binaries / "pg_ctl", "-D", self.data, "-m", "immediate", "stop", check=False)

    @property
    def data(self) -> Path:
        return self.folder / "data"


def postgres_binaries() -> Path | None:
    """The folder of `initdb` and `pg_ctl`, None when PostgreSQL is not installed."""
    on_path = shutil.which("initdb")
    folders = [Path(on_path).parent] if on_path else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((folder for folder in folders if (folder / "pg_ctl").exists()), None)


@contextlib.contextmanager
def postgres_server(settings: Mapping[str, str] = DURABLE) -> Iterator[PostgresServer]:
    """Raises ConfigurationError when PostgreSQL is not installed."""
    binaries = postgres_binaries()
    if binaries is None:
        raise ConfigurationError("PostgreSQL is not installed", hint="Debian: apt-get install postgresql")
    # In a folder of its own, open to the user `postgres`: the server refuses to run as root.
    folder = Path(tempfile.mkdtemp(prefix="kavak-pg-"))
    server = PostgresServer(free_port(), folder, binaries, {**_BASE, **settings})
    try:
        if os.geteuid() == 0:
            owner = pwd.getpwnam("postgres")
            os.chown(folder, owner.pw_uid, owner.pw_gid)
        data = ("-D", server.data, "-U", "kavak", "-A", "trust", "-E", "UTF8", "--locale", "C", "--no-sync")
        _run(binaries / "initdb", *data)
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _children(parent: int) -> list[int]:
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, ValueError):
            if int(status.read_text().rsplit(")", 1)[1].split()[1]) == parent:
                found.append(int(status.parent.name))
    return found


def _run(*command: str | Path, check: bool = True) -> None:
    """As the user `postgres` under root, since PostgreSQL refuses to be root."""
    words = [str(word) for word in command]
    if os.geteuid() == 0:
        words = ["runuser", "-u", "postgres", "--", *words]
    done = subprocess.run(words, capture_output=True, text=True, check=False, cwd="/", stdin=subprocess.DEVNULL)  # noqa: S603
    if check and done.returncode != 0:
        raise RuntimeError(f"{' '.join(words)}: {done.stderr or done.stdout}")
