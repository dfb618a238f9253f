"""Where prompt versions come from."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from bot_core.errors import PromptError
from bot_core.prompts.template import PromptTemplate, parse_template

TEMPLATES = Path(__file__).with_name("templates")


class PromptLibrary(Protocol):
    def get(self, prompt_id: str) -> PromptTemplate:
        """The version of that id ("financing/v001"). Raises PromptError that lists the known ones."""
        ...

    def list(self, agent: str | None = None) -> tuple[PromptTemplate, ...]:
        """All versions, of one agent or of all, ordered by id."""
        ...


class FilePromptLibrary:
    """The versions that ship: templates/<agent>/<version>.md. Files are read once; a version never changes."""

    def __init__(self, folder: Path = TEMPLATES) -> None:
        self._folder = folder
        self._read: dict[str, PromptTemplate] = {}

    def get(self, prompt_id: str) -> PromptTemplate:
        template = self._read.get(prompt_id)
        if template is None:
            if not self.has(prompt_id):
                raise unknown_prompt(prompt_id, self._ids())
            template = self._load(prompt_id)
        return template

    def has(self, prompt_id: str) -> bool:
        return prompt_id in self._read or prompt_id in self._ids()

    def list(self, agent: str | None = None) -> tuple[PromptTemplate, ...]:
        return tuple(self.get(prompt_id) for prompt_id in self._ids() if agent in (None, prompt_id.split("/")[0]))

    def _ids(self) -> tuple[str, ...]:
        return tuple(sorted(f"{path.parent.name}/{path.stem}" for path in self._folder.glob("*/*.md")))

    def _load(self, prompt_id: str) -> PromptTemplate:
        path = self._folder / f"{prompt_id}.md"
        try:
            template = parse_template(path.read_text(encoding="utf-8"), source=str(path))
        except UnicodeDecodeError as error:
            raise PromptError(f"{path}: not UTF-8") from error
        if template.prompt_id != prompt_id:
            raise PromptError(f"{path}: id {template.prompt_id!r} does not fit the file's place")
        return self._read.setdefault(prompt_id, template)


def unknown_prompt(prompt_id: str, known: tuple[str, ...]) -> PromptError:
    """The error for an id that a library does not hold; it lists the same agent's versions first of all."""
    agent = prompt_id.split("/", maxsplit=1)[0]
    same = [name for name in known if name.split("/")[0] == agent]
    return PromptError(f"no prompt {prompt_id!r}", hint=f"known: {', '.join(same or known)}")
