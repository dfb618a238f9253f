"""What customers write: seeded, with bursts, duplicates, media, buttons and people who leave."""

from __future__ import annotations

import random
import uuid
from dataclasses import dataclass, field

from channels.sandbox.callbacks import inbound_form
from channels.sandbox.dev import ACCOUNT, OURS

_MEDIA = "https://evil.example/never-fetched.jpg"


@dataclass(frozen=True, slots=True)
class LoadPlan:
    customers: int
    bursts_each: int
    seconds: float
    """Over which they write."""
    seed: int = 7
    duplicates: float = 0.3
    burst_share: float = 0.25
    special: float = 0.05
    leaving: float = 0.05


@dataclass(frozen=True, slots=True)
class Post:
    """One webhook at one moment. `copies` of it arrive, some at the same time."""

    at: float
    form: dict[str, str]
    copies: int
    burst: int


@dataclass(slots=True)
class Load:
    posts: list[Post]
    bursts: dict[int, list[str]] = field(default_factory=dict)
    """Burst → MessageSids, in the order written."""
    leavers: set[str] = field(default_factory=set)

    @property
    def sids(self) -> set[str]:
        return {post.form["MessageSid"] for post in self.posts}


def generate(plan: LoadPlan) -> Load:
    """The same plan gives the same load, SIDs included."""
    rng = random.Random(plan.seed)
    load = Load([])
    gap = plan.seconds / plan.bursts_each
    for customer in range(plan.customers):
        sender = address(customer)
        number = 0
        leaves = rng.random() < plan.leaving
        for burst in range(plan.bursts_each):
            burst_id = customer * plan.bursts_each + burst
            at = (burst + rng.random() * 0.4) * gap
            count = rng.randint(2, 4) if rng.random() < plan.burst_share else 1
            for index in range(count):
                text, fields = _message(rng, plan, f"hola c{customer}m{number}")
                form = inbound_form(ACCOUNT, OURS, sender, text, **fields, MessageSid=_sid(rng))
                copies = 2 if rng.random() < plan.duplicates else 1
                load.posts.append(Post(at + index * 0.08, form, copies, burst_id))
                load.bursts.setdefault(burst_id, []).append(form["MessageSid"])
                number += 1
        if leaves:
            form = inbound_form(ACCOUNT, OURS, sender, "BAJA", MessageSid=_sid(rng))
            load.posts.append(Post(plan.seconds + 0.1, form, 1, -1 - customer))
            load.leavers.add(sender)
    load.posts.sort(key=lambda post: post.at)
    return load


def address(customer: int) -> str:
    return f"whatsapp:+52155{customer:08d}"


def _sid(rng: random.Random) -> str:
    return f"SM{uuid.UUID(int=rng.getrandbits(128)).hex}"


def _message(rng: random.Random, plan: LoadPlan, text: str) -> tuple[str, dict[str, str]]:
    if rng.random() >= plan.special:
        return text, {}
    media = {"NumMedia": "1", "MediaContentType0": "image/jpeg", "MediaUrl0": _MEDIA, "MessageType": "image"}
    place = {"Latitude": "19.43", "Longitude": "-99.13", "MessageType": "location"}
    return text, rng.choice([media, place])
