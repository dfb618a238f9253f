"""`python -m bot_core.llm.local_model`: obtain the local model, check it, serve it until Ctrl-C."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from bot_core.errors import UserError
from bot_core.llm.local_model import HOST, PORT
from bot_core.llm.local_model.files import QWEN_CODER, Progress
from bot_core.llm.local_model.obtain import obtain
from bot_core.llm.local_model.server import check_port, start, wait_for_stop
from bot_core.settings import load_settings

EXIT_USAGE = 2

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def local_model(
    model: Annotated[Path | None, typer.Option(help="Another GGUF file, used as it is.")] = None,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port on 127.0.0.1.")] = PORT,
    threads: Annotated[int, typer.Option(min=1, help="Threads for the model; default: all cores.")] = os.cpu_count()
    or 2,
    slots: Annotated[int, typer.Option(min=1, max=8, help="Questions answered at the same time.")] = 1,
    download_only: Annotated[
        bool, typer.Option("--download-only", help="Obtain and check the file, then end.")
    ] = False,
) -> None:
    """Obtain Qwen2.5-Coder-1.5B-Instruct (1.1 GB, once), check it and serve it with OpenAI's wire format."""
    if not download_only:
        check_port(port)
    path = model or _obtained()
    if download_only:
        typer.echo(str(path))
        return
    server = start(path, port=port, threads=threads, slots=slots)
    typer.echo(f"serving {path.stem} at http://{HOST}:{port}/v1 (Ctrl-C ends it)")
    wait_for_stop()
    del server


def _obtained() -> Path:
    with _progress_bar() as progress:
        return obtain(load_settings().data_dir / "models", progress=progress, notice=_notice)


def _notice(line: str) -> None:
    typer.echo(line, err=True)


@contextmanager
def _progress_bar() -> Iterator[Progress]:
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn(QWEN_CODER.name), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Bar(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("download", total=QWEN_CODER.size)
        yield lambda done: bar.update(task, completed=done)


def main() -> None:
    """Run the command; a person's mistake is one line and exit code 2."""
    try:
        app()
    except UserError as error:
        typer.echo(f"error: {error}", err=True)
        sys.exit(EXIT_USAGE)


if __name__ == "__main__":
    main()
