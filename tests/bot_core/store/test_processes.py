"""Two processes write into one database at the same time."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from bot_core.store.store import open_store

ROOT = Path(__file__).resolve().parents[3]
WRITER = """
import sys
from bot_core.errors import Conflict
from bot_core.messages import InboundMessage
from bot_core.store.store import open_store
from tests.fakes.turns import finished_turn

url, conversation_id, name = sys.argv[1:]
store = open_store(url)
conflicts = 0
for number in range(25):
    while True:
        conversation = store.conversations.get(conversation_id)
        turn = finished_turn(conversation.state, tracking_id=f"{name}-{number}")
        try:
            store.conversations.append_turn(
                conversation_id, [InboundMessage(text=name)], turn, expected_version=conversation.version
            )
            break
        except Conflict:
            conflicts += 1
    store.jobs.add(name)
print(conflicts >= 0)
"""


def test_no_turn_is_lost_and_none_overwrites_another(url: str):
    store = open_store(url)
    conversation = store.conversations.create(channel="w", customer_key="a", release_id="offline-base")
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, url, conversation.conversation_id, name],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for name in ("one", "two")
    ]
    assert [writer.communicate(timeout=90) for writer in writers] == [("True\n", "")] * 2
    logged = store.conversations.turns(conversation.conversation_id)
    assert [turn.position for turn in logged] == list(range(1, 51))
    assert {turn.tracking_id for turn in logged} == {f"{name}-{n}" for name in ("one", "two") for n in range(25)}
    after = store.conversations.get(conversation.conversation_id)
    assert (after.version, after.state.turns) == (50, 50)
    assert (len(store.jobs.list(kind="one")), len(store.jobs.list(kind="two"))) == (25, 25)
    store.close()
