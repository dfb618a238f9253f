"""The releases that ship: one YAML file each in `files/`, named like the release."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from pydantic import ValidationError

from bot_core.errors import ConfigurationError
from bot_core.llm.gateway import ModelSettings
from bot_core.releases.release import AgentDefinition, AgentName, Release

FILES = Path(__file__).with_name("files")
DEFAULT_RELEASE = "offline-base"
"""Served until somebody promotes another one: it needs no model and no key."""
_NOT_IN_AN_ID = re.compile(r"[^a-z0-9]+")


class FileReleaseSource:
    """Files are read once: a release never changes."""

    def __init__(self, folder: Path = FILES, *, default: str = DEFAULT_RELEASE) -> None:
        self._folder = folder
        self._default = default
        self._read: dict[str, Release] = {}

    def get(self, release_id: str) -> Release:
        """Raises ConfigurationError: an unknown id (the known ones are listed), or a fault with file and field."""
        release = self._read.get(release_id)
        if release is None:
            if not self.has(release_id):
                raise unknown_release(release_id, self._ids())
            release = self._read[release_id] = read_release(self._folder / f"{release_id}.yaml")
        return release

    def has(self, release_id: str) -> bool:
        return release_id in self._ids()

    def list(self) -> tuple[Release, ...]:
        return tuple(self.get(release_id) for release_id in self._ids())

    def current(self) -> Release:
        return self.get(self._default)

    def _ids(self) -> tuple[str, ...]:
        return tuple(sorted(path.stem for path in self._folder.glob("*.yaml")))


def unknown_release(release_id: str, known: tuple[str, ...]) -> ConfigurationError:
    return ConfigurationError(f"no release {release_id!r}", hint=f"known: {', '.join(known)}")


def read_release(path: Path) -> Release:
    """The release in a YAML file. Raises ConfigurationError that names the file and the field."""
    import yaml

    try:
        text = path.read_text(encoding="utf-8")
        data = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise ConfigurationError(f"{path}, line {mark.line + 1 if mark else 1}: no YAML") from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: cannot be read") from error
    if not isinstance(data, dict):
        raise ConfigurationError(f"{path}: not a mapping", hint="release_id, description, created_at, agents …")
    # What files share by YAML anchors; no part of the release itself.
    data.pop("shared", None)
    release = _validated(data, path)
    if release.release_id != path.stem:
        raise ConfigurationError(f"{path}: release_id {release.release_id!r} is not the file's name")
    return release


def _validated(data: dict[str, object], path: Path) -> Release:
    if "created_at" not in data:
        raise ConfigurationError(f"{path}: created_at is missing", hint="a release that ships has a fixed date")
    try:
        release = Release.model_validate(data)
    except ValidationError as error:
        fault = error.errors()[0]
        raise ConfigurationError(f"{path}: {'.'.join(map(str, fault['loc']))}: {fault['msg']}") from error
    missing = [name.value for name in AgentName if name not in release.agents]
    if missing:
        raise ConfigurationError(f"{path}: agents: {', '.join(missing)} missing")
    return release


def with_model(release: Release, settings: ModelSettings) -> Release:
    """`release` with every agent on another model. It is another release, so its id says which: the model's name and
    a digest of the settings, since the same name may stand for two servers."""
    agents = {name: AgentDefinition(prompt=old.prompt, settings=settings) for name, old in release.agents.items()}
    digest = hashlib.sha256(settings.model_dump_json().encode()).hexdigest()[:6]
    model = _NOT_IN_AN_ID.sub("-", settings.model.lower()).strip("-")
    return release.model_copy(
        update={
            "release_id": f"{release.release_id[:24].rstrip('-')}-{model[:30].strip('-')}-{digest}",
            "description": f"{release.release_id} on {settings.model}",
            "agents": agents,
        }
    )
