"""What a person reads when a replayed case asks something that was never recorded."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from bot_core.errors import KavakBotError, ModelError, StaleCassette
from bot_core.llm.cassettes import CaseKey, CassettePlayer, ReplayGateway
from bot_core.llm.gateway import ChatMessage
from bot_core.llm.scripted import ScriptedGateway


@pytest.fixture
async def stale(tmp_path, key, record, ask_server, offline_world):
    """Replay after `change` was made to the recorded request."""
    request = ask_server()
    await record(request)

    async def run(change):
        with offline_world(), CassettePlayer(tmp_path, key), pytest.raises(StaleCassette) as caught:
            await ReplayGateway(offline=ScriptedGateway()).complete(change(request))
        return caught.value

    return run


async def test_a_changed_prompt_names_agent_versions_diff_and_command(stale):
    def rewritten(request):
        system = ChatMessage("system", "Eres el asesor de Kavak.")
        return replace(
            request, prompt_id="greeting/v002", prompt_hash="abc" * 10, messages=(system, request.messages[1])
        )

    error = await stale(rewritten)
    text = str(error)
    assert "golden/local/greeting-001: turn 1, greeting (reply)" in text
    assert "prompt changed from greeting/v001 (000000000000) to greeting/v002 (abcabcabcabc)" in text
    assert 'make record ARGS="--only greeting-001"' in text
    assert "-  - content: Eres el asistente de Kavak." in error.diff
    assert "+  - content: Eres el asesor de Kavak." in error.diff
    assert (error.agent, error.key) == ("greeting", "golden/local/greeting-001")


async def test_an_edited_prompt_of_the_same_version_shows_by_its_hash(stale):
    error = await stale(lambda request: replace(
        request, prompt_hash="f" * 12, messages=(ChatMessage("system", "Otro."), request.messages[1])
    ))  # fmt: skip
    assert "from greeting/v001 (000000000000) to greeting/v001 (ffffffffffff)" in error.message


async def test_other_values_in_the_same_prompt_say_so(stale):
    error = await stale(lambda request: replace(
        request, messages=(request.messages[0], ChatMessage("user", "busco un jetta"))
    ))  # fmt: skip
    assert "is as recorded, but what is filled into it" in error.message
    assert "+  - content: busco un jetta" in error.diff


async def test_other_parameters_are_stale_too(stale):
    def hotter(request):
        return replace(request, settings=request.settings.model_copy(update={"temperature": 0.7}))

    error = await stale(hotter)
    assert "temperature: 0.7" in error.diff


async def test_an_agent_that_was_not_recorded(stale):
    error = await stale(lambda request: replace(request, agent="sales", prompt_id="sales/v001", messages=()))
    assert "prompt sales/v001 (000000000000) was not called when this was recorded" in error.message


async def test_the_same_request_once_more_than_recorded(tmp_path, key, record, replay, ask_server):
    request = ask_server()
    await record(request, request)
    await replay(request, request)
    with pytest.raises(StaleCassette, match="the same request is made more often"):
        await replay(request, request, request)


async def test_it_fails_at_once_without_retries_fallbacks_or_baseline(stale):
    started = time.perf_counter()
    error = await stale(lambda request: replace(
        request,
        messages=(),
        settings=request.settings.model_copy(update={"retries": 5, "fallbacks": ("openai/other", "offline")}),
    ))  # fmt: skip
    assert isinstance(error, KavakBotError)
    assert not isinstance(error, ModelError), "the agents would answer a ModelError with the deterministic wording"
    assert time.perf_counter() - started < 2, "a single retry of litellm's would wait longer than the whole test"


def test_a_case_without_a_cassette_says_how_to_record_it(tmp_path):
    with pytest.raises(StaleCassette, match=r'golden/local/new: no cassette.*make record ARGS="--only new"'):
        CassettePlayer(tmp_path, CaseKey("golden", "local", "new"))


def test_a_long_diff_is_cut_on_the_screen_but_kept_whole():
    diff = "\n".join(f"+line {number}" for number in range(500))
    error = StaleCassette("stale", key="a/b/c", command="make record", diff=diff)
    assert "… 440 more lines" in str(error)
    assert error.diff == diff
