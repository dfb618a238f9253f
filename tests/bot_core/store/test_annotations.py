from __future__ import annotations

import pytest

from bot_core.errors import Conflict
from bot_core.store.reviews import AlertThreshold, Annotation, ReviewVerdict
from bot_core.store.store import Store


def _annotation(tracking_id: str = "t1", annotator: str = "Ana", **fields: object) -> Annotation:
    known = {"conversation_id": "c1", "verdict": ReviewVerdict.PASS, "rating": 4}
    return Annotation(tracking_id=tracking_id, annotator=annotator, **known | fields)


def test_an_edit_is_a_new_version_and_the_old_one_is_kept(store: Store):
    first = store.annotations.put(_annotation(notes="bien\x00 🙂", tags=("precio", "tono")))
    assert (first.version, first.notes) == (1, "bien  🙂")
    second = store.annotations.put(_annotation(verdict=ReviewVerdict.FAIL, correction="Son *$250,000*"))
    assert second.version == 2
    assert store.annotations.of(["t1"]) == (second,)
    assert store.annotations.history("t1", "Ana") == (first, second)
    assert store.annotations.list() == (second,)


def test_the_same_opinion_again_changes_nothing(store: Store):
    first = store.annotations.put(_annotation())
    assert store.annotations.put(_annotation(), expected_version=0) == first
    assert store.annotations.history("t1", "Ana") == (first,)


def test_two_windows_of_one_person_do_not_overwrite_each_other(store: Store):
    store.annotations.put(_annotation(), expected_version=0)
    store.annotations.put(_annotation(rating=5), expected_version=1)
    with pytest.raises(Conflict, match="Ana has changed the annotation of t1"):
        store.annotations.put(_annotation(rating=1), expected_version=1)
    assert store.annotations.of(["t1"])[0].rating == 5


def test_each_annotator_has_an_opinion_of_their_own(store: Store):
    for annotator in ("Eva", "Ana"):
        for tracking_id in ("t2", "t1"):
            store.annotations.put(_annotation(tracking_id, annotator))
    found = store.annotations.of(["t1", "t2", "t3"])
    assert [(one.tracking_id, one.annotator) for one in found] == [
        ("t1", "Ana"),
        ("t1", "Eva"),
        ("t2", "Ana"),
        ("t2", "Eva"),
    ]
    assert store.annotations.of([]) == ()
    assert store.annotations.history("t1", "Zoe") == ()


def test_more_ids_than_a_statement_may_name(store: Store):
    store.annotations.put(_annotation("t1999"))
    assert [one.tracking_id for one in store.annotations.of([f"t{n}" for n in range(2000)])] == ["t1999"]


def test_alert_limits_are_kept_by_the_name_of_the_figure(store: Store):
    store.alerts.put(AlertThreshold(name="error_rate", limit=0.05, set_by="Ana"))
    store.alerts.put(AlertThreshold(name="error_rate", limit=0.02, set_by="Eva"))
    assert [(one.name, one.limit, one.set_by) for one in store.alerts.list()] == [("error_rate", 0.02, "Eva")]
