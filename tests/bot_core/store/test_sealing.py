"""With a key, nothing that a customer wrote or is called can be read in the database itself; on both databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from bot_core.errors import ConfigurationError, StoreError
from bot_core.leads.lead import Lead, LeadKind
from bot_core.messages import InboundMessage
from bot_core.sessions.state import CustomerProfile
from bot_core.store.records import Feedback, FeedbackValue
from bot_core.store.resealing import reseal, sealed_columns
from bot_core.store.reviews import Annotation, ReviewVerdict
from bot_core.store.sealing import Cipher, OpenText, cipher_of, is_sealed
from bot_core.store.store import Store, open_store
from tests.fakes.turns import finished_turn

SECRET = "me llamo Zacarías"
OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()
Open = Callable[[str], Store]


@pytest.fixture
def opened(fresh_url: str) -> Iterator[Open]:
    """The same database, as a process with these keys sees it."""
    stores: list[Store] = []

    def with_keys(keys: str) -> Store:
        stores.append(open_store(fresh_url, cipher=cipher_of(keys)))
        return stores[-1]

    yield with_keys
    for store in stores:
        store.close()


def fill(store: Store, conversation_id: str = "c1") -> None:
    created = store.conversations.create(
        channel="whatsapp", customer_key="k", release_id="offline-base", conversation_id=conversation_id
    )
    turn = finished_turn(created.state, SECRET, tracking_id=f"t-{conversation_id}")
    store.conversations.append_turn(conversation_id, [InboundMessage(text=SECRET)], turn, expected_version=0)
    store.profiles.put("whatsapp", "k", CustomerProfile(name=SECRET))
    store.feedback.give(
        Feedback(tracking_id=f"t-{conversation_id}", value=FeedbackValue.UP, comment=SECRET, source="workbench")
    )
    lead = Lead(kind=LeadKind.PERSON, tracking_id=f"t-{conversation_id}", conversation_id=conversation_id)
    store.leads.submit(lead.model_copy(update={"customer_name": SECRET}))
    store.annotations.put(
        Annotation(
            tracking_id=f"t-{conversation_id}", annotator="ana", conversation_id=conversation_id,
            verdict=ReviewVerdict.PASS, notes=SECRET,
        )
    )  # fmt: skip


def check(store: Store, conversation_id: str = "c1") -> None:
    (turn,) = store.conversations.turns(conversation_id)
    assert turn.messages[0].text == SECRET
    assert SECRET in store.conversations.get(conversation_id).state.history[0].text
    profile = store.profiles.get("whatsapp", "k")
    assert profile
    assert profile.name == SECRET
    assert store.feedback.of(f"t-{conversation_id}")[0].comment == SECRET
    assert SECRET in {lead.customer_name for _, lead in store.leads.list()}


def raw(store: Store) -> str:
    """Every value of every table as the database holds it."""
    assert store.database
    with store.database.read() as connection:
        rows = [
            str(tuple(row))
            for table in sorted({column.table.name for column in sealed_columns()})
            for row in connection.execute(text(f"SELECT * FROM {table}"))
        ]
    return "\n".join(rows)


def test_with_a_key_the_tables_say_nothing_and_the_store_everything(opened: Open):
    store = opened(OLD)
    fill(store)
    assert "Zacar" not in raw(store)
    check(store)
    check(opened(OLD))


def test_without_a_key_the_rows_are_texts(opened: Open):
    store = opened("")
    fill(store)
    assert "Zacar" in raw(store)
    check(store)


def test_without_the_key_it_says_which_variable_is_missing(opened: Open):
    fill(opened(OLD))
    with pytest.raises(StoreError, match="KAVAK_DATA_KEY"):
        opened("").conversations.turns("c1")
    with pytest.raises(StoreError, match="another key"):
        opened(NEW).conversations.turns("c1")


def test_keys_change_without_a_gap(opened: Open):
    """None → the first key → a second one beside it → the second alone."""
    fill(opened(""), "c1")
    first = opened(OLD)
    check(first, "c1")
    fill(first, "c2")
    both = opened(f"{NEW},{OLD}")
    fill(both, "c3")
    for conversation_id in ("c1", "c2", "c3"):
        check(both, conversation_id)
    assert both.database
    assert reseal(both.database, cipher_of(f"{NEW},{OLD}")) > 0
    assert reseal(both.database, cipher_of(f"{NEW},{OLD}")) == 0
    alone = opened(NEW)
    for conversation_id in ("c1", "c2", "c3"):
        check(alone, conversation_id)
    assert "Zacar" not in raw(alone)


def test_what_no_key_opens_stops_the_resealing(opened: Open):
    store = opened(OLD)
    fill(store)
    assert store.database
    with pytest.raises(StoreError, match="another key"):
        reseal(store.database, cipher_of(NEW))


def test_the_environment_gives_the_key(fresh_url: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("KAVAK_DATA_KEY", OLD)
    store = open_store(fresh_url)
    fill(store)
    assert "Zacar" not in raw(store)
    store.close()
    monkeypatch.setenv("KAVAK_DATA_KEY", "short")
    with pytest.raises(ConfigurationError, match="KAVAK_DATA_KEY"):
        open_store(fresh_url)


@pytest.mark.parametrize("cipher", [OpenText(), cipher_of(OLD), cipher_of(f"{NEW},{OLD}")])
@given(said=st.text())
def test_what_was_sealed_opens(cipher: Cipher, said: str):
    sealed = cipher.seal(said)
    assert cipher.open(sealed) == said
    assert cipher.is_current(sealed)


def test_a_text_that_begins_like_a_sealed_one_is_a_text():
    assert not is_sealed("f1: muy bien")
    assert OpenText().open("f1: muy bien") == "f1: muy bien"
    assert cipher_of(OLD).open("f1: muy bien") == "f1: muy bien"


def test_the_sealed_columns_are_those_with_a_persons_words(tmp_path: Path):
    assert {f"{column.table.name}.{column.name}" for column in sealed_columns()} == {
        "conversations.state",
        "turns.messages",
        "turns.reply",
        "turns.trace",
        "customer_profiles.profile",
        "feedback.comment",
        "leads.lead",
        "annotation_versions.document",
    }
