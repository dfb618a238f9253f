"""One version of an agent's prompt: four sections of Markdown behind a front matter.

    ---
    id: financing/v001
    version: v001
    agent: financing
    variables: [facts, language]
    notes: Why this version exists.
    ---
    # objective     what the model is for
    # context       the variables of the turn
    # format        what the answer looks like
    # warnings      what it must never do

Objective, format and warnings are the system message; the context opens the last user message.
Variables stand in the context alone, so that the system message never holds data and a server's prompt cache can reuse
it from call to call.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from pydantic import Field, ValidationError

from bot_core.errors import MissingVariables, PromptError
from bot_core.messages import Frozen
from bot_core.prompts.variables import substituted, variable_names

SECTIONS = ("objective", "context", "format", "warnings")
_FIXED = ("objective", "format", "warnings")
_TITLES = {"format": "Formato", "warnings": "Advertencias"}
_HEADING = re.compile(r"^# +(\w+)[ \t]*$", re.MULTILINE)


class PromptSections(Frozen):
    objective: str = Field(min_length=1)
    context: str = Field(min_length=1)
    format: str = Field(min_length=1)
    warnings: str = Field(min_length=1)


class PromptTemplate(Frozen):
    """An immutable prompt version. `content_hash` says which text it is; id and notes are not part of it."""

    prompt_id: str = Field(pattern=r"^[a-z][a-z0-9_]*/v\d{3}[a-z0-9-]*$")
    """ "financing/v001": the agent and the version."""
    version: str
    agent: str
    variables: tuple[str, ...] = ()
    """Names that the context holds, sorted."""
    notes: str = ""
    sections: PromptSections

    @cached_property
    def content_hash(self) -> str:
        """SHA-256 of the canonical text, 64 hexadecimal digits."""
        return hashlib.sha256(self.canonical_text.encode()).hexdigest()

    @property
    def canonical_text(self) -> str:
        """The four sections in a fixed order with `\\n` line ends: what the model can be told, and nothing else."""
        return "\n".join(f"# {name}\n{getattr(self.sections, name)}\n" for name in SECTIONS)

    @cached_property
    def system_text(self) -> str:
        """The fixed sections, the same for every call of this version."""
        parts = ((_TITLES.get(name), getattr(self.sections, name)) for name in _FIXED)
        return "\n\n".join(f"# {title}\n{text}" if title else text for title, text in parts)

    def filled_context(self, values: Mapping[str, str]) -> str:
        """The context with its variables. Raises MissingVariables; values that it does not name are left out."""
        missing = frozenset(self.variables) - values.keys()
        if missing:
            raise MissingVariables(self.prompt_id, missing)
        return substituted(self.sections.context, values)

    def to_text(self) -> str:
        """The file of this version: `parse_template` reads it back."""
        import yaml

        matter = {"id": self.prompt_id, "version": self.version, "agent": self.agent}
        head = yaml.safe_dump(
            matter | {"variables": list(self.variables), "notes": self.notes}, allow_unicode=True, sort_keys=False
        )
        return f"---\n{head}---\n{self.canonical_text}"


def parse_template(text: str, *, source: str) -> PromptTemplate:
    """A prompt file's text. Raises PromptError that names `source` and the line or field."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    matter, body, first_line = _split(text, source)
    sections = _sections(body, source, first_line)
    try:
        template = PromptTemplate(
            prompt_id=matter.get("id"),
            version=matter.get("version"),
            agent=matter.get("agent"),
            variables=tuple(sorted(matter.get("variables") or ())),
            notes=str(matter.get("notes") or "").strip(),
            sections=sections,
        )
    except (ValidationError, TypeError) as error:
        raise PromptError(f"{source}: {_fault(error)}") from error
    _check(template, source)
    return template


def _split(text: str, source: str) -> tuple[Mapping[str, Any], str, int]:
    """Front matter, body and the line on which the body starts."""
    import frontmatter
    import yaml

    try:
        matter, body = frontmatter.parse(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 2}" if mark else ""
        raise PromptError(f"{source}{line}: the front matter is no YAML") from error
    if not matter:
        raise PromptError(f"{source}, line 1: no front matter", hint="start with --- and id, version, agent, variables")
    unknown = matter.keys() - {"id", "version", "agent", "variables", "notes"}
    if unknown:
        raise PromptError(f"{source}: unknown field {min(unknown)!r} in the front matter")
    return matter, body, 1 + text.count("\n", 0, text.rindex(body))


def _sections(body: str, source: str, first_line: int) -> dict[str, str]:
    headings = list(_HEADING.finditer(body))
    sections: dict[str, str] = {}
    if not headings or body[: headings[0].start()].strip():
        raise PromptError(f"{source}, line {first_line}: the body does not start with a section heading")
    for heading, following in zip(headings, [*headings[1:], None], strict=True):
        name = heading.group(1)
        line = first_line + body.count("\n", 0, heading.start())
        if name not in SECTIONS or name in sections:
            fault = "written twice" if name in sections else "unknown"
            raise PromptError(
                f"{source}, line {line}: section {name!r} is {fault}", hint=f"one of {', '.join(SECTIONS)}"
            )
        raw = body[heading.end() : following.start() if following else len(body)]
        names = variable_names(raw, source=source, first_line=line)
        if names and name != "context":
            raise PromptError(
                f"{source}, line {line}: section {name!r} holds the variable {min(names)!r}",
                hint="variables stand in the context",
            )
        sections[name] = "\n".join(row.rstrip() for row in raw.strip().split("\n"))
    return sections


def _check(template: PromptTemplate, source: str) -> None:
    if template.prompt_id != f"{template.agent}/{template.version}":
        raise PromptError(f"{source}: id {template.prompt_id!r} is not {template.agent}/{template.version}")
    used, declared = variable_names(template.sections.context, source=source), frozenset(template.variables)
    if used != declared:
        name = min(used ^ declared)
        fault = "used but not declared" if name in used else "declared but not used"
        raise PromptError(f"{source}: variable {name!r} is {fault} in the front matter")


def _fault(error: ValidationError | TypeError) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return f"{'.'.join(str(part) for part in first['loc']).replace('prompt_id', 'id')}: {first['msg']}"
    return "variables: not a list of names"
