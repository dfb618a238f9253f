"""`online`: two releases that serve different customers at the same time."""

from __future__ import annotations

from typing import Annotated

import typer

from workbench.cli.numbers import finite


def online(
    a: Annotated[str, typer.Option("--a", help="Release A of the split.")],
    b: Annotated[str, typer.Option("--b", help="Release B of the split.")],
    days: Annotated[
        float, typer.Option(min=0.01, max=36_500, callback=finite, help="Conversations that began since.")
    ] = 30.0,
    channel: Annotated[str, typer.Option(help="whatsapp, workbench or terminal.")] = "whatsapp",
    json_output: Annotated[bool, typer.Option("--json", help="The numbers as JSON.")] = False,
) -> None:
    """Compare what came of two releases' conversations: requests for a person, opinions, fallbacks."""
    import json
    from dataclasses import asdict
    from datetime import timedelta

    from bot_core.messages import utc_now
    from bot_core.settings import load_settings
    from bot_core.store.store import open_store
    from workbench.evaluation.statistics.online import compare_online

    store = open_store(load_settings().store_url)
    for release_id in (a, b):
        store.releases.get(release_id)
    outcomes = store.activity.outcomes(channel=channel, since=utc_now() - timedelta(days=days))
    found = compare_online(outcomes, a, b)
    store.close()
    if json_output:
        typer.echo(json.dumps(asdict(found), ensure_ascii=False))
        return
    typer.echo(f"conversations: A {found.conversations[0]}, B {found.conversations[1]}; left out: {found.left_out}")
    for row in found.differences:
        typer.echo(
            f"{row.metric:10} A {row.a.share:6.1%} [{row.a.low:.1%}, {row.a.high:.1%}] ({row.a.conversations})  "
            f"B {row.b.share:6.1%} [{row.b.low:.1%}, {row.b.high:.1%}] ({row.b.conversations})  "
            f"B-A {row.difference:+.1%} [{row.low:+.1%}, {row.high:+.1%}]  p {row.adjusted_p:.3f}  {row.decision.value}"
        )
