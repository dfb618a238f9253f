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
