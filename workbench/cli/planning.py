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
    from workbench.evaluation.statistics.power import Plan
    from workbench.evaluation.statistics.sentences import needed_sentence, power_sentence

    plan = Plan(rate, trials, shared)
    if json_output:
        import json

        needed = plan.needed(difference)
        numbers = {
            "spread": plan.spread,
            "conversations_needed": needed,
            "least_conversations": plan.least,
            "usd": None if usd is None else needed * usd,
            "smallest_detectable": plan.detectable(conversations) if conversations else None,
        }
        typer.echo(json.dumps(numbers))
        return
    if conversations:
        typer.echo(power_sentence(conversations, plan))
    typer.echo(needed_sentence(difference, plan, usd_per_conversation=usd or 0.0))
