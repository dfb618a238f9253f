from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

import bot_core.store.memory.work
import bot_core.store.sql.leads
from bot_core.leads.lead import Lead, LeadKind
from bot_core.leads.reference import lead_reference
from bot_core.store.store import Store


def _lead(tracking_id: str = "t1", kind: LeadKind = LeadKind.APPOINTMENT, **fields: str) -> Lead:
    return Lead(kind=kind, tracking_id=tracking_id, conversation_id="c1", **fields)


def test_a_lead_gets_the_reference_of_its_turn(store: Store):
    lead = _lead(day="el sábado a las 11", customer_name="José Ñandú")
    assert store.leads.submit(lead) == lead_reference("t1", LeadKind.APPOINTMENT)
    assert store.leads.list() == ((lead_reference("t1", LeadKind.APPOINTMENT), lead),)


def test_the_same_request_again_keeps_its_reference(store: Store):
    first = store.leads.submit(_lead(day="hoy"))
    assert store.leads.submit(_lead(day="mañana")) == first
    assert [lead.day for _, lead in store.leads.list()] == ["hoy"]
    assert store.leads.submit(_lead(kind=LeadKind.PERSON)) != first


def test_two_requests_never_share_a_reference(store: Store, monkeypatch: pytest.MonkeyPatch):
    def crowded(tracking_id: str, kind: LeadKind, attempt: int = 0) -> str:
        return f"KV-{attempt:06d}"

    monkeypatch.setattr(bot_core.store.memory.work, "lead_reference", crowded)
    monkeypatch.setattr(bot_core.store.sql.leads, "lead_reference", crowded)
    assert [store.leads.submit(_lead(name)) for name in ("t1", "t2", "t3", "t2")] == [
        "KV-000000", "KV-000001", "KV-000002", "KV-000001",
    ]  # fmt: skip


def test_leads_are_listed_newest_first(store: Store):
    for tracking_id in ("t1", "t2", "t3"):
        store.leads.submit(_lead(tracking_id))
    assert [lead.tracking_id for _, lead in store.leads.list(limit=2)] == ["t3", "t2"]


def test_threads_with_the_same_request_get_one_reference(store: Store):
    with ThreadPoolExecutor(6) as pool:
        references = set(pool.map(lambda _: store.leads.submit(_lead()), range(12)))
    assert len(references) == 1
    assert len(store.leads.list()) == 1
