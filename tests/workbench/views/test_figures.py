from __future__ import annotations

import re
from decimal import Decimal

import pytest

from workbench.views.figures import dollars, duration, pesos, plain, shortened


@pytest.mark.parametrize(
    ("value", "shown"),
    [("250000", "$250,000"), ("6442.07", "$6,442.07"), (300000.0, "$300,000"), (Decimal("0.5"), "$0.50")],
)
def test_pesos(value: object, shown: str):
    assert pesos(value) == shown


@pytest.mark.parametrize(("value", "shown"), [(0.2, "1 s"), (75, "1 min"), (7500, "2 h 5 min")])
def test_a_forecast_is_no_more_exact_than_it_is_worth(value: float, shown: str):
    assert duration(value) == shown


def test_a_cost_of_nothing_is_said_in_words():
    assert dollars(Decimal(0)) == "US$0"
    assert dollars(Decimal("0.00126")) == "US$0.0013"


def test_people_text_keeps_its_characters_but_loses_its_meaning_in_markdown():
    assert plain("**a** [b](c)") == r"\*\*a\*\* \[b\]\(c\)"
    assert plain("<b>x</b>\n# y") == r"\<b\>x\</b\> \# y"
    assert plain("a: b 13:47") == r"a\: b 13\:47"


@pytest.mark.parametrize("said", [":hola", "precio:caro", ":red[x]", ":smile:", ":material/home:", "a::b:c:d::"])
def test_no_word_is_lost_to_streamlits_shortcodes(said: str):
    shown = plain(said)
    assert re.sub("[\\\\\u2060]", "", shown) == said
    assert not re.search(r"(?<!\\):", shown), "every colon is escaped"
    assert not re.search(r":[\w/+-]+\\?:", shown), "no shortcode stands together"


@pytest.mark.parametrize(
    ("said", "apart"),
    [
        ("soy ana.p-1+x@gmail.com", r"soy ana\.p\-1\+x:small[]@gmail\.com"),
        ("https://x.mx/a", r"http:small[]s\://x\.mx/a"),
        ("Http://x.mx", r"Http:small[]\://x\.mx"),
        ("WWW.x.mx", r"WWW:small[]\.x\.mx"),
        ("www http @ana", "www http @ana"),
    ],
)
def test_an_address_that_people_wrote_comes_apart_so_that_it_is_no_link(said: str, apart: str):
    assert plain(said) == apart


def test_long_text_is_shortened_to_one_line():
    assert shortened("hola\n\nqué tal", 50) == "hola qué tal"
    assert shortened("a" * 50, 10) == "a" * 9 + "…"
