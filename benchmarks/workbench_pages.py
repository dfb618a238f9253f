"""The simulator under load: reruns with long chats and several people, the first page, memory for each session.

    python -m benchmarks.workbench_pages [--users 10] [--rounds 10] [--pause 1]

Starts the real server and talks to it as browsers do (WebSocket, Streamlit's own messages, large ones by reference once
they are known). Each user has three phones with chats of their own, 200 messages each, and acts about once a second:
after each run a pause between 0 and twice `--pause` seconds; 0 is a stress test. An act is a run of the whole page, the
most that a touched widget can cause.
Prints wall time, and the server's CPU time, which a busy machine does not change much. Exit code 1 when a target is
missed.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from bot_core.messages import InboundMessage, new_id
from bot_core.orchestrator import TurnResult
from bot_core.releases.files import FileReleaseSource
from bot_core.sessions.state import ConversationState
from bot_core.settings import Settings
from bot_core.store.store import Store, open_store
from bot_core.wiring import BotFactory
from tests.fakes.workbench_server import WorkbenchServer

if TYPE_CHECKING:
    from websockets.sync.client import ClientConnection

TURNS = 100
"""Of each chat: 200 messages."""
RERUN_SECONDS, FIRST_SECONDS, SESSION_MEGABYTES = 0.050, 3.0, 5.0
_SAID = (
    "busco un versa de menos de 250 mil",
    "el segundo a 48 meses con 50 mil de enganche",
    "muéstrame más",
    "gracias",
)
_CLOCK = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass
class Client:
    """One browser tab, as far as the server can tell."""

    url: str
    query: str
    pause: float = 0.0
    """Seconds between an answer and the next act, on average."""
    runs: list[float] = field(default_factory=list)
    known: set[str] = field(default_factory=set)
    """Large messages that the tab holds: it says so, and is sent a reference, as a browser is."""

    def live(self, rounds: int, ready: threading.Barrier) -> None:
        from websockets.sync.client import connect
        from websockets.typing import Origin, Subprotocol

        address = self.url.replace("http", "ws", 1) + "/_stcore/stream"
        protocols = [Subprotocol("streamlit")]
        with connect(address, max_size=None, origin=Origin(self.url), subprotocols=protocols) as socket:
            self.runs.append(self._run(socket))
            ready.wait()
            ready.wait()
            for _ in range(rounds):
                time.sleep(random.uniform(0, 2 * self.pause))
                self.runs.append(self._run(socket))
            ready.wait()
            ready.wait()

    def _run(self, socket: ClientConnection) -> float:
        """Ask for a run of the whole page; the seconds until it is finished."""
        from streamlit.proto.BackMsg_pb2 import BackMsg
        from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

        asked = BackMsg()
        asked.rerun_script.query_string = self.query
        asked.rerun_script.cached_message_hashes.extend(self.known)
        started = time.perf_counter()
        socket.send(asked.SerializeToString())
        while True:
            told = ForwardMsg()
            told.ParseFromString(socket.recv(timeout=60, decode=False))
            if told.metadata.cacheable:
                self.known.add(told.hash)
            if told.WhichOneof("type") == "script_finished":
                return time.perf_counter() - started


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--users", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--pause", type=float, default=1.0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        places = _filled(data, options.users + 1)
        with WorkbenchServer(data, {"OLLAMA_HOST": "http://127.0.0.1:9"}) as server:
            return _measured(server, places, options.rounds, options.pause)


def _filled(data: Path, users: int) -> list[str]:
    """Three long chats for each user in the store; for each user the address that shows theirs."""
    store = open_store(f"sqlite:///{data / 'kavak.db'}")
    said = asyncio.run(_chat(Settings(data_dir=data)))
    places = []
    for user in range(users):
        names = [f"chat-{user}-{phone}" for phone in "abc"]
        for name in names:
            _store(store, name, said)
        places.append("telefonos=3&conversacion={}&conversacion2={}&conversacion3={}".format(*names))
    store.close()
    return places


async def _chat(settings: Settings) -> list[tuple[InboundMessage, TurnResult]]:
    bot = BotFactory(settings=settings).build(FileReleaseSource().current())
    state, said = ConversationState(conversation_id="chat"), []
    for turn in range(TURNS):
        message = InboundMessage(text=_SAID[turn % len(_SAID)])
        result = await bot.handle([message], state)
        state = result.state
        said.append((message, result))
    return said


def _store(store: Store, name: str, said: list[tuple[InboundMessage, TurnResult]]) -> None:
    """The same words as a conversation of its own."""
    store.conversations.create(
        channel="workbench", customer_key=name, release_id=said[0][1].trace.release_id, conversation_id=name
    )
    for version, (message, result) in enumerate(said):
        own = TurnResult(
            reply=result.reply,
            state=result.state.model_copy(update={"conversation_id": name}),
            trace=result.trace.model_copy(update={"tracking_id": new_id()}),
        )
        written = message.model_copy(update={"message_id": new_id()})
        store.conversations.append_turn(name, [written], own, expected_version=version)


def _measured(server: WorkbenchServer, places: list[str], rounds: int, pause: float) -> int:
    """The base of the memory is a server that has shown the same page to somebody who has left: all is imported."""
    alone, before = Client(server.url, ""), Client(server.url, places[0])
    _together([alone], 0)
    _together([before], 1)
    base = _resident(server.pid)
    clients = [Client(server.url, place, pause) for place in places[1:]]
    cpu: list[float] = []
    grown = _together(
        clients,
        rounds,
        before=lambda: cpu.append(_cpu(server.pid)),
        after=lambda: _resident(server.pid) - base,
    )
    spent = _cpu(server.pid) - cpu[0]
    runs = [seconds for client in clients for seconds in client.runs[1:]]
    met = [
        _row("first page, s", alone.runs[0], FIRST_SECONDS),
        _row("rerun p50, ms", statistics.median(runs) * 1000, RERUN_SECONDS * 1000),
        _row("memory for each session, MB", grown / len(clients) / 1e6, SESSION_MEGABYTES),
    ]
    print(f"{'rerun p95, ms':32}{statistics.quantiles(runs, n=20)[-1] * 1000:10.1f}")
    print(f"{'server CPU for each rerun, ms':32}{spent / len(runs) * 1000:10.1f}")
    machine = f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    print(f"{len(clients)} users, {rounds} reruns each, a pause of {pause:g} s, {machine}")
    return int(not all(met))


def _together(
    clients: list[Client],
    rounds: int,
    *,
    before: Callable[[], None] = lambda: None,
    after: Callable[[], float] = lambda: 0.0,
) -> float:
    """All at once: `before` is called when all have their first page, `after` when all have made their reruns and are
    still connected; what it says."""
    ready = threading.Barrier(len(clients) + 1)
    threads = [threading.Thread(target=client.live, args=(rounds, ready)) for client in clients]
    for thread in threads:
        thread.start()
    ready.wait()
    before()
    ready.wait()
    ready.wait()
    seen = after()
    ready.wait()
    for thread in threads:
        thread.join()
    return seen


def _row(what: str, measured: float, target: float) -> bool:
    met = measured < target
    print(f"{what:32}{measured:10.1f}   target < {target:g}   {'met' if met else 'MISSED'}")
    return met


def _cpu(pid: int) -> float:
    """Seconds of user and system time of the process."""
    fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / _CLOCK


def _resident(pid: int) -> float:
    """Bytes."""
    return float(Path(f"/proc/{pid}/statm").read_text("utf-8").split()[1]) * _PAGE


if __name__ == "__main__":
    sys.exit(main())
