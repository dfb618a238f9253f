from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from tests.fakes.activity import NOON, turn_row
from workbench.storage.activity.index import ActivityIndex
from workbench.storage.activity.rows import Gap, LeadRow, OpinionRow
from workbench.storage.activity.search import FoundPage, Search, leads_of, opinions_of, search


@pytest.fixture
def index() -> Iterator[ActivityIndex]:
    opened = ActivityIndex()
    yield opened
    opened.close()


def ids(page: FoundPage) -> list[str]:
    return [one.conversation_id for one in page.items]


def test_words_are_found_without_accents_in_any_order(index: ActivityIndex):
    index.add_turns(
        [
            turn_row(1, "¿Tienen un Jetta AUTOMÁTICO?"),
            turn_row(2, "busco jetta", replied="Estándar o automático"),
            turn_row(3, "automóvil"),
        ]
    )
    assert sorted(ids(search(index, Search(words="automatico  JETTA")))) == ["c1", "c2"]
    assert ids(search(index, Search(words="'; DROP TABLE turns; --"))) == []
    assert search(index, Search()).total == 3


def test_pages_go_by_the_last_activity_and_know_how_many_there_are(index: ActivityIndex):
    index.add_turns([turn_row(number, at=NOON + timedelta(minutes=number)) for number in range(7)])
    later = turn_row(10, "otra cosa", conversation_id="c0", position=2, at=NOON + timedelta(hours=1))
    index.add_turns([later])
    first = search(index, Search(words="hola"), limit=3)
    assert (ids(first), first.total) == (["c0", "c6", "c5"], 7)
    assert ids(search(index, Search(words="hola"), offset=6, limit=3)) == ["c1"]
    beyond = search(index, Search(words="hola"), offset=9, limit=3)
    assert (beyond.items, beyond.total) == ((), 7)


def test_a_conversation_is_told_by_its_first_words_and_the_last_that_match(index: ActivityIndex):
    index.add_turns(
        [
            turn_row(1, "hola", name="Ana", intents=("greeting",)),
            turn_row(
                2, "un versa", conversation_id="c1", position=2, at=NOON + timedelta(minutes=1), intents=("sales",)
            ),
            turn_row(3, "gracias", conversation_id="c1", position=3, at=NOON + timedelta(minutes=2)),
        ]
    )
    index.put_opinions([OpinionRow("t2", "customer", False, NOON), OpinionRow("t3", "workbench", True, NOON)])
    index.put_leads([LeadRow("KV-1", "t2", "c1", "person", NOON)])
    [found] = search(index, Search(words="versa")).items
    assert (found.first_words, found.last_words, found.last_match) == ("hola", "un versa", "t2")
    assert (found.name, found.turns, found.intents) == ("Ana", 3, ("greeting", "sales"))
    assert (found.ups, found.downs, found.leads) == (1, 1, 1)
    assert (found.started_at, found.last_at) == (NOON, NOON + timedelta(minutes=2))
    assert [one.tracking_id for one in opinions_of(index, "c1")] == ["t2", "t3"]
    assert [one.reference for one in leads_of(index, "c1")] == ["KV-1"]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (Search(channel="whatsapp"), ["c2"]),
        (Search(release="local"), ["c3"]),
        (Search(intent="financing"), ["c2"]),
        (Search(customer="u1"), ["c1"]),
        (Search(customer="maria lo"), ["c1"]),
        (Search(opinion="down"), ["c2"]),
        (Search(opinion="up"), ["c3"]),
        (Search(opinion="any"), ["c2", "c3"]),
        (Search(opinion="none"), ["c1"]),
        (Search(lead="any"), ["c3"]),
        (Search(lead="trade_in"), []),
        (Search(finding=True), ["c1"]),
        (Search(gap="no_cars"), ["c3"]),
        (Search(channel="workbench", opinion="none"), ["c1"]),
    ],
)
def test_each_filter(index: ActivityIndex, asked: Search, expected: list[str]):
    index.add_turns(
        [
            turn_row(1, name="María López", findings=("amount",)),
            turn_row(2, channel="whatsapp", intents=("financing", "greeting")),
            turn_row(3, release_id="local", gaps=(Gap("no_cars"),)),
        ]
    )
    index.put_opinions([OpinionRow("t2", "customer", False, NOON), OpinionRow("t3", "customer", True, NOON)])
    index.put_leads([LeadRow("KV-1", "t3", "c3", "person", NOON)])
    assert sorted(ids(search(index, asked))) == expected


def test_days_are_those_of_mexico_city(index: ActivityIndex):
    midnight = NOON + timedelta(hours=12)
    index.add_turns([turn_row(1, at=midnight - timedelta(seconds=1)), turn_row(2, at=midnight)])
    day = date(2026, 11, 24)
    assert ids(search(index, Search(first=day, last=day))) == ["c1"]
    assert ids(search(index, Search(first=day + timedelta(days=1)))) == ["c2"]


def test_a_later_opinion_replaces_and_what_is_forgotten_is_nowhere(index: ActivityIndex):
    index.add_turns([turn_row(1), turn_row(2)])
    index.put_opinions([OpinionRow("t1", "customer", True, NOON)])
    index.put_opinions([OpinionRow("t1", "customer", False, NOON)])
    assert ids(search(index, Search(opinion="any"))) == ["c1"]
    assert ids(search(index, Search(opinion="up"))) == []
    index.forget(["t1"])
    assert ids(search(index, Search())) == ["c2"]
    assert index.rows("SELECT count(*) FROM opinions") == [(0,)]
