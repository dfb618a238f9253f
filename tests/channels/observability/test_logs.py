from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from channels.observability.logs import configure_logs, log, logged_with, without_personal_data
from tests.fakes.webhooks import CUSTOMER


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before = root.handlers[:], root.level
    stream = io.StringIO()
    configure_logs(stream)
    yield stream
    root.handlers[:], root.level = before


def test_events_are_json_with_their_ids(stream: io.StringIO):
    log("x").info("stored", tracking_id="a1", customer="b2")
    line = json.loads(stream.getvalue())
    assert (line["event"], line["tracking_id"], line["customer"], line["level"]) == ("stored", "a1", "b2", "info")


def test_whatever_slips_in_is_removed(stream: io.StringIO):
    log("x").info("oops", body="mi secreto", token="s3cret", note=f"from {CUSTOMER}", who="+5215512345678")
    logging.getLogger("library").warning("could not reach %s", CUSTOMER)
    try:
        raise ValueError(f"bad number {CUSTOMER}")
    except ValueError:
        logging.getLogger("library").exception("failed")
    text = stream.getvalue()
    events = [json.loads(line)["event"] for line in text.splitlines()]
    assert [event.split()[0] for event in events] == ["oops", "could", "failed"]
    for word in ("secreto", "s3cret", "5512345678"):
        assert word not in text


def test_twilios_client_stays_quiet(stream: io.StringIO):
    logging.getLogger("twilio.http_client").info("POST Request: Body=hola")
    log("x").info("told")
    assert [json.loads(line)["event"] for line in stream.getvalue().splitlines()] == ["told"]


@example(UUID("12345678901234567890123456789012"), "SM")
@example(UUID("a1234567890123456789012345678901"), "")
@given(st.uuids(version=4), st.sampled_from(["", "SM", "MM"]))
def test_an_id_is_never_taken_for_a_telephone(identifier: UUID, prefix: str):
    event = {"tracking_id": prefix + identifier.hex, "outbox": f"{identifier.hex}-reply"}
    assert without_personal_data(None, "info", dict(event)) == event


def test_lines_of_libraries_carry_the_turns_ids(stream: io.StringIO):
    with logged_with(tracking_id="a1", customer="b2"):
        logging.getLogger("bot_core.llm.routing").warning("the model is down")
    logging.getLogger("bot_core").warning("outside")
    inside, outside = (json.loads(line) for line in stream.getvalue().splitlines())
    assert (inside["tracking_id"], inside["customer"]) == ("a1", "b2")
    assert "tracking_id" not in outside
