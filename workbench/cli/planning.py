"""`power`: before money is spent, what a run can see."""

from __future__ import annotations

from typing import Annotated

import typer

from workbench.cli.numbers import finite


def power(
    rate: Annotated[
        float, typer.Option(min=0.01, max=0.99, callback=finite, help="About how often a conversation passes.")
    ] = 0.9,
    conversations: Annotated[
        int | None, typer.Option(min=2, max=10_000_000, help="Conversations of the run that is planned.")
    ] = None,
    difference: Annotated[
        float, typer.Option(min=0.001, max=1, callback=finite, help="Difference worth finding: 0.05 is 5 points.")
    ] = 0.05,
    trials: Annotated[int, typer.Option(min=1, max=50, help="How often each conversation is played.")] = 1,
    shared: Annotated[
        float,
        typer.Option(
            min=0, max=0.99, callback=finite, help="Part of the variance that the conversations themselves decide."
        ),
    ] = 0.5,
    usd: Annotated[
        float | None, typer.Option(min=0, callback=finite, help="Cost of one conversation, both variants, all trials.")
    ] = None,
    json_output: Annotated[bool, typer.Option("--json", help="The numbers as JSON.")] = False,
) -> None:
    """Show the smallest difference that a run finds, and how many conversations a difference needs (80 % power)."""
    from workbench.evaluation.statistics.power import assumed_spread, conversations_needed, smallest_detectable
    from workbench.evaluation.statistics.sentences import needed_sentence, power_sentence

    if json_output:
        import json

        spread = assumed_spread(rate, shared=shared, trials=trials)
        needed = conversations_needed(difference, spread)
        detectable = min(smallest_detectable(conversations, spread), 1.0) if conversations else None
        numbers = {
            "spread": spread,
            "conversations_needed": needed,
            "usd": None if usd is None else needed * usd,
            "smallest_detectable": detectable,
        }
        typer.echo(json.dumps(numbers))
        return
    if conversations:
        typer.echo(power_sentence(conversations, rate=rate, trials=trials, shared=shared))
    typer.echo(needed_sentence(difference, rate=rate, trials=trials, shared=shared, usd_per_conversation=usd or 0.0))
