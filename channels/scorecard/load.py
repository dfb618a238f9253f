"""What customers write: seeded, with bursts, repetitions, disorder, media, buttons and people who leave."""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

from channels.sandbox.callbacks import inbound_form, signature_of
from channels.sandbox.phone import ACCOUNT, OURS, TOKEN
from channels.scorecard.poster import Shot

PATH = "/twilio/whatsapp"
_IN_A_BURST = 0.08
"""Seconds between two messages of a burst."""
_LATE = 0.2
_AGAIN_LATER = (0.5, 4.0)


@dataclass(frozen=True, slots=True)
class LoadPlan:
    customers: int
    bursts_each: int
    seconds: float
    """Over which they write."""
    seed: int = 7
    duplicates: float = 0.3
    """Share of messages that come twice, half of those at the same moment."""
    reordered: float = 0.2
    burst_share: float = 0.25
    special: float = 0.05
    """Media, locations and buttons."""
    leaving: float = 0.05
    first_customer: int = 0
    media_url: str = "http://127.0.0.1:9/never-fetched.jpg"


@dataclass(frozen=True, slots=True)
class Post:
    """One message: at these moments (seconds after the start) its webhook arrives."""

    moments: tuple[float, ...]
    form: dict[str, str]
    burst: int

    @property
    def sid(self) -> str:
        return self.form["MessageSid"]


@dataclass(slots=True)
class Load:
    posts: list[Post]
    bursts: dict[int, list[str]] = field(default_factory=dict)
    """Burst → MessageSids, in the order written."""
    leavers: set[str] = field(default_factory=set)

    @property
    def sids(self) -> set[str]:
        return {post.sid for post in self.posts}

    @property
    def webhooks(self) -> int:
        return sum(len(post.moments) for post in self.posts)

    def shots(self, url: str) -> list[Shot]:
        """Every webhook signed, in order of time."""
        return sorted(_shots(url, self.posts), key=lambda shot: shot.at)


def generate(plan: LoadPlan) -> Load:
    """The same plan gives the same load, SIDs included."""
    rng = random.Random(plan.seed)
    load = Load([])
    gap = plan.seconds / plan.bursts_each
    for customer in range(plan.first_customer, plan.first_customer + plan.customers):
        number = 0
        for burst in range(plan.bursts_each):
            at = (burst + rng.random() * 0.7) * gap
            burst_id = customer * plan.bursts_each + burst
            count = rng.randint(2, 4) if rng.random() < plan.burst_share else 1
            for index in range(count):
                post = _written(rng, plan, customer, number, burst_id, alone=count == 1)
                load.posts.append(replace(post, moments=_moments(rng, plan, at + index * _IN_A_BURST)))
                load.bursts.setdefault(burst_id, []).append(post.sid)
                number += 1
        if rng.random() < plan.leaving:
            form = inbound_form(ACCOUNT, OURS, address(customer), "BAJA", MessageSid=_sid(rng))
            load.posts.append(Post((plan.seconds + 0.1,), form, -1 - customer))
            load.leavers.add(address(customer))
    load.posts.sort(key=lambda post: post.moments[0])
    return load


def single(customer: int, number: int, at: float, text: str = "") -> Post:
    """One plain message of a scene's customer. Its text names both, for the fakes to count by."""
    said = f"{text or 'hola'} c{customer}m{number}" if text != "BAJA" else text
    sid = f"SM{uuid.uuid5(uuid.NAMESPACE_OID, f'{customer}.{number}.{text}').hex}"
    return Post((at,), inbound_form(ACCOUNT, OURS, address(customer), said, MessageSid=sid), -1)


def address(customer: int) -> str:
    return f"whatsapp:+52155{customer:08d}"


def _shots(url: str, posts: Sequence[Post]) -> Iterator[Shot]:
    for post in posts:
        signature = signature_of(url + PATH, post.form, TOKEN)
        body = urlencode(post.form)
        for moment in post.moments:
            yield Shot(moment, PATH, body, signature, post.sid)


def _moments(rng: random.Random, plan: LoadPlan, at: float) -> tuple[float, ...]:
    if rng.random() < plan.reordered:
        # Overtaken by what was written after it.
        at += _LATE
    if rng.random() >= plan.duplicates:
        return (at,)
    return (at, at if rng.random() < 0.5 else at + rng.uniform(*_AGAIN_LATER))


def _sid(rng: random.Random) -> str:
    return f"SM{uuid.UUID(int=rng.getrandbits(128)).hex}"


def _written(rng: random.Random, plan: LoadPlan, customer: int, number: int, burst: int, *, alone: bool) -> Post:
    text, fields = f"hola c{customer}m{number}", {}
    if rng.random() < plan.special:
        media = {
            "NumMedia": "1",
            "MediaContentType0": "image/jpeg",
            "MediaUrl0": plan.media_url,
            "MessageType": "image",
        }
        place = {"Latitude": "19.43", "Longitude": "-99.13", "MessageType": "location"}
        button = {"ButtonText": text, "ButtonPayload": "menu", "MessageType": "button"}
        # A button is answered at once: within a burst it would end it.
        fields = rng.choice([media, place, button] if alone else [media, place])
    form = inbound_form(ACCOUNT, OURS, address(customer), text, **fields, MessageSid=_sid(rng))
    return Post((0.0,), form, burst)
