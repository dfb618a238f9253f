"""`simulate`: customers write to a release until they have what they want."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from workbench.evaluation.customers.customer import CustomerMaker
    from workbench.evaluation.customers.records import SimulatedConversation
    from workbench.evaluation.customers.summary import SimulationSummary
    from workbench.evaluation.statistics.rates import RateEstimate

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Simulated customers.")


@app.command()
def run(
    release: Annotated[str, typer.Option(help="Release that answers.")] = "offline-base",
    persona: Annotated[list[str] | None, typer.Option(help="Only this persona; may be repeated.")] = None,
    seeds: Annotated[int, typer.Option(min=1, help="How often each persona writes, each time differently.")] = 3,
    customer: Annotated[str | None, typer.Option(help="Model that plays the customers; default: rules.")] = None,
    customer_base: Annotated[str | None, typer.Option(help="Address of the server of --customer.")] = None,
    personas: Annotated[Path | None, typer.Option(help="Folder of personas; default: datasets/personas.")] = None,
    catalog: Annotated[Path | None, typer.Option(help="CSV of cars; default: the shipped sample.")] = None,
    transcripts: Annotated[
        bool, typer.Option("--transcripts", help="Show conversations that missed the goal.")
    ] = False,
    json_output: Annotated[bool, typer.Option("--json", help="Summary and conversations as JSON.")] = False,
) -> None:
    """Play every persona and count how the conversations ended; the simulator's own faults are counted apart."""
    from workbench.evaluation.customers.summary import summarise

    maker = _customers(customer, customer_base)
    conversations = _played(release, tuple(persona or ()), seeds, maker, personas, catalog)
    summary = summarise(conversations)
    if json_output:
        _print_json(conversations, summary)
        return
    _print_summary(summary)
    if transcripts:
        for conversation in conversations:
            if not conversation.goal_reached:
                _print_transcript(conversation)


@app.command("list")
def list_personas(
    personas: Annotated[Path | None, typer.Option(help="Folder of personas; default: datasets/personas.")] = None,
) -> None:
    """Check every persona file and show who there is."""
    from workbench.evaluation.dataset.personas import load_personas

    for persona in load_personas(personas):
        typer.echo(f"{persona.id:28} {persona.goal.outcome.value:22} {persona.who}")


def _played(
    release: str, only: tuple[str, ...], seeds: int, customer: CustomerMaker, folder: Path | None, catalog: Path | None
) -> tuple[SimulatedConversation, ...]:
    from bot_core.errors import UserError
    from bot_core.settings import load_settings
    from workbench.cli.asking import run_and_close
    from workbench.evaluation.build import build_subject
    from workbench.evaluation.customers.playing import simulate
    from workbench.evaluation.dataset.personas import load_personas
    from workbench.records import VariantSpec

    settings = load_settings()
    if catalog:
        settings = settings.model_copy(update={"catalog_path": catalog})
    known = load_personas(folder)
    unknown = set(only) - {one.id for one in known}
    if unknown:
        raise UserError(f"no persona {sorted(unknown)[0]!r}", hint="`simulate list` shows all")
    chosen = [one for one in known if not only or one.id in only]
    subject = build_subject(VariantSpec(name=release, release_id=release), settings)
    return run_and_close(simulate(subject, chosen, seeds=range(1, seeds + 1), customer=customer))


def _customers(model: str | None, api_base: str | None) -> CustomerMaker:
    from bot_core.llm.litellm_gateway import LiteLLMGateway
    from workbench.cli.specs import customer_model
    from workbench.evaluation.customers.model_driven import model_customers
    from workbench.evaluation.customers.rule_based import RuleBasedCustomer

    settings = customer_model(model, api_base)
    if settings is None:
        return RuleBasedCustomer
    return model_customers(LiteLLMGateway(), settings)


def _print_summary(summary: SimulationSummary) -> None:
    typer.echo(f"{summary.conversations} conversations")
    for end, count in summary.ends.items():
        typer.echo(f"  {end.value:16} {count:5}")
    typer.echo(f"goals reached     {_rate(summary.goal)}")
    typer.echo(f"simulator faults  {_rate(summary.simulator_faults)}")
    for kind, count in summary.faults.items():
        typer.echo(f"  {kind.value:16} {count:5}")
    habits = ", ".join(f"{habit.value} {count}" for habit, count in sorted(summary.habits.items()))
    typer.echo(f"WhatsApp habits: {habits}; duplicates dropped: {summary.dropped_duplicates}")


def _rate(rate: RateEstimate | None) -> str:
    if rate is None:
        return "nothing to count"
    return f"{rate.share:.1%} ({rate.low:.1%} to {rate.high:.1%}, {rate.conversations} personas)"


def _print_transcript(conversation: SimulatedConversation) -> None:
    typer.echo(f"\n{conversation.persona_id}, seed {conversation.seed}: {conversation.end.value}")
    for fault in conversation.faults:
        typer.echo(f"  simulator fault in turn {fault.turn}: {fault.kind.value}: {fault.detail}")
    for turn in conversation.turns:
        for message in turn.messages:
            typer.echo(f"  > {message.text or f'({message.kind.value})'}")
        typer.echo("  < " + turn.reply.text.replace("\n", "\n    "))


def _print_json(conversations: tuple[SimulatedConversation, ...], summary: SimulationSummary) -> None:
    import json
    from dataclasses import asdict

    rows = [conversation.model_dump(mode="json") for conversation in conversations]
    typer.echo(json.dumps({"summary": asdict(summary), "conversations": rows}, ensure_ascii=False, indent=2))
