"""Replay one case's model traffic: the recorded response for the same request, and an error for any other."""

from __future__ import annotations

from collections import defaultdict, deque
from pathlib import Path
from typing import Literal

from bot_core.llm.cassettes.cassette import CaseKey, Cassette, HttpRequest, HttpResponse, Interaction
from bot_core.llm.cassettes.context import Call
from bot_core.llm.cassettes.opening import Opened
from bot_core.llm.cassettes.staleness import stale_call, stale_case
from bot_core.llm.cassettes.yaml_file import load


class CassettePlayer(Opened):
    """`with CassettePlayer(root, key) as player: …`; afterwards `player.unplayed` must be empty.

    Requests are found by their hash, in any order; the same request asked twice gets its responses in recorded order.
    Raises StaleCassette when there is no cassette, CassetteError when it cannot be read.
    """

    plays: Literal[True] = True

    def __init__(self, root: Path, key: CaseKey) -> None:
        super().__init__()
        self.key = key
        self.path = key.path(root)
        if not self.path.exists():
            raise stale_case(key)
        self.cassette: Cassette = load(self.path)
        self._waiting: dict[str, deque[Interaction]] = defaultdict(deque)
        for interaction in self.cassette.interactions:
            self._waiting[interaction.request.hash].append(interaction)

    @property
    def unplayed(self) -> tuple[Interaction, ...]:
        """Recorded exchanges that nothing has asked for."""
        return tuple(interaction for waiting in self._waiting.values() for interaction in waiting)

    def answer(self, request: HttpRequest, call: Call) -> HttpResponse:
        """The response to play. Raises StaleCassette, which the gateway raises again: HTTP clients would hide it."""
        waiting = self._waiting.get(request.hash)
        if waiting:
            return waiting.popleft().response
        call.stale = stale_call(self.cassette, request, call, self.unplayed)
        raise call.stale
