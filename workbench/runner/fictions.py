"""Made-up values in place of a customer's personal data: of the same kind and shape, so that a bot understands the
message as it understood the real one."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from bot_core.normalization import fold
from bot_core.redaction import with_stand_ins

_PHONE = "550012"
"""No number of Mexico City begins with 0 behind its area code: none of these is ever given out."""
_NATIONAL = 10
_COUNTRY = ("", "1", "52", "521")
"""By how many digits stand before the ten."""
_TEST_CARD = "4111111111111111"
_NAMES = ("Alex", "Noa", "Ariel", "Robin", "Dani", "Kim", "Cruz", "Sol", "Noel", "Cris", "Andi", "Yael")
_PARTICLES = frozenset({"de", "del", "la", "las", "los", "y"})
_WORD = re.compile(r"\S+")


class Fictions:
    """Of one conversation: the same original gets the same value every time."""

    def __init__(self, names: Sequence[str] = ()) -> None:
        """`names` are the customer's, as far as they are known."""
        self._names = tuple(names)
        self._numbers: dict[str, dict[str, int]] = {}

    def told(self, text: str) -> str:
        """`text` as somebody may read it who need not know who the customer is."""
        return with_stand_ins(text, self._stand_in, names=self._names)

    def _stand_in(self, kind: str, original: str) -> str:
        if kind == "name":
            return _WORD.sub(lambda word: self._name(word.group()), original)
        return _MADE_UP[kind](original, self._number(kind, _bare(kind, original)))

    def _number(self, kind: str, bare: str) -> int:
        """1 for the first of its kind, the same for the same one."""
        known = self._numbers.setdefault(kind, {})
        return known.setdefault(bare, len(known) + 1)

    def _name(self, word: str) -> str:
        folded = fold(word)
        if folded in _PARTICLES:
            return word
        number = self._number("name", folded)
        made_up = _NAMES[number % len(_NAMES)]
        if fold(made_up) == folded:
            made_up = _NAMES[number - 1]
        return made_up.lower() if word.islower() else made_up.upper() if word.isupper() else made_up


def _bare(kind: str, original: str) -> str:
    """What makes two writings the same."""
    if kind == "phone":
        return _digits(original)[-_NATIONAL:]
    return re.sub(r"[ -]", "", original.casefold())


def _digits(text: str) -> str:
    return "".join(char for char in text if char.isdecimal())


def _phone(original: str, number: int) -> str:
    count = len(_digits(original))
    before = max(count - _NATIONAL, 0)
    country = _COUNTRY[before] if before < len(_COUNTRY) else "521".ljust(before, "0")
    return _in_shape(original, country + f"{_PHONE}{number:04d}"[-min(count, _NATIONAL) :])


def _card(original: str, number: int) -> str:
    count = len(_digits(original))
    return _in_shape(original, f"{_TEST_CARD.ljust(count, '1')[: count - 2]}{number:02d}")


def _plate(original: str, number: int) -> str:
    lettered = re.sub(r"[^\W\d_]", lambda char: "X" if char.group().isupper() else "x", original)
    return _in_shape(lettered, str(number).rjust(len(_digits(original)), "0"))


def _in_shape(original: str, digits: str) -> str:
    """`digits` with the blanks and signs of `original`, which has as many."""
    left = iter(digits)
    return "".join(next(left) if char.isdecimal() else char for char in original)


_MADE_UP: dict[str, Callable[[str, int], str]] = {
    "phone": _phone,
    "email": lambda _, number: f"cliente{number if number > 1 else ''}@example.com",
    # The tax office's own for people without a number.
    "curp": lambda _, number: f"XEXX010101HNEXXXA{number % 10}",
    "rfc": lambda _, number: f"XAXX010101{number - 1:03d}",
    "vin": lambda _, number: f"XXXXXXXXXXX{number:06d}",
    "card": _card,
    "plate": _plate,
}
