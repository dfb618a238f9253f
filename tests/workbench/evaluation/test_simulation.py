from __future__ import annotations

from contextlib import contextmanager

import pytest

from bot_core.errors import StaleCassette
from bot_core.leads.lead import Lead, LeadKind
from bot_core.messages import MessageKind
from workbench.evaluation.build import build_subject
from workbench.evaluation.dataset.case import Case
from workbench.evaluation.simulation import CLOCK, LeadNotebook, execute
from workbench.records import VariantSpec, Verdict


@pytest.fixture
def subject(settings):
    return build_subject(VariantSpec(name="base"), settings)


def case(*says: object, **more: object) -> Case:
    return Case.model_validate({"id": "a-case", "why": "to be played", "turns": [{"say": say} for say in says]} | more)


async def play(subject, played: Case, **options):
    return await execute(played, subject.bot, subject.notebook, subject.context, **options)


def deterministic(result) -> str:
    """Everything but how long it took."""
    data = result.model_dump(mode="json", exclude={"seconds"})
    for turn in data["turns"]:
        turn["trace"]["total_seconds"] = turn["trace"]["model_seconds"] = 0
        for call in turn["trace"]["calls"]:
            call["seconds"] = 0
            for attempt in call["attempts"]:
                attempt["seconds"] = 0
    return str(data)


async def test_a_conversation_goes_through_with_its_state(subject):
    result = await play(subject, case("busco un versa", "el segundo a 48 meses"))
    first, second = result.turns
    assert first.state.turns == 1 and second.state.turns == 2
    assert second.state.chosen == first.state.shown[1]
    assert result.verdict is Verdict.PASS and result.error is None


async def test_every_form_of_message_arrives(subject):
    result = await play(
        subject,
        case(["hola", {"text": "un versa", "profile_name": "Ana"}], {"kind": "audio"}, {"button_payload": "more"}),
    )
    burst, audio, tap = (turn.messages for turn in result.turns)
    assert [message.text for message in burst] == ["hola", "un versa"]
    assert burst[1].profile_name == "Ana"
    assert audio[0].kind is MessageKind.AUDIO
    assert tap[0].button_payload == "more"


async def test_playing_again_gives_the_same_record(subject, settings):
    conversation = case("busco un versa", "quiero una cita el sábado a las 11")
    again = build_subject(VariantSpec(name="base"), settings)
    assert deterministic(await play(subject, conversation)) == deterministic(await play(again, conversation))


async def test_time_stands_still(subject):
    result = await play(subject, case("hola", "gracias"))
    assert [(turn.trace.started_at - CLOCK).total_seconds() for turn in result.turns] == [60, 120]


async def test_requests_belong_to_the_turn_that_recorded_them(subject):
    result = await play(subject, case("hola", "quiero hablar con una persona", "gracias"))
    assert [len(turn.leads) for turn in result.turns] == [0, 1, 0]
    [record] = result.turns[1].leads
    assert record.reference in result.turns[1].reply.text
    assert record.lead.kind is LeadKind.PERSON


async def test_trials_do_not_share_requests(subject):
    conversation = case("quiero hablar con una persona")
    first = await play(subject, conversation, trial=1)
    second = await play(subject, conversation, trial=2)
    assert len(first.turns[0].leads) == len(second.turns[0].leads) == 1


async def test_what_stops_a_case_is_an_error_and_its_turns_are_kept(subject):
    handle = subject.bot.handle

    async def breaks_later(messages, state, **options):
        if state.turns:
            raise ZeroDivisionError("oh")
        return await handle(messages, state, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(subject.bot, "handle", breaks_later)
        result = await play(subject, case("hola", "gracias"))
    assert result.verdict is Verdict.ERROR and result.scores == ()
    assert result.error is not None and (result.error.kind, result.error.message) == ("ZeroDivisionError", "oh")
    assert len(result.turns) == 1


async def test_a_session_is_open_around_the_case(subject):
    events: list[str] = []

    @contextmanager
    def session(played: Case):
        events.append(f"open {played.id}")
        yield
        events.append("close")

    await play(subject, case("hola"), session=session)
    assert events == ["open a-case", "close"]


async def test_a_session_that_cannot_open_is_an_error(subject):
    def session(_played: Case):
        raise StaleCassette("golden/local/a-case: no cassette", key="k", command="make record")

    result = await play(subject, case("hola"), session=session)
    assert result.error is not None and result.error.kind == "StaleCassette"
    assert "make record" in result.error.message


def test_the_notebook_records_a_request_once():
    notebook = LeadNotebook()
    lead = Lead(kind=LeadKind.PERSON, tracking_id="t1", conversation_id="c1")
    assert notebook.submit(lead) == notebook.submit(lead)
    assert len(notebook.of("c1")) == 1
    assert notebook.of("c2") == ()


async def test_a_turn_keeps_the_intents_that_were_expected_of_it(subject):
    wanted = {"say": "hola, un versa", "expect": {"intents": ["greeting", "car_recommendation"]}}
    data = {"id": "a-case", "why": "to be played", "turns": [wanted, {"say": "gracias"}]}
    played = Case.model_validate(data)
    first, second = (await play(subject, played)).turns
    assert first.expected_intents == ("car_recommendation", "greeting")
    assert second.expected_intents is None
