"""A judge asked about every labelled reply: live, recorded or from the committed recordings."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot_core.errors import ModelNotConfigured
from bot_core.llm.cassettes import (
    CaseKey,
    CassettePlayer,
    CassetteRecorder,
    ReplayGateway,
    audit,
    half_played,
    recording_gateway,
)
from bot_core.llm.cassettes.cassette import JUDGE_DATASET
from bot_core.llm.gateway import Answer, LLMGateway, LLMRequest, LLMResponse, ModelSettings
from bot_core.llm.litellm_gateway import LiteLLMGateway
from bot_core.llm.local_model import HOST, PORT
from bot_core.llm.local_model.files import QWEN_CODER
from bot_core.llm.routing import RoutingGateway
from bot_core.settings import PROJECT_ROOT
from workbench.evaluation.judge.exhibit import Exhibit
from workbench.evaluation.judge.judge import Judge, JudgedReply
from workbench.evaluation.judge.preference import Preference
from workbench.evaluation.judge.record import identity_of
from workbench.records import JudgeSpec

CASSETTES = PROJECT_ROOT / "cassettes"
PAIRS = "pairs"
"""The group of the comparisons."""
LOCAL_JUDGE = JudgeSpec(
    model=ModelSettings(
        model="openai/qwen2.5-coder-1.5b",
        api_base=f"http://{HOST}:{PORT}/v1",
        max_tokens=200,
        timeout_seconds=1800,
        max_concurrency=2,
    )
)
"""The local model as a judge: what a clone without a key can record and replay."""

Session = Callable[[str], AbstractContextManager[Any]]
"""Opens what one kind of replies, or the pairs, needs around it: its cassette."""


class _Nobody:
    """There is no baseline for a judge."""

    async def complete(self, request: LLMRequest[Answer]) -> LLMResponse[Answer]:
        raise ModelNotConfigured("no offline baseline can judge", model=request.settings.model)


def judge_gateway() -> LLMGateway:
    """To real models."""
    return RoutingGateway(offline=_Nobody(), remote=LiteLLMGateway())


@dataclass
class Recordings:
    """Cassettes of one judge below `root`, one for each kind of labelled replies."""

    spec: JudgeSpec
    root: Path = CASSETTES
    players: list[CassettePlayer] = field(default_factory=list)

    @property
    def variant(self) -> str:
        return identity_of(self.spec).name

    def playing(self) -> tuple[LLMGateway, Session]:
        return ReplayGateway(offline=_Nobody()), self._player

    def recording(self) -> tuple[LLMGateway, Session]:
        weights = QWEN_CODER.sha256 if self.spec == LOCAL_JUDGE else None

        def recorder(kind: str) -> CassetteRecorder:
            return CassetteRecorder(self.root, self._key(kind), model_sha256=weights)

        return recording_gateway(offline=_Nobody()), recorder

    def has(self, group: str) -> bool:
        """True when the group was recorded."""
        return self._key(group).path(self.root).exists()

    def problems(self, kinds: Sequence[str]) -> tuple[str, ...]:
        """Orphans, missing, damaged and half-played files, once everything was replayed."""
        known = [self._key(kind) for kind in kinds]
        found = audit(self.root, known, datasets=[f"{JUDGE_DATASET}/{self.variant}"])
        return tuple(str(problem) for problem in (*found, *half_played(self.players)))

    def _player(self, kind: str) -> CassettePlayer:
        player = CassettePlayer(self.root, self._key(kind))
        self.players.append(player)
        return player

    def _key(self, kind: str) -> CaseKey:
        return CaseKey(JUDGE_DATASET, self.variant, kind)


def no_session(_kind: str) -> AbstractContextManager[Any]:
    return nullcontext()


Groups = Mapping[str, Mapping[str, Exhibit]]
"""Replies by group (a kind of datasets/judge, or "people") and reply_id."""
OnReply = Callable[[str, JudgedReply], None]


async def ask_all(
    groups: Groups,
    judge: Judge,
    *,
    session: Session = no_session,
    concurrency: int = 8,
    on_reply: OnReply | None = None,
) -> dict[str, JudgedReply]:
    """Every reply of every group, by reply_id. Raises StaleCassette in a replay that lacks one."""
    judged: dict[str, JudgedReply] = {}
    places = asyncio.Semaphore(concurrency)

    async def ask(reply_id: str, exhibit: Exhibit) -> None:
        async with places:
            judged[reply_id] = await judge.judge_reply(exhibit, reply_id)
        if on_reply:
            on_reply(reply_id, judged[reply_id])

    for group, replies in groups.items():
        with session(group):
            await asyncio.gather(*(ask(reply_id, exhibit) for reply_id, exhibit in replies.items()))
    return judged


@dataclass(frozen=True, slots=True)
class Pair:
    """The same turn answered well (`good`) and with a defect (`bad`); both as text with the customer and the facts."""

    good: str
    bad: str
    defect: str


async def ask_pairs(
    pairs: Mapping[str, Pair], judge: Judge, *, session: Session = no_session, concurrency: int = 8
) -> dict[str, Preference]:
    """Each pair in both orders, by reply_id: A is the bad one, B the good one."""
    places = asyncio.Semaphore(concurrency)

    async def ask(reply_id: str, pair: Pair) -> Preference:
        async with places:
            return await judge.prefer_text(pair.bad, pair.good, reply_id)

    with session(PAIRS):
        found = await asyncio.gather(*(ask(reply_id, pair) for reply_id, pair in pairs.items()))
    return dict(zip(pairs, found, strict=True))
