from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest

from channels.observability.logs import configure_logs, log
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
    for word in ("secreto", "s3cret", "5512345678"):
        assert word not in text


def test_twilios_client_stays_quiet(stream: io.StringIO):
    logging.getLogger("twilio.http_client").info("POST Request: Body=hola")
    assert stream.getvalue() == ""
