"""Record and replay of model traffic: one readable YAML file for each evaluation case.

gateway = recording_gateway(offline=baseline)
with CassetteRecorder(root, CaseKey("golden", "local", "greeting-001")):
    await bot.handle(...)

gateway = ReplayGateway(offline=baseline)
with CassettePlayer(root, CaseKey("golden", "local", "greeting-001")) as player:
    await bot.handle(...)
problems = audit(root, known, datasets=["golden"]) + half_played([player])
"""

from __future__ import annotations

from bot_core.llm.cassettes.audit import CassetteProblem, audit, half_played
from bot_core.llm.cassettes.cassette import CaseKey
from bot_core.llm.cassettes.gateway import CassetteGateway, ReplayGateway, recording_gateway
from bot_core.llm.cassettes.player import CassettePlayer
from bot_core.llm.cassettes.recorder import CassetteRecorder

__all__ = [
    "CaseKey",
    "CassetteGateway",
    "CassettePlayer",
    "CassetteProblem",
    "CassetteRecorder",
    "ReplayGateway",
    "audit",
    "half_played",
    "recording_gateway",
]
