"""Laws that hold for any text and any amount."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot_core.money import format_mxn
from bot_core.quantities.finder import find_quantities
from bot_core.quantities.quantity import QuantityKind

AMOUNTS = st.integers(1_000, 5_000_000)
FRAGMENTS = st.sampled_from(
    ["250", "mil", " ", "$", "km", "millón", "y medio", "a", "48", "meses", "-", "\n", "2018", "'", "18", "%", "las",
     "9:30", "pm", ".", ",", "000", "por ciento", "ciento", "dos", "entre", "pesos", "años", "un", "CX-5",
     "55 1234 5678", "de", "*"]
)  # fmt: skip

NOTATIONS: dict[str, Callable[[int], str]] = {
    "commas": lambda n: f"${n:,}",
    "cents": lambda n: f"{n:,}.00 pesos",
    "dots": lambda n: f"{n:,}".replace(",", ".") + " pesos",
    "blanks": lambda n: f"{n:,}".replace(",", " ") + " pesos",
    "thin blanks": lambda n: "$" + f"{n:,}".replace(",", "\u202f"),
    "plain": lambda n: f"${n}",
    "code before": lambda n: f"MXN {n:,}",
    "code after": lambda n: f"{n} MXN",
    "in a sentence": lambda n: f"el precio es de {n:,} y ya",
    "bold": lambda n: f"*{n:,}* pesos",
}
IN_THOUSANDS: dict[str, Callable[[int], str]] = {
    "mil": lambda n: f"{n} mil",
    "glued": lambda n: f"{n}mil",
    "k": lambda n: f"{n}k",
    "capital k": lambda n: f"${n}K",
    "cue": lambda n: f"no más de {n} mil",
}


@given(AMOUNTS, st.sampled_from(sorted(NOTATIONS)))
def test_an_amount_is_the_same_in_every_notation(amount: int, notation: str) -> None:
    (quantity,) = find_quantities(NOTATIONS[notation](amount))
    assert (quantity.kind, quantity.value) == (QuantityKind.AMOUNT, Decimal(amount))


@given(st.integers(1, 999), st.sampled_from(sorted(IN_THOUSANDS)))
def test_thousands_in_every_notation(thousands: int, notation: str) -> None:
    (quantity,) = find_quantities(IN_THOUSANDS[notation](thousands))
    assert (quantity.kind, quantity.value) == (QuantityKind.AMOUNT, Decimal(thousands * 1000))


@given(st.decimals(0, 5_000_000, places=2))
def test_a_formatted_price_is_read_back(amount: Decimal) -> None:
    (quantity,) = find_quantities(f"Son {format_mxn(amount)}.")
    assert (quantity.kind, quantity.value, quantity.text) == (QuantityKind.AMOUNT, amount, format_mxn(amount))


@given(st.integers(0, 999_999))
def test_a_formatted_distance_is_read_back(km: int) -> None:
    # The words of wording.figures.format_km, which lies in a higher layer.
    (quantity,) = find_quantities(f"tiene {km:,} km y clima")
    assert (quantity.kind, quantity.value) == (QuantityKind.KILOMETRES, Decimal(km))


@given(st.integers(1, 120))
def test_a_term_is_read_back(months: int) -> None:
    (quantity,) = find_quantities(f"a {months} meses")
    assert (quantity.kind, quantity.value) == (QuantityKind.TERM, Decimal(months))


@given(st.integers(1950, 2039), st.sampled_from(["{} automático", "modelo {}", "del {} para arriba", "Jetta {}"]))
def test_a_year_is_read_back(year: int, pattern: str) -> None:
    (quantity,) = find_quantities(pattern.format(year))
    assert (quantity.kind, quantity.value, quantity.text) == (QuantityKind.YEAR, Decimal(year), str(year))


@pytest.mark.parametrize("mark", ["", "*", "_", "~", "(", ". ", ", ", "¿", "\n"])
@given(amount=AMOUNTS)
def test_signs_around_do_not_hide_an_amount(mark: str, amount: int) -> None:
    assert [q.value for q in find_quantities(f"x {mark}${amount:,}{mark} y")] == [amount]


def _is_well_formed(text: str) -> None:
    quantities = find_quantities(text)
    for quantity in quantities:
        assert text[quantity.start : quantity.end] == quantity.text
        assert quantity.start < quantity.end
        assert quantity.value.is_finite()
        assert quantity.value >= 0
    for before, after in pairwise(quantities):
        assert before.end <= after.start


@given(st.text())
def test_any_text_gives_ordered_slices(text: str) -> None:
    _is_well_formed(text)


@given(st.lists(FRAGMENTS, max_size=25), st.sampled_from(["", " "]))
def test_any_mix_of_number_words_gives_ordered_slices(fragments: list[str], blank: str) -> None:
    _is_well_formed(blank.join(fragments))


@given(st.text(alphabet="0123456789.,'$ -/:%kmaoy\n", max_size=60))
def test_any_mix_of_digits_and_signs_gives_ordered_slices(text: str) -> None:
    _is_well_formed(text)
