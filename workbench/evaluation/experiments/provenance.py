"""Which code, libraries and data a run was made with."""

from __future__ import annotations

import hashlib
import platform
import subprocess
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from bot_core.settings import PROJECT_ROOT, Settings
from workbench.records import Provenance

PACKAGE = "kavak-bot-workbench"
LIBRARIES = ("litellm", "instructor", "openai", "pydantic", "scipy", "statsmodels", "numpy", "duckdb", "pyarrow")
_DIGITS = 12


def provenance(settings: Settings, dataset_digest: str) -> Provenance:
    """Of this moment, for the catalogue and the knowledge base of `settings`."""
    files = {"catalog": settings.catalog_path, "knowledge": settings.knowledge_path}
    hashes = {name: digest for name, path in files.items() if (digest := file_digest(Path(path)))}
    return Provenance(
        git_commit=git_commit(),
        package=_version(PACKAGE) or "",
        python=platform.python_version(),
        libraries={name: found for name in LIBRARIES if (found := _version(name))},
        hashes={"dataset": dataset_digest, **hashes},
    )


def file_digest(path: Path) -> str | None:
    """The first 12 hexadecimal digits of the file's SHA-256; None when it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()[:_DIGITS]
    except OSError:
        return None


@lru_cache(maxsize=1)
def git_commit() -> str | None:
    """The commit of this working copy, with "+" when files differ from it; None where there is no git."""
    commit = _git("rev-parse", "--short=12", "HEAD")
    changed = _git("status", "--porcelain", "--untracked-files=no")
    return commit and f"{commit}{'+' if changed else ''}"


def _git(*arguments: str) -> str | None:
    command = ["git", "-C", str(PROJECT_ROOT), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
