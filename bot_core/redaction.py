"""Personal data out of a text that people read: telephone numbers, e-mails, identity numbers, cards, plates and names.

What a conversation is about stays readable: amounts, kilometres, years, terms, stock ids and the names of cars.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

_EMAIL = r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+"
_CURP = r"(?<!\w)[a-z]{4}\d{6}[hmx][a-z]{5}[a-z\d]\d(?!\w)"
_RFC = r"(?<!\w)[a-zñ&]{3,4}[ -]?\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])[ -]?[a-z\d]{3}(?!\w)"
_VIN = r"(?<!\w)(?=[a-z]*\d)(?=\d*[a-z])[a-hj-npr-z\d]{17}(?!\w)"
# Thirteen digits are more than any price; a telephone with its country code begins with + or 52.
_CARD = (
    r"(?<![\w+$])(?!52\d{10,11}(?!\d))(?:\d{4}[ -]\d{4}[ -]\d{4}[ -]\d{1,4}|\d{4}[ -]\d{6}[ -]\d{5}|\d{13,19})(?!\w)"
)
# Mexico: ten digits; two-digit area codes are four, the others have three digits. "12 24 36 48 60" are terms.
_NATIONAL = (
    r"(?:\(?(?:55|56|33|81)\)?(?:[ .-]?\d{4}[ .-]?\d{4}|(?:[ .-]\d{2}){4})"
    r"|\(?[2-9]\d{2}\)?(?:[ .-]?(?!000)\d{3}[ .-]?\d{4}|[ .-]\d{3}[ .-]\d{2}[ .-]\d{2}))"
)
_PHONE = (
    r"\+\d[\d .()-]{8,17}\d(?!\w)"
    r"|(?<![\w.,$-])(?<!\$ )(?:52[ .-]?(?:1[ .-]?)?)?" + _NATIONAL + r"(?!\w|[.,]\d|\s?(?:pesos|mxn|mdp|km|kil))"
    r"|(?<=\btel )\d{4}[ -]?\d{4}(?!\w)|(?<=\bcel )\d{4}[ -]?\d{4}(?!\w)"
)
# With their hyphens, as on the metal: "CX-30" and "F-150" are cars. After the word "placas" without hyphens too.
_PLATE = (
    r"(?<![\w-])(?:[a-z]{3}-\d{2}-\d{2}|[a-z]{3}-\d{3}-[a-z]|[a-z]\d{2}-[a-z]{3}|[a-z]{2}-\d{2}-\d{3})(?![\w-])"
    r"|(?<=\bplaca )(?=[a-z]*\d)(?=\d*[a-z])[a-z\d-]{5,9}(?!\w)"
    r"|(?<=\bplacas )(?=[a-z]*\d)(?=\d*[a-z])[a-z\d-]{5,9}(?!\w)"
)
_INTRODUCED = (
    r"(?:(?<=\bme llamo )|(?<=\bmi nombre es ))(?!\[)"
    r"(?-i:[^\W\d_]+(?: (?:de |del |la )*[A-ZÁÉÍÓÚÑÜ][^\W\d_]+){0,3})"
)
_PLACEHOLDERS = {
    "email": "[correo]",
    "curp": "[CURP]",
    "rfc": "[RFC]",
    "vin": "[NIV]",
    "card": "[tarjeta]",
    "phone": "[teléfono]",
    "plate": "[placa]",
    "name": "[nombre]",
}
_KINDS = {
    "email": _EMAIL,
    "curp": _CURP,
    "rfc": _RFC,
    "vin": _VIN,
    "card": _CARD,
    "phone": _PHONE,
    "plate": _PLATE,
    "introduced": _INTRODUCED,
}
_LETTERS = {"a": "aáàä", "e": "eéèë", "i": "iíìï", "o": "oóòö", "u": "uúùü", "n": "nñ"}
_PLAIN = str.maketrans("áàäéèëíìïóòöúùüñ", "aaaeeeiiiooouuun")
_PARTICLES = frozenset({"del", "las", "los", "van", "von", "don", "doña"})


def redact(text: str, *, names: Sequence[str] = ()) -> str:
    """`text` with placeholders such as "[teléfono]", "[correo]", "[nombre]".

    `names` are the customer's own as far as they are known ("Ana María López"): the whole and each word of three
    letters and more, in any case and with or without accents.
    """
    return with_stand_ins(text, lambda kind, _: _PLACEHOLDERS[kind], names=names)


def with_stand_ins(text: str, stand_in: Callable[[str, str], str], *, names: Sequence[str] = ()) -> str:
    """`text` with `stand_in(kind, original)` for each piece of personal data; the kinds are "phone", "email", "curp",
    "rfc", "vin", "card", "plate" and "name"."""

    def replaced(found: re.Match[str]) -> str:
        kind = found.lastgroup or "name"
        return stand_in("name" if kind == "introduced" else kind, found.group())

    return _pattern(tuple(names)).sub(replaced, text)


@lru_cache(maxsize=256)
def _pattern(names: tuple[str, ...]) -> re.Pattern[str]:
    # One pass, so that no placeholder is taken for data of the next kind; an address comes before the name in it.
    kinds = dict(_KINDS)
    spellings = sorted({spelling for name in names for spelling in _spellings(name)}, key=len, reverse=True)
    if spellings:
        kinds["name"] = rf"(?<![\w\[])(?:{'|'.join(map(_in_any_spelling, spellings))})(?!\w|[- ]benz)"
    return re.compile("|".join(f"(?P<{kind}>{pattern})" for kind, pattern in kinds.items()), re.IGNORECASE)


def _spellings(name: str) -> Iterator[str]:
    words = name.casefold().translate(_PLAIN).split()
    whole = " ".join(words)
    if len(whole) > 1 and any(char.isalpha() for char in whole):
        yield whole
    yield from (word for word in words if len(word) > 2 and word.isalpha() and word not in _PARTICLES)


def _in_any_spelling(name: str) -> str:
    return "".join(rf"[{_LETTERS[char]}]" if char in _LETTERS else _escaped(char) for char in name)


def _escaped(char: str) -> str:
    return r"\s+" if char == " " else re.escape(char)
