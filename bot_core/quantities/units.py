"""What the words right beside a number say that it is."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from bot_core.quantities.magnitudes import Form, Magnitude, magnitude_at
from bot_core.quantities.quantity import QuantityKind
from bot_core.quantities.tokens import Sort, Token
from bot_core.quantities.vocabulary import Phrases, vocabulary

_HALF_DAY = 12
_LONGEST_TERM = 120
_LONGEST_TERM_YEARS = 10
_AGE_WINDOW = 6
"""Tokens before "5 años" in which a word tells that it is an age or a warranty."""
_AS_SPOKEN = frozenset({Form.PLAIN, Form.SPELLED})


def read_unit(tokens: Sequence[Token], number: Magnitude, taken: int) -> None:
    """Gives `number` its kind when a unit stands after it or a currency before it.

    `taken`: tokens before that index belong to the number before.
    """
    if number.form is Form.CLOCK:
        number.kind = QuantityKind.HOUR
        _read_half_day(tokens, number)
        return
    if _has_currency_before(tokens, number, taken):
        number.kind = QuantityKind.AMOUNT
    for reader in (_percent, _kilometres, _months, _years, _currency, _read_half_day, _hours):
        if reader(tokens, number):
            return


def unit_length(phrases: Phrases, tokens: Sequence[Token], number: Magnitude) -> int:
    """Tokens of a unit right after the number; one hyphen may join them ("48-month")."""
    if length := phrases.starting_at(tokens, number.last):
        return length
    if number.last < len(tokens) and tokens[number.last].text == "-":
        joined = tokens[number.last].start == tokens[number.last - 1].end
        length = phrases.starting_at(tokens, number.last + 1) if joined else 0
        return length + 1 if length else 0
    return 0


def _take(number: Magnitude, kind: QuantityKind, length: int) -> bool:
    number.kind = kind
    number.last += length
    return True


def _has_currency_before(tokens: Sequence[Token], number: Magnitude, taken: int) -> bool:
    length = vocabulary().phrases["currency_before"].ending_at(tokens, number.first)
    if not length or number.first - length < taken:
        return False
    number.first -= length
    return True


def _percent(tokens: Sequence[Token], number: Magnitude) -> bool:
    length = unit_length(vocabulary().units["percent"], tokens, number)
    return bool(length) and number.kind is None and _take(number, QuantityKind.PERCENT, length)


def _kilometres(tokens: Sequence[Token], number: Magnitude) -> bool:
    length = unit_length(vocabulary().units["kilometres"], tokens, number)
    return bool(length) and number.kind is None and _take(number, QuantityKind.KILOMETRES, length)


def _months(tokens: Sequence[Token], number: Magnitude) -> bool:
    length = unit_length(vocabulary().units["months"], tokens, number)
    if not length or number.kind or number.scale != 1 or not 0 < number.value <= _LONGEST_TERM or number.value % 1:
        return False
    if number.first and tokens[number.first - 1].text == "hace":
        return False
    return _take(number, QuantityKind.TERM, length)


def _years(tokens: Sequence[Token], number: Magnitude) -> bool:
    known = vocabulary()
    length = unit_length(known.units["years"], tokens, number)
    whole = number.value % 1 == 0 or number.value % 1 == Decimal("0.5")
    if not length or number.kind or number.scale != 1 or not (0 < number.value <= _LONGEST_TERM_YEARS and whole):
        return False
    if known.phrases["age_after"].starting_at(tokens, number.last + length) or _is_age(tokens, number):
        return False
    half = known.phrases["halves"].starting_at(tokens, number.last + length)
    number.value = number.value * 12 + (6 if half else 0)
    return _take(number, QuantityKind.TERM, length + half)


def _is_age(tokens: Sequence[Token], number: Magnitude) -> bool:
    if vocabulary().phrases["age_right_before"].ending_at(tokens, number.first):
        return number.first < 4 or tokens[number.first - 4].text != "a"  # "a no más de 5 años" is a term
    for token in reversed(tokens[max(0, number.first - _AGE_WINDOW) : number.first]):
        if token.sort is Sort.LINE or token.text in ".;,":
            return False
        if token.text in vocabulary().sets["age_before"]:
            return True
    return False


def _currency(tokens: Sequence[Token], number: Magnitude) -> bool:
    length = unit_length(vocabulary().units["currency"], tokens, number)
    if not length or _opens_the_next(tokens, number.last + length):
        return False
    is_price = number.is_bare and 100 <= number.value < 1000 and number.value % 1 == 0
    if is_price and vocabulary().phrases["slang_currency"].starting_at(tokens, number.last):
        number.value *= 1000
        number.scale = Decimal(1000)
    _take(number, QuantityKind.AMOUNT, length)
    _take_cents(tokens, number)
    return True


def _take_cents(tokens: Sequence[Token], number: Magnitude) -> None:
    """ "8,195 pesos con 83 centavos"."""
    if number.value % 1 or number.last + 1 >= len(tokens) or tokens[number.last].text not in ("con", "y", "and"):
        return
    cents = magnitude_at(tokens, number.last + 1)
    if cents is None or not cents.is_bare or cents.value > 99 or cents.last >= len(tokens):
        return
    if tokens[cents.last].text in vocabulary().sets["cents"]:
        number.value += cents.value / 100
        number.last = cents.last + 1


def _opens_the_next(tokens: Sequence[Token], index: int) -> bool:
    """The "$" of "180-$220" belongs to the second number."""
    return tokens[index - 1].text == "$" and index < len(tokens) and tokens[index].sort is Sort.NUMERAL


def _read_half_day(tokens: Sequence[Token], number: Magnitude) -> bool:
    """ "6 pm", "5 de la tarde", "5 y media de la tarde"."""
    units, half = vocabulary().units, 0
    if number.form in (Form.PLAIN, Form.SPELLED):
        half = vocabulary().phrases["halves"].starting_at(tokens, number.last)
    after = number.last + half
    for name in ("morning", "afternoon", "clock"):
        length = units[name].starting_at(tokens, after)
        if length and _is_hour(number):
            number.value = hour_of_day(_clock_value(number), name) + (Decimal("0.5") if half else 0)
            return _take(number, QuantityKind.HOUR, half + length)
    if number.form is Form.CLOCK and (length := units["hours"].starting_at(tokens, number.last)):
        number.last += length
    return False


def hour_of_day(hour: Decimal, half_day: str) -> Decimal:
    """`half_day` is "morning", "afternoon" or "clock", which tells nothing: 6 in the afternoon is 18."""
    if half_day == "afternoon" and hour < _HALF_DAY:
        return hour + _HALF_DAY
    return hour - _HALF_DAY if half_day == "morning" and hour >= _HALF_DAY else hour


def _clock_value(number: Magnitude) -> Decimal:
    """ "9.30 am" is half past nine."""
    if number.form is not Form.DECIMAL:
        return number.value
    return Decimal(int(number.value)) + number.value % 1 * 100 / 60


def _is_hour(number: Magnitude) -> bool:
    return number.kind in (None, QuantityKind.HOUR) and number.scale == 1 and 0 <= number.value <= 24


def _hours(tokens: Sequence[Token], number: Magnitude) -> bool:
    """ "a las 11", "a las 18 hrs"; "24 horas" alone is a duration."""
    known = vocabulary()
    is_said = known.phrases["hour_before"].ending_at(tokens, number.first) or _ends_opening_hours(tokens, number)
    if not is_said or not _is_hour(number):
        return False
    if number.form not in _AS_SPOKEN or known.sets["counted"] & _text_at(tokens, number.last):
        return False
    half = known.phrases["halves"].starting_at(tokens, number.last)
    number.value += Decimal("0.5") if half else 0
    return _take(number, QuantityKind.HOUR, half + known.units["hours"].starting_at(tokens, number.last + half))


def _ends_opening_hours(tokens: Sequence[Token], number: Magnitude) -> bool:
    """ "de 9 a 18 hrs"; "12 a 24 horas" is a duration."""
    first = number.first
    if first < 3 or tokens[first - 2].sort is not Sort.NUMERAL or tokens[first - 3].text not in ("de", ":", "from"):
        return False
    has_unit = vocabulary().units["hours"].starting_at(tokens, number.last)
    return bool(has_unit) and tokens[first - 1].text in ("a", "-", "–", "to")


def _text_at(tokens: Sequence[Token], index: int) -> set[str]:
    return {tokens[index].text} if index < len(tokens) else set()
