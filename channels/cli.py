"""Commands of the WhatsApp channel: processes, and what operators do. Heavy imports stay inside the commands."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot_core.errors import KavakBotError, StoreError, UserError

if TYPE_CHECKING:
    from channels.operations.desk import Desk

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)

EXIT_USAGE = 2
EXIT_INFRASTRUCTURE = 3

_SILENT = """nothing came back. Silent on purpose: after BAJA, after `take-over`, to a thumb, beyond the messages of a \
minute. Or still at work: see `inbox`, `outbox` and the page"""

Customer = Annotated[str, typer.Argument(help="Pseudonym (32 hexadecimal digits) or address (whatsapp:+52…).")]
Who = Annotated[str, typer.Option(help="Who does it, for the record.")]
Limit = Annotated[int, typer.Option(min=1, help="Most rows shown.")]


@app.callback()
def channels() -> None:
    """Kavak's agent on WhatsApp: the webhook, its workers, and the operators' commands."""


@app.command()
def web() -> None:
    """Serve Twilio's webhooks (gunicorn)."""
    from bot_core.settings import load_settings
    from channels.observability.logs import configure_logs
    from channels.settings import load_channel_settings
    from channels.web.server import run_web

    configure_logs()
    run_web(load_channel_settings(), load_settings())


@app.command()
def spool() -> None:
    """Serve the FallbackUrl: prove webhooks and keep them in files, without any database."""
    from bot_core.settings import load_settings
    from channels.observability.logs import configure_logs
    from channels.settings import load_channel_settings
    from channels.web.server import run_spool

    configure_logs()
    run_spool(load_channel_settings(), load_settings())


@app.command()
def worker() -> None:
    """Answer customers: turns, sends, retries. Start as many as you need."""
    from bot_core.settings import load_settings
    from channels.observability.logs import configure_logs
    from channels.settings import load_channel_settings
    from channels.worker.process import run_worker

    configure_logs()
    run_worker(load_channel_settings(), load_settings())


@app.command()
def dev(
    port: Annotated[
        int, typer.Option(help="Port of the phone page; web and workbench take the next two; 0: any.")
    ] = 8085,
    workbench: Annotated[bool, typer.Option(help="Start the workbench too.")] = True,
) -> None:
    """Web, worker, a Twilio fake with a page to write as a customer, and the workbench, all on loopback."""
    from bot_core.settings import load_settings
    from channels.sandbox.dev import run_dev
    from channels.settings import load_channel_settings

    run_dev(load_channel_settings(), load_settings(), port=port, with_workbench=workbench)


@app.command()
def say(text: str, port: Annotated[int, typer.Option(help="Port of the phone page.")] = 8085) -> None:
    """Write one message to the running sandbox as a customer, and show what comes back. Exit code 1: nothing did."""
    from channels.sandbox.dev import say

    back = say(text, port=port)
    for line in back:
        typer.echo(line)
    if not back:
        typer.echo(_SILENT, err=True)
        raise typer.Exit(1)


@app.command()
def reconcile(
    hours: Annotated[int, typer.Option(min=1, max=8760, help="How far back Twilio's list is read.")] = 24,
) -> None:
    """Take in what an outage kept from us: the fallback's files, then Twilio's list of received messages."""
    taken = _desk().reconcile(hours=hours)
    typer.echo(f"{taken.spooled} from the spool, {taken.listed} from Twilio's list, {taken.too_old} too old to answer")
    if taken.unreadable:
        hint = "they stay where they are: give the key that sealed them, or look into them by hand"
        raise StoreError(f"files of the spool that cannot be read: {', '.join(taken.unreadable)}", hint=hint)


@app.command()
def inbox(limit: Limit = 50) -> None:
    """Messages that wait for an answer, oldest first; nothing that a customer wrote is shown."""
    _show(_desk().inbox_lines(limit))


@app.command()
def outbox(limit: Limit = 50) -> None:
    """Messages that are not settled: pending, being sent, of unknown end."""
    _show(_desk().outbox_lines(limit))


@app.command("dead-letters")
def dead_letters(limit: Limit = 50) -> None:
    """What nothing automatic will mend: failed messages, sends and deliveries."""
    _show(_desk().dead_letter_lines(limit))


