"""Numbers with their scale ("250 mil", "1 millón 200 mil", "medio millón"), before anybody asks what they mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from bot_core.quantities.numerals import is_grouped, parse_numeral
from bot_core.quantities.quantity import QuantityKind
from bot_core.quantities.spelled import SpokenNumber, spoken_number_at
from bot_core.quantities.tokens import Sort, Token
from bot_core.quantities.vocabulary import vocabulary

_THOUSAND, _MILLION = Decimal(1000), Decimal(1_000_000)
_ONE = Decimal(1)


class Form(StrEnum):
    PLAIN = "plain"
    """Digits only."""
    GROUPED = "grouped"
    DECIMAL = "decimal"
    SPELLED = "spelled"
    CLOCK = "clock"


@dataclass(slots=True)
class Magnitude:
    """A number at tokens `first:last`; the readers of its surroundings give it a kind and widen it to its unit."""

    value: Decimal
    first: int
    last: int
    form: Form
    digits: int
    """Digits before the scale, 0 in words."""
    scale: Decimal = _ONE
    kind: QuantityKind | None = None
    number_first: int = 0
    number_last: int = 0

    def __post_init__(self) -> None:
        self.number_first, self.number_last = self.first, self.last

    @property
    def is_bare(self) -> bool:
        """No scale and no separator: 208, 2018, 200."""
        return self.scale == _ONE and self.form in (Form.PLAIN, Form.SPELLED)


def magnitude_at(tokens: Sequence[Token], index: int) -> Magnitude | None:
    """The number that starts at token `index`, with its scale."""
    sort = tokens[index].sort
    if sort is Sort.CLOCK:
        hour, minute = tokens[index].text.split(":")
        return Magnitude(Decimal(int(hour)) + Decimal(int(minute)) / 60, index, index + 1, Form.CLOCK, 0)
    if sort not in (Sort.NUMERAL, Sort.WORD):
        return None
    for value, phrases in vocabulary().fractions:
        if length := phrases.starting_at(tokens, index):
            return Magnitude(value, index, index + length, Form.SPELLED, 0, _MILLION)
    number = _number_at(tokens, index)
    return _with_rest(tokens, _scaled(tokens, number)) if number else None


def _number_at(tokens: Sequence[Token], index: int) -> Magnitude | None:
    token = tokens[index]
    if token.sort is Sort.WORD:
        spoken = spoken_number_at(tokens, index)
        if spoken is None or (spoken.is_scale_alone and not _counts_money(tokens, index + 1)):
            return None
        return _spoken(tokens, index, spoken)
    value = parse_numeral(token.text, scaled=_is_decimal_before(tokens, index + 1))
    if value is None:
        return None
    form = Form.GROUPED if is_grouped(token.text) else Form.DECIMAL if value % 1 or "." in token.text else Form.PLAIN
    return Magnitude(value, index, index + 1, form, sum(map(str.isdecimal, token.text)))


def _spoken(tokens: Sequence[Token], index: int, spoken: SpokenNumber) -> Magnitude:
    value, last = spoken.value, index + spoken.length
    scale = _MILLION if value >= _MILLION else _THOUSAND if value >= _THOUSAND else _ONE
    loose = value % _MILLION
    if scale == _MILLION and 100 <= loose < _THOUSAND and not vocabulary().units["currency"].starting_at(tokens, last):
        value += loose * _THOUSAND - loose  # "un millón doscientos" is 1,200,000
    return Magnitude(value, index, last, Form.SPELLED, 0, scale)


def _counts_money(tokens: Sequence[Token], index: int) -> bool:
    """ "mil pesos", "mil al mes", "mil km"; not "mil gracias"."""
    known = vocabulary()
    units = (known.units["currency"], known.units["kilometres"], known.phrases["payment_after"])
    return any(phrases.starting_at(tokens, index) for phrases in units)


def _is_decimal_before(tokens: Sequence[Token], index: int) -> bool:
    known = vocabulary()
    return bool(known.scales[1][1].starting_at(tokens, index) or known.units["percent"].starting_at(tokens, index))


def _scaled(tokens: Sequence[Token], number: Magnitude) -> Magnitude:
    scale, length = _scale_at(tokens, number)
    if not length:
        return number
    number.value *= scale
    number.scale = scale
    number.last = number.number_last = number.last + length
    return number


def _scale_at(tokens: Sequence[Token], number: Magnitude) -> tuple[Decimal, int]:
    index = number.last
    if index >= len(tokens) or (number.form is Form.SPELLED and number.scale != _ONE):
        return _ONE, 0
    is_glued = tokens[index].start == tokens[index - 1].end
    if tokens[index].text == "k" and not is_glued and number.value >= _THOUSAND:
        return _ONE, 0  # "el 2018 k me dijiste": k is "que"
    if tokens[index].text in vocabulary().million_letter:
        money = number.first > 0 and tokens[number.first - 1].text in ("$", "mxn")
        return (_MILLION, 1) if number.value < 100 and is_glued and money else (_ONE, 0)
    for scale, phrases in vocabulary().scales:
        if length := phrases.starting_at(tokens, index):
            return scale, length
    return _ONE, 0


def _with_rest(tokens: Sequence[Token], number: Magnitude) -> Magnitude:
    """ "1 millón 200 mil", "2 millones y medio", "5 mil 500"."""
    known = vocabulary()
    if number.scale == _MILLION:
        if length := known.phrases["halves"].starting_at(tokens, number.last):
            return _widened(number, _MILLION / 2, length)
        if length := known.phrases["quarters"].starting_at(tokens, number.last):
            return _widened(number, _MILLION / 4, length)
    if number.scale == _ONE or number.last >= len(tokens) or number.value % number.scale:
        return number
    rest = _number_at(tokens, number.last) if tokens[number.last].sort in (Sort.NUMERAL, Sort.WORD) else None
    if rest is None or rest.form not in (Form.PLAIN, Form.SPELLED):
        return number
    rest = _scaled(tokens, rest)
    return _widened(number, _rest_value(tokens, number, rest), rest.last - number.last)


def _rest_value(tokens: Sequence[Token], number: Magnitude, rest: Magnitude) -> Decimal:
    if number.scale == _MILLION and rest.value < _MILLION:
        if rest.scale == _THOUSAND:
            return rest.value
        is_exact = vocabulary().units["currency"].starting_at(tokens, rest.last)
        return rest.value if is_exact else rest.value * _THOUSAND if 100 <= rest.value < _THOUSAND else Decimal(0)
    if number.scale == _THOUSAND and rest.scale == _ONE and 100 <= rest.value < _THOUSAND and not rest.value % 10:
        return Decimal(0) if vocabulary().units["kilometres"].starting_at(tokens, rest.last) else rest.value
    return Decimal(0)


def _widened(number: Magnitude, more: Decimal, length: int) -> Magnitude:
    if more:
        number.value += more
        number.last = number.number_last = number.last + length
    return number
