from __future__ import annotations

from datetime import timedelta

from channels.store.store import ChannelStore

DAY = timedelta(days=1)


def test_an_answer_is_found_until_it_is_old(store: ChannelStore):
    assert store.answers.get("k", younger_than=DAY) is None
    store.answers.put("k", "uno")
    store.answers.put("k", "dos")
    assert store.answers.get("k", younger_than=DAY) == "dos"
    assert store.answers.get("k", younger_than=timedelta(0)) is None


def test_old_ones_are_forgotten(store: ChannelStore):
    store.answers.put("k", "uno")
    assert store.answers.forget(older_than=DAY) == 0
    assert store.answers.forget(older_than=timedelta(seconds=-1)) == 1
    assert store.answers.get("k", younger_than=DAY) is None
