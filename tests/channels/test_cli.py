"""What the commands take and print."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from channels.cli import app


@pytest.mark.parametrize(
    "arguments",
    [
        ["retention", "--days", "0"],
        ["retention", "--days", "-5", "--yes"],
        ["retention", "--days", "800000"],
        ["reconcile", "--hours", "inf"],
        ["reconcile", "--hours", "nan"],
        ["reconcile", "--hours", "1000000000000"],
        ["reconcile", "--hours", "0"],
        ["reconcile", "--hours", "-1"],
        ["inbox", "--limit", "0"],
        ["outbox", "--limit", "-1"],
        ["dead-letters", "--limit", "0"],
    ],
)
def test_a_period_or_number_that_means_nobody_or_everybody_is_refused(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("channels.cli._desk", lambda: pytest.fail("nothing may be done"))
    refused = CliRunner().invoke(app, arguments)
    assert refused.exit_code == 2
    assert f"'{arguments[1]}'" in refused.output


@pytest.mark.parametrize(
    ("back", "shown", "told", "code"),
    [(["¡Hola!"], "¡Hola!\n", "", 0), ([], "", "nothing came back", 1)],
)
def test_what_is_said_to_a_silent_bot_says_so(
    back: list[str], shown: str, told: str, code: int, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("channels.sandbox.dev.say", lambda _text, *, port: back)
    done = CliRunner().invoke(app, ["say", "hola"])
    assert (done.exit_code, done.stdout) == (code, shown)
    assert done.stderr.startswith(told)
    for reason in ("BAJA", "take-over", "inbox") if told else ():
        assert reason in done.stderr
