"""Commands of the bot: chat, check a catalogue, list releases. Heavy imports stay inside the commands."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from bot_core.errors import KavakBotError, UserError

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)

EXIT_USAGE = 2
EXIT_INFRASTRUCTURE = 3

CatalogOption = Annotated[Path | None, typer.Option("--catalog", help="CSV of cars; default: the shipped sample.")]


@app.callback()
def bot_core() -> None:
    """Kavak's commercial agent: chat with it, check a catalogue, see what a release holds."""


@app.command()
def chat(
    message: Annotated[str | None, typer.Argument(help="One message; without it, a conversation.")] = None,
    release: Annotated[str | None, typer.Option(help="Release id; see `releases`.")] = None,
    model: Annotated[
        str | None,
        typer.Option(help='Model for every agent: "offline", "local", "openai/gpt-4o-mini", "ollama_chat/qwen2.5:3b".'),
    ] = None,
    api_base: Annotated[str | None, typer.Option(help="Address of an OpenAI-compatible or Ollama server.")] = None,
    catalog: CatalogOption = None,
    trace: Annotated[bool, typer.Option("--trace", help="Show intents, facts, prompts, tokens, cost, time.")] = False,
    json_output: Annotated[bool, typer.Option("--json", help="One message on standard input, JSON out.")] = False,
) -> None:
    """Talk to the bot as a customer would."""
    from bot_core.terminal import ChatOptions, run_chat

    run_chat(
        ChatOptions(
            message=message,
            release=release,
            model=model,
            api_base=api_base,
            catalog=catalog,
            trace=trace,
            json_output=json_output,
        )
    )


@app.command("check-catalog")
def check_catalog(path: Annotated[Path, typer.Argument(help="CSV of cars.")]) -> None:
    """Validate a catalogue; every faulty row and column is named."""
    from bot_core.catalog.service import CarDataService
    from bot_core.errors import CatalogError

    try:
        cars = CarDataService.from_csv(path).cars
    except CatalogError as error:
        typer.echo(f"error: {error.message}", err=True)
        for problem in error.problems:
            typer.echo(f"  {problem}", err=True)
        raise typer.Exit(EXIT_USAGE) from error
    makes = {car.make for car in cars}
    typer.echo(f"{path}: {len(cars)} cars of {len(makes)} makes, no faults")


@app.command()
def releases() -> None:
    """List the shipped releases and their models."""
    from bot_core.releases.files import FileReleaseSource

    for release in FileReleaseSource().list():
        models = ", ".join(dict.fromkeys(agent.settings.model for agent in release.agents.values()))
        typer.echo(f"{release.release_id:24} {models:44} {release.description}")


@app.command()
def models() -> None:
    """Show which models this machine can reach; keys are never shown."""
    from bot_core.llm.discovery import available_models
    from bot_core.settings import load_settings

    load_settings()
    for found in available_models():
        typer.echo(found.label)


def main() -> None:
    """Entry point: a person's mistake is one line and exit code 2, never a traceback."""
    try:
        app()
    except UserError as error:
        typer.echo(f"error: {error}", err=True)
        sys.exit(EXIT_USAGE)
    except KavakBotError as error:
        typer.echo(f"error: {error}", err=True)
        sys.exit(EXIT_INFRASTRUCTURE)
