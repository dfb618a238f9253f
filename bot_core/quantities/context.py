"""What the words around a number, without a unit of its own, let it mean."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from bot_core.quantities.magnitudes import Form, Magnitude
from bot_core.quantities.quantity import QuantityKind
from bot_core.quantities.ranges import are_linked, is_span
from bot_core.quantities.tokens import Sort, Token
from bot_core.quantities.vocabulary import vocabulary

_FIRST_YEAR, _LAST_YEAR = 1950, 2039
_NEWEST_SHORT_YEAR = 30
_OFFERED_BY_NUMBER = frozenset(map(Decimal, (12, 24, 36, 48, 60, 72, 84)))
"""Terms that "a 48" means; other numbers after "a" are something else."""
_SURE_AMOUNT = 10_000
_OPENING_WINDOW = 10
_KM_WINDOW = 6
_DATE_WINDOW = 4
"""Tokens before "del 15" in which a word tells that it is a day or a rate."""
_PEUGEOTS = frozenset(map(Decimal, (2008, 3008, 5008)))


def read_context(tokens: Sequence[Token], numbers: Sequence[Magnitude]) -> None:
    """Gives every number that has no kind yet the one its surroundings tell; some stay without."""
    for place, number in enumerate(numbers):
        before = numbers[place - 1] if place else None
        after = numbers[place + 1] if place + 1 < len(numbers) else None
        if number.kind is None:
            number.kind = _kind(tokens, number, before, after)
        if number.kind is QuantityKind.AMOUNT:
            _put_in_thousands(tokens, number, before, after)


def _kind(
    tokens: Sequence[Token], number: Magnitude, before: Magnitude | None, after: Magnitude | None
) -> QuantityKind | None:
    known = vocabulary()
    if known.phrases["identifiers"].ending_at(tokens, number.first) or _counts_something(tokens, number):
        return None
    if _is_opening_hour(tokens, number, before, after):
        return QuantityKind.HOUR
    if _year(tokens, number, before):
        return QuantityKind.YEAR
    if _is_term(tokens, number, before):
        return QuantityKind.TERM
    if number.value >= 1000 and _follows_kilometres(tokens, number):
        return QuantityKind.KILOMETRES
    return QuantityKind.AMOUNT if _is_amount(tokens, number, before, after) else None


def _counts_something(tokens: Sequence[Token], number: Magnitude) -> bool:
    if number.last >= len(tokens):
        return False
    following = tokens[number.last]
    return following.text in vocabulary().sets["counted"] or (following.text == "k" and number.scale != 1)


def _year(tokens: Sequence[Token], number: Magnitude, before: Magnitude | None) -> bool:
    """Also writes a short year out: "modelo 18" is 2018."""
    if number.form is Form.SPELLED:
        return (
            number.scale == 1000
            and 1990 <= number.value <= 2035
            and number.value != 2000
            and not _is_paid(tokens, number)
        )
    if number.form is not Form.PLAIN or number.scale != 1:
        return False
    if number.digits == 4:
        if number.value in _PEUGEOTS and number.first and tokens[number.first - 1].text.startswith("peug"):
            return False
        return _FIRST_YEAR <= number.value <= _LAST_YEAR and not _is_paid(tokens, number)
    if number.digits == 2 and _is_short_year(tokens, number, before):
        number.value += 2000 if number.value <= _NEWEST_SHORT_YEAR else 1900
        return True
    return False


def _is_short_year(tokens: Sequence[Token], number: Magnitude, before: Magnitude | None) -> bool:
    if _NEWEST_SHORT_YEAR < number.value < 80 or _is_paid(tokens, number):
        return False
    known = vocabulary()
    if before and before.kind is QuantityKind.YEAR and are_linked(tokens, before, number):
        return True
    if known.phrases["year_after"].starting_at(tokens, number.last):
        return number.value <= _NEWEST_SHORT_YEAR
    if not known.phrases["year_before"].ending_at(tokens, number.first):
        return False
    if tokens[number.first - 1].text != "del":
        return True
    window = tokens[max(0, number.first - _DATE_WINDOW) : number.first]
    return not any(token.text in known.sets["dates_before"] for token in window)


def _is_paid(tokens: Sequence[Token], number: Magnitude) -> bool:
    known = vocabulary()
    return bool(
        known.phrases["payment_after"].starting_at(tokens, number.last)
        or known.phrases["payment_before"].ending_at(tokens, _before_signs(tokens, number.first))
    )


def _is_term(tokens: Sequence[Token], number: Magnitude, before: Magnitude | None) -> bool:
    """ "ese a 48": an offered term after "a", when it is no end of a range."""
    if not number.is_bare or number.value not in _OFFERED_BY_NUMBER:
        return False
    if before and are_linked(tokens, before, number):
        return before.kind is QuantityKind.TERM
    return bool(vocabulary().phrases["term_before"].ending_at(tokens, number.first))


def _is_opening_hour(
    tokens: Sequence[Token], number: Magnitude, before: Magnitude | None, after: Magnitude | None
) -> bool:
    """ "abrimos de 9 a 6"."""
    if not (number.is_bare and number.value <= 24):
        return False
    if before and before.kind is QuantityKind.HOUR and are_linked(tokens, before, number):
        return True
    if not (after and after.is_bare and after.value <= 24 and are_linked(tokens, number, after)):
        return False
    if after.kind not in (None, QuantityKind.HOUR):
        return False
    window = tokens[max(0, number.first - _OPENING_WINDOW) : number.first]
    return any(token.text in vocabulary().sets["opening"] for token in window)


def _follows_kilometres(tokens: Sequence[Token], number: Magnitude) -> bool:
    """ "kilometraje menor a 60 mil", "km: 45,000"."""
    known = vocabulary()
    for steps in range(_KM_WINDOW):
        index = number.first - steps
        if known.phrases["kilometres_before"].ending_at(tokens, index):
            return not (index > 1 and tokens[index - 2].sort in (Sort.NUMERAL, Sort.CLOCK))
        if index < 1 or tokens[index - 1].text not in known.sets["fillers"]:
            return False
    return False


def _is_amount(tokens: Sequence[Token], number: Magnitude, before: Magnitude | None, after: Magnitude | None) -> bool:
    if number.scale != 1:
        return True
    if number.form is Form.GROUPED:
        return number.value >= 1000
    if number.form is Form.PLAIN and number.digits >= 8:
        return False
    if number.value >= _SURE_AMOUNT:
        return True
    if number.value >= 1000:
        return (
            _has_price_cue(tokens, number, before, after)
            or _is_paid(tokens, number)
            or _follows_term(tokens, number, before)
        )
    if number.value >= 100:
        return _is_paid(tokens, number) or (number.is_bare and _has_price_cue(tokens, number, before, after))
    return number.value == 0 and _is_paid(tokens, number)


def _follows_term(tokens: Sequence[Token], number: Magnitude, before: Magnitude | None) -> bool:
    """ "48 meses: 6442.07"."""
    if before is None or before.kind is not QuantityKind.TERM:
        return False
    return all(token.sort is Sort.SIGN for token in tokens[before.last : number.first])


def _has_price_cue(
    tokens: Sequence[Token], number: Magnitude, before: Magnitude | None, after: Magnitude | None
) -> bool:
    known = vocabulary()
    if known.phrases["price_after"].starting_at(tokens, number.last):
        return True
    if known.phrases["price_before"].ending_at(tokens, _before_signs(tokens, number.first)):
        return True
    if before and before.kind is QuantityKind.AMOUNT and are_linked(tokens, before, number):
        return True
    return bool(before and _is_price_range(tokens, before, number)) or bool(
        after and _is_price_range(tokens, number, after)
    )


def _is_price_range(tokens: Sequence[Token], left: Magnitude, right: Magnitude) -> bool:
    """ "150-200", "150 a 180 máximo": round hundreds that span a range."""
    both = all(number.scale in (1, 1000) and number.form in (Form.PLAIN, Form.SPELLED) for number in (left, right))
    low, high = left.value / left.scale, right.value / right.scale
    is_round = 100 <= low < high < 1000 and not low % 10 and not high % 10
    if not both or not is_round or _counts_something(tokens, right):
        return False
    return is_span(tokens, left, right) or bool(
        are_linked(tokens, left, right) and vocabulary().phrases["price_after"].starting_at(tokens, right.last)
    )


def _before_signs(tokens: Sequence[Token], index: int) -> int:
    """Where a label ends: "Precio: 6442", "presupuesto = 250"."""
    while index > 0 and tokens[index - 1].text in (":", "=", "≈", "~", "("):
        index -= 1
    return index


def _put_in_thousands(
    tokens: Sequence[Token], number: Magnitude, before: Magnitude | None, after: Magnitude | None
) -> None:
    """ "unos 200" are 200,000 pesos: no car costs less than 1,000. A price per month or in "pesos" is said in full."""
    if not (
        number.is_bare and number.form is not Form.DECIMAL and 100 <= number.value < 1000 and number.value % 1 == 0
    ):
        return
    known = vocabulary()
    has_unit = number.last > number.number_last
    monthly = known.phrases["payment_after"].starting_at(tokens, number.last)
    if has_unit or (monthly and not known.phrases["price_after"].starting_at(tokens, number.last)):
        return
    if _has_price_cue(tokens, number, before, after):
        number.value *= 1000
        number.scale = Decimal(1000)
