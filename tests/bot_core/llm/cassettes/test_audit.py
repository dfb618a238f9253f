"""The cassettes as a set: orphans, missing ones, damaged ones, and recordings that nothing asks for any more."""

from __future__ import annotations

import shutil

from bot_core.llm.cassettes import CaseKey, CassettePlayer, ReplayGateway, audit, half_played
from bot_core.llm.scripted import ScriptedGateway


async def test_a_clean_set_has_no_problems(tmp_path, key, record, ask_server):
    await record(ask_server())
    assert audit(tmp_path, [key], datasets=["golden"]) == ()


async def test_orphans_missing_and_damaged_files_are_named(tmp_path, key, record, ask_server):
    await record(ask_server())
    folder = key.path(tmp_path).parent
    shutil.copy(key.path(tmp_path), folder / "renamed.yaml")
    (folder / "broken.yaml").write_text("format: 1\n")
    known = [key, CaseKey("golden", "local", "new"), CaseKey("golden", "local", "renamed")]
    found = audit(tmp_path, known, datasets=["golden"])
    assert [(problem.kind, problem.where) for problem in found] == [
        ("damaged", "golden/local/broken.yaml"),
        ("orphan", "golden/local/broken.yaml"),
        ("missing", "golden/local/new"),
        ("damaged", "golden/local/renamed.yaml"),
    ]
    assert "says that it is golden/local/greeting-001" in found[3].detail
    assert 'make record ARGS="--only new"' in str(found[2])


async def test_other_datasets_are_not_judged(tmp_path, key, record, ask_server):
    await record(ask_server(), key=CaseKey("contract", "openai", "greeting"))
    assert audit(tmp_path, [], datasets=["golden"]) == ()


async def test_a_recording_that_is_not_used_up_is_a_problem(tmp_path, key, record, ask_server):
    await record(ask_server(text="uno"), ask_server(text="dos"))
    with CassettePlayer(tmp_path, key) as player:
        await ReplayGateway(offline=ScriptedGateway()).complete(ask_server(text="dos"))
    [problem] = half_played([player])
    assert problem.kind == "half played"
    assert "1 of 2 exchanges never asked for: turn 1 greeting (reply)" in problem.detail
