"""Model output as WhatsApp shows it. Only marks change: no word, no figure."""

from __future__ import annotations

import re
import unicodedata

_INVISIBLE = re.compile(r"[\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_FENCE = re.compile(r"^```[\w-]*[ \t]*\n?|```$", re.MULTILINE)
_HEADING = re.compile(r"^[ \t]*#{1,6}[ \t]+(.+?)[ \t]*#*[ \t]*$", re.MULTILINE)
_BOLD = re.compile(r"\*\*\*?(?=\S)(.+?)(?<=\S)\*\*\*?")
_BOLD_UNDERSCORES = re.compile(r"(?<!\w)__(?=\S)(.+?)(?<=\S)__(?!\w)")
_STRUCK = re.compile(r"~~(?=\S)(.+?)(?<=\S)~~")
_IMAGE_OR_LINK = re.compile(r"!?\[([^\]\n]*)\]\((\S+?)(?:[ \t]+\"[^\"\n]*\")?\)")
_BULLET = re.compile(r"^([ \t]*)[-*+–][ \t]+(?=\S)", re.MULTILINE)
_RULER = re.compile(r"^[ \t]*(?:-{3,}|\*{3,}|_{3,})[ \t]*$\n?", re.MULTILINE)
_TABLE_RULER = re.compile(r"^[ \t]*\|?[ \t]*:?-{2,}:?[ \t]*(?:\|[ \t]*:?-{2,}:?[ \t]*)+\|?[ \t]*$\n?", re.MULTILINE)
_TABLE_ROW = re.compile(r"^[ \t]*\|(.+)\|[ \t]*$", re.MULTILINE)
_TAG = re.compile(r"</?(?:b|strong)>", re.IGNORECASE)
_BREAK = re.compile(r"<br ?/?>", re.IGNORECASE)
_TRAILING = re.compile(r"[ \t]+$", re.MULTILINE)
_EMPTY_LINES = re.compile(r"\n{3,}")


def to_whatsapp(text: str) -> str:
    """Markdown to WhatsApp: `**x**` and headings to `*x*`, links to "text (url)", list marks to "•", tables to lines.

    Also composes accents and drops invisible characters, so that a check sees what the customer sees. Applying it
    twice changes nothing more.
    """
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = _CONTROL.sub("", _INVISIBLE.sub("", text)).replace("\u2028", "\n").replace("\u2029", "\n")
    text = _FENCE.sub("", _BREAK.sub("\n", _TAG.sub("*", text)))
    text = _tables(_RULER.sub("", text))
    text = _IMAGE_OR_LINK.sub(_link, text)
    text = _BULLET.sub(r"\1• ", text)
    text = _HEADING.sub(_heading, text)
    text = _STRUCK.sub(r"~\1~", _BOLD_UNDERSCORES.sub(r"*\1*", _BOLD.sub(r"*\1*", text)))
    text = text.replace("**", "")
    return _EMPTY_LINES.sub("\n\n", _TRAILING.sub("", text)).strip()


def _heading(match: re.Match[str]) -> str:
    """A heading is bold as a whole; marks inside it would end the bold early."""
    return f"*{match.group(1).replace('*', '').replace('__', '').strip()}*"


def _link(match: re.Match[str]) -> str:
    label, url = match.group(1).strip(), match.group(2)
    return url if not label or label == url else f"{label} ({url})"


def _tables(text: str) -> str:
    return _TABLE_ROW.sub(
        lambda row: " · ".join(cell.strip() for cell in row.group(1).split("|")), _TABLE_RULER.sub("", text)
    )
