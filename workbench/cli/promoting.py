"""`promote` and `rollback`: the same rule as in the page Versiones."""

from __future__ import annotations

import getpass
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from workbench.runner.releases import ReleaseDesk

WhoOption = Annotated[str | None, typer.Option(help="Who decides; default: the account of this computer.")]


def promote(
    release: Annotated[str, typer.Argument(help="Id of the release to serve from now on.")],
    evidence: Annotated[
        str | None, typer.Option("--evidence", help="Id of the experiment that speaks for it, as `list` shows it.")
    ] = None,
    override: Annotated[
        str | None, typer.Option("--override", help="Serve it against the rule; the reason stays in the history.")
    ] = None,
    who: WhoOption = None,
) -> None:
    """Serve a release when its evidence allows it; exit code 2 and the grounds when it does not."""
    desk = _desk()
    name = who or getpass.getuser()
    if override is not None:
        line = desk.override(release, evidence, who=name, reason=override)
    else:
        line = desk.promote(release, evidence, who=name)
    typer.echo(f"{line.release_id} is served from now on (line {line.position} of the history, {line.who})")


def rollback(
    reason: Annotated[str, typer.Option(help="Why; stays in the history.")] = "",
    who: WhoOption = None,
) -> None:
    """Serve again what was served before the last promotion."""
    line = _desk().roll_back(who=who or getpass.getuser(), reason=reason)
    typer.echo(f"{line.release_id} is served from now on (line {line.position} of the history, {line.who})")


def _desk() -> ReleaseDesk:
    from bot_core.settings import load_settings
    from bot_core.store.store import open_store
    from workbench.runner.experiments import ExperimentDesk
    from workbench.runner.releases import ReleaseDesk

    settings = load_settings()
    return ReleaseDesk(settings, open_store(settings.store_url), ExperimentDesk(settings))
