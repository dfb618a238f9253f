"""Questions about Kavak: answered once, and not taken for something else."""

from __future__ import annotations

import pytest

from bot_core.intents import Intent
from tests.fakes.bots import bot, converse, say


@pytest.mark.parametrize(
    "text",
    [
        "en otro lado me lo dan más barato",
        "en la competencia está más barato",
        "lo vi más barato en otra agencia",
        "en otro lote me lo dejan en mejor precio, ¿me lo igualan?",
    ],
)
def test_another_sellers_price_is_answered_not_searched(text: str) -> None:
    for result in (say(bot(), text), converse(bot(), ["busco un jetta", text])[-1]):
        assert result.trace.intention
        assert result.trace.intention.names() == [Intent.GENERAL_INFO]
        assert "precios son los del catálogo" in result.reply.text


def test_a_cheaper_one_is_still_a_search() -> None:
    result = converse(bot(), ["busco un jetta", "¿tienes uno más barato?"])[-1]
    assert result.trace.intention
    assert result.trace.intention.names() == [Intent.CAR_RECOMMENDATION]


@pytest.mark.parametrize(
    "text",
    [
        "¿dónde tienen sucursales y en qué horario?",
        "¿qué sucursales tienen en Puebla y a qué hora abren?",
        "¿a qué hora abren y qué sucursales tienen en Puebla?",
        "where are your branches and what are your hours?",
    ],
)
def test_where_and_when_in_one_message_list_the_branches_once(text: str) -> None:
    reply = say(bot(), text).reply.text
    assert reply.count("Explanada") <= 2, "in the list, and as the one whose hours are known"
    assert reply.count("Las Torres") == 1
    assert ("Monterrey" in reply) == ("Puebla" not in text)


@pytest.mark.parametrize(
    "text",
    ["¿puedo hacer los trámites por internet?", "¿se puede hacer el papeleo por internet?", "trámites online"],
)
def test_paperwork_over_the_internet_is_known(text: str) -> None:
    assert "papeleo puede ser digital" in say(bot(), text).reply.text
