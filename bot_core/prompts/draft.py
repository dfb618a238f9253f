"""A prompt in the making: it may be wrong as long as it is a draft, and every fault has its section and line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot_core.errors import PromptError
from bot_core.messages import Frozen
from bot_core.prompts.builder import CUSTOMER_TAG
from bot_core.prompts.template import SECTIONS, PromptSections, PromptTemplate

VARIABLES: Mapping[str, tuple[str, ...]] = {
    "intention": ("context", "language"),
    "car_recommendation": ("facts", "language"),
    "financing": ("facts", "language"),
    "greeting": ("facts", "language"),
    "general_info": ("facts", "language"),
    "sales": ("facts", "language"),
}
"""What the code fills in for each agent; a prompt needs the first, the others when it wants them."""
_OPENING = re.compile(r"\{[{%#]")
_VARIABLE = re.compile(r"\{\{ ?([a-z][a-z0-9_]*) ?\}\}")
_HEADING = re.compile(r"^# +(\w+)[ \t]*$", re.MULTILINE)
_TAG = re.compile(rf"<\s*/?\s*{CUSTOMER_TAG}", re.IGNORECASE)
_SHOWN = 40


class FaultKind(StrEnum):
    EMPTY_SECTION = "empty_section"
    NO_VARIABLE = "no_variable"
    """Braces that are no plain `{{ name }}`."""
    UNKNOWN_VARIABLE = "unknown_variable"
    MISSING_VARIABLE = "missing_variable"
    VARIABLE_OUTSIDE_CONTEXT = "variable_outside_context"
    HEADING = "heading"
    """A line that a prompt file would read as the start of a section."""
    CUSTOMER_TAG = "customer_tag"
    """The context opens or closes the tag that only the code may write."""
    CUSTOMER_NOT_NAMED = "customer_not_named"
    """Nothing tells the model that what customers write is data."""


@dataclass(frozen=True, slots=True)
class Fault:
    section: str
    line: int
    """1 for the section's first line."""
    kind: FaultKind
    detail: str = ""
    """The words that it is about."""


class DraftText(Frozen):
    """The sections as somebody types them."""

    objective: str = ""
    context: str = ""
    format: str = ""
    warnings: str = ""
    notes: str = ""
    """Why this version exists; no model reads it."""


def text_of(template: PromptTemplate) -> DraftText:
    return DraftText(**template.sections.model_dump(), notes=template.notes)


def faults(agent: str, text: DraftText) -> tuple[Fault, ...]:
    """Everything that keeps the text from being a version, in the order of the sections."""
    found = [fault for name in SECTIONS for fault in _section_faults(agent, name, getattr(text, name))]
    if not any(fault.kind is FaultKind.EMPTY_SECTION and fault.section == "context" for fault in found):
        found += _missing(agent, text.context)
    fixed = "\n".join((text.objective, text.format, text.warnings))
    if text.warnings.strip() and not _TAG.search(fixed):
        found.append(Fault("warnings", 1, FaultKind.CUSTOMER_NOT_NAMED, f"<{CUSTOMER_TAG}>"))
    return tuple(sorted(found, key=lambda fault: (SECTIONS.index(fault.section), fault.line)))


def to_template(agent: str, version: str, text: DraftText) -> PromptTemplate:
    """The text as an immutable version. Raises PromptError that names the first fault's section and line."""
    wrong = faults(agent, text)
    if wrong:
        first = wrong[0]
        about = f": {first.detail}" if first.detail else ""
        raise PromptError(f"{agent}/{version}, section {first.section}, line {first.line}: {first.kind.value}{about}")
    sections = {name: tidy(getattr(text, name)) for name in SECTIONS}
    return PromptTemplate(
        prompt_id=f"{agent}/{version}",
        version=version,
        agent=agent,
        variables=tuple(sorted(set(_VARIABLE.findall(sections["context"])))),
        notes=text.notes.strip(),
        sections=PromptSections(**sections),
    )


def tidy(section: str) -> str:
    """As a prompt file is read: no blanks at the ends, `\\n` line ends."""
    plain = section.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", " ")
    return "\n".join(row.rstrip() for row in plain.strip().split("\n"))


def _section_faults(agent: str, name: str, section: str) -> Iterator[Fault]:
    if not section.strip():
        yield Fault(name, 1, FaultKind.EMPTY_SECTION)
        return
    for opening in _OPENING.finditer(section):
        yield from _variable_fault(agent, name, section, opening.start())
    for heading in _HEADING.finditer(section):
        yield Fault(name, _line(section, heading.start()), FaultKind.HEADING, heading.group(0).strip())
    if name == "context":
        for tag in _TAG.finditer(section):
            yield Fault(name, _line(section, tag.start()), FaultKind.CUSTOMER_TAG, tag.group(0))


def _variable_fault(agent: str, name: str, section: str, start: int) -> Iterator[Fault]:
    line = _line(section, start)
    match = _VARIABLE.match(section, start)
    if match is None:
        yield Fault(name, line, FaultKind.NO_VARIABLE, section[start:].split("\n", 1)[0][:_SHOWN])
    elif name != "context":
        yield Fault(name, line, FaultKind.VARIABLE_OUTSIDE_CONTEXT, match.group(1))
    elif match.group(1) not in VARIABLES.get(agent, ()):
        yield Fault(name, line, FaultKind.UNKNOWN_VARIABLE, match.group(1))


def _missing(agent: str, context: str) -> list[Fault]:
    needed = VARIABLES.get(agent, ())[:1]
    last = context.rstrip().count("\n") + 1
    written = set(_VARIABLE.findall(context))
    return [Fault("context", last, FaultKind.MISSING_VARIABLE, name) for name in needed if name not in written]


def _line(text: str, offset: int) -> int:
    return text.count("\n", 0, offset) + 1
