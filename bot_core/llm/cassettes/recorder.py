"""Record one case's model traffic from the real HTTP exchanges."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import replace
from datetime import date
from importlib.metadata import version
from pathlib import Path
from types import TracebackType
from typing import Any, Literal

from bot_core.errors import CassetteError, ModelError, ModelTimeout
from bot_core.llm.cassettes.cassette import (
    AgentRecord,
    CaseKey,
    Cassette,
    Header,
    HttpRequest,
    HttpResponse,
    Interaction,
    Wire,
)
from bot_core.llm.cassettes.context import Call
from bot_core.llm.cassettes.opening import Opened
from bot_core.llm.cassettes.yaml_file import load, save
from bot_core.llm.gateway import LLMRequest

_PURPOSES = ("intention", "reply", "repair")
_Place = tuple[int, int, str, int, int]


class CassetteRecorder(Opened):
    """`with CassetteRecorder(root, key): …` writes the cassette when the case ends without an exception.

    Raises CassetteError at the end when the file would hold a key, when a turn ran out of time, or when no server
    answered a call of a real model.

    What did not change since the last recording keeps its date and times, so that recording again shows no diff.
    """

    plays: Literal[False] = False

    def __init__(self, root: Path, key: CaseKey, *, wire: Wire = "real", model_sha256: str | None = None) -> None:
        super().__init__()
        self.key = key
        self.path = key.path(root)
        self._wire = wire
        self._model_sha256 = model_sha256
        self._agents: dict[str, AgentRecord] = {}
        self._cancelled: list[Call] = []
        self._unreached: list[Call] = []
        self._recorded: list[tuple[_Place, Interaction]] = []

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        super().__exit__(kind, error, at)
        if kind is None:
            self._save()

    def begin(self, request: LLMRequest[Any]) -> Call:
        # The address and the key's variable differ between machines; the exchanges name host and path.
        settings = request.settings.model_dump(mode="json", exclude_defaults=True, exclude={"api_base", "api_key_env"})
        record = AgentRecord(request.prompt_id, request.prompt_hash, settings)
        self._agents[f"{request.agent}/{request.purpose}"] = record
        return super().begin(request)

    def asked(self, request: HttpRequest, call: Call) -> None:
        call.under_way.append((request, time.perf_counter()))

    def answered(self, request: HttpRequest, response: HttpResponse, call: Call) -> None:
        started = next((begun for asked, begun in call.under_way if asked == request), time.perf_counter())
        call.under_way = [entry for entry in call.under_way if entry[0] != request]
        self._keep(call, request, response, time.perf_counter() - started)

    def failed(self, call: Call, error: ModelError) -> None:
        """The gateway gave up on `call`: its requests without a response failed on the way."""
        if call.under_way and not isinstance(error, ModelTimeout):
            self._unreached.append(call)
        failure = HttpResponse(failure="timeout" if isinstance(error, ModelTimeout) else "disconnect")
        for request, started in call.under_way:
            self._keep(call, request, failure, time.perf_counter() - started)

    def cancelled(self, call: Call) -> None:
        """The turn's own time limit ended `call`: a replay, which takes no time, could not do the same."""
        self._cancelled.append(call)

    def _keep(self, call: Call, request: HttpRequest, response: HttpResponse, seconds: float) -> None:
        call.exchanges += 1
        purpose = _PURPOSES.index(call.purpose) if call.purpose in _PURPOSES else len(_PURPOSES)
        place = (call.turn, purpose, call.agent, call.order, call.exchanges)
        interaction = Interaction(
            call.turn, call.agent, call.purpose, call.prompt, request, response, seconds=round(seconds, 2)
        )
        self._recorded.append((place, interaction))

    def _save(self) -> None:
        if self._unreached and self._wire == "real":
            # A case that the offline baseline answered in the model's place is no recording of the model.
            calls = ", ".join(f"turn {call.turn} {call.agent}" for call in self._unreached)
            raise CassetteError(f"{self.key}: not recorded, no model answered in {calls}", hint="is the server up?")
        if self._cancelled:
            calls = ", ".join(f"turn {call.turn} {call.agent}" for call in self._cancelled)
            hint = "raise turn_timeout_seconds of the release, or record with fewer calls at once"
            raise CassetteError(f"{self.key}: not recorded, the turn's time ran out in {calls}", hint=hint)
        ordered = [interaction for _, interaction in sorted(self._recorded, key=lambda entry: entry[0])]
        header = Header(
            key=self.key,
            wire=self._wire,
            recorded_at=date.today().isoformat(),  # noqa: DTZ011 - the day on the desk of whoever records
            litellm=version("litellm"),
            model_sha256=self._model_sha256,
            agents=self._agents,
        )
        previous = _previous(self.path)
        cassette = Cassette(header, tuple(ordered))
        if previous is None:
            save(self.path, cassette)
        elif (settled := _with_old_times(cassette, previous)) != previous:
            save(self.path, settled)


def _previous(path: Path) -> Cassette | None:
    try:
        return load(path)
    except CassetteError:
        return None  # absent, damaged or of another format: written anew


def _with_old_times(cassette: Cassette, previous: Cassette) -> Cassette:
    """`cassette` with the times of the exchanges that are as before, and with the old date when all of them are."""
    times: dict[tuple[str, int], Interaction] = {}
    seen: Counter[str] = Counter()
    for old in previous.interactions:
        times[old.request.hash, seen[old.request.hash]] = old
        seen[old.request.hash] += 1
    settled, met = [], Counter[str]()
    for new in cassette.interactions:
        before = times.get((new.request.hash, met[new.request.hash]))
        met[new.request.hash] += 1
        same = before is not None and before.response == new.response
        settled.append(replace(new, seconds=before.seconds) if before is not None and same else new)
    result = replace(cassette, interactions=tuple(settled))
    dated = replace(result, header=replace(cassette.header, recorded_at=previous.header.recorded_at))
    return dated if dated == previous else result