@app.command()
def retry(
    identifier: Annotated[str | None, typer.Argument(help="MessageSid of a failed message, or an outbox id.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Every send that an outage cost; says how many.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="With --all: do it.")] = False,
) -> None:
    """Try a dead letter again, or all sends that were given up before Twilio took them."""
    if (identifier is None) is not every:
        raise UserError("which dead letter?", hint="retry ID, or retry --all")
    typer.echo(_desk().retry(identifier) if identifier is not None else _desk().retry_all(sure=yes))


@app.command()
def resend(
    outbox_id: Annotated[str, typer.Argument(help="Outbox id; see `dead-letters`.")],
    yes: Annotated[bool, typer.Option("--yes", help="It may reach the customer twice: I have looked.")] = False,
) -> None:
    """Send again a message of unknown end."""
    typer.echo(_desk().resend(outbox_id, sure=yes))


@app.command("take-over")
def take_over(customer: Customer, who: Who = "operator", reason: Annotated[str, typer.Option()] = "") -> None:
    """A person answers from now on; the bot is silent."""
    typer.echo(_desk().take_over(customer, who=who, reason=reason))


@app.command("hand-back")
def hand_back(customer: Customer) -> None:
    """The bot answers again."""
    typer.echo(_desk().hand_back(customer))


@app.command()
def export(
    customer: Customer, to: Annotated[Path | None, typer.Option(help="File; default: standard output.")] = None
) -> None:
    """Everything that is kept of a customer, as JSON (right of access)."""
    text = _desk().export(customer)
    if to is None:
        typer.echo(text)
    else:
        _write_private(to, text)
        typer.echo(f"{to}: {len(text.encode())} bytes")


@app.command()
def erase(
    customer: Customer,
    yes: Annotated[bool, typer.Option("--yes", help="It cannot be undone.")] = False,
    keep_at_twilio: Annotated[bool, typer.Option("--keep-at-twilio", help="Leave Twilio's copies.")] = False,
) -> None:
    """Erase a customer here and at Twilio (right of cancellation); replays stay refused."""
    typer.echo(_desk().erase(customer, sure=yes, at_twilio=not keep_at_twilio))


@app.command()
def retention(
    days: Annotated[int, typer.Option(min=1, max=36500, help="Customers silent for longer are erased.")] = 365,
    yes: Annotated[bool, typer.Option("--yes", help="It cannot be undone.")] = False,
) -> None:
    """Erase customers who have been silent for long; run it daily."""
    typer.echo(_desk().retention(days=days, sure=yes))


@app.command()
def reseal() -> None:
    """Write what is encrypted again with the current key: after the first key, or before an old one is taken away."""
    typer.echo(_desk().reseal())


@app.command()
def scorecard(
    full: Annotated[bool, typer.Option("--full", help="20,000 webhooks and 800 kills; half an hour.")] = False,
    seed: Annotated[int, typer.Option()] = 7,
    workers: Annotated[str, typer.Option(help="Numbers of workers, one run each.")] = "1,3",
    databases: Annotated[str, typer.Option(help="sqlite, postgresql, or both.")] = "sqlite,postgresql",
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the last run of this size.")] = False,
) -> None:
    """Run the channel against its promises: kills, faults, forgeries, a seeded load. Exit code 1 when one is missed."""
    from channels.scorecard.command import Options, run_scorecard

    counts = tuple(int(part) for part in workers.split(","))
    if not run_scorecard(Options(full, seed, counts, tuple(databases.split(",")), resume)):
        raise typer.Exit(1)


@app.command()
def drill(
    conversations: Annotated[int, typer.Option(help="Customers who write at the same time.")] = 200,
    database: Annotated[str, typer.Option(help="postgresql (killed too) or sqlite.")] = "postgresql",
    workers: Annotated[int, typer.Option()] = 3,
) -> None:
    """Kill web, workers and database in the middle of conversations, with fakes; tells what was lost or doubled."""
    from channels.scorecard.drill import run_drill

    if not run_drill(conversations, workers=workers, on_postgres=database == "postgresql"):
        raise typer.Exit(1)


def _show(lines: Iterable[str]) -> None:
    shown = 0
    for line in lines:
        typer.echo(line)
        shown += 1
    if not shown:
        typer.echo("nothing", err=True)


def _write_private(path: Path, text: str) -> None:
    """For the owner's eyes alone. Raises UserError."""
    try:
        path.touch(mode=0o600)
        path.chmod(0o600)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}") from error


def _desk() -> Desk:
    """On the settings of the environment; without a token there, on the sandbox that runs on the same data."""
    from bot_core.settings import load_settings
    from channels.operations.desk import open_desk
    from channels.sandbox.running import find_sandbox, settings_on
    from channels.settings import load_channel_settings

    settings, core = load_channel_settings(), load_settings()
    if not settings.tokens and (sandbox := find_sandbox(core)):
        typer.echo(f"on the sandbox at {sandbox.url}", err=True)
        settings = settings_on(sandbox, settings, core)
    return open_desk(settings, core)


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
