"""`pdp demo`."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from deploy.cli.installation import named
from deploy.cli.texts import say
from deploy.local.state import data_folder


def demo(
    seed: Annotated[int, typer.Option(help=say("help.demo.seed"))] = 2026,
    *,
    keep: Annotated[bool, typer.Option("--keep", help=say("help.demo.keep"))] = False,
    json_file: Annotated[Path | None, typer.Option("--json", help=say("help.demo.json"))] = None,
) -> None:
    # Imported when it runs: what it needs would make the help of all commands slow.
    command = importlib.import_module("deploy.demo.command")
    raise typer.Exit(command.run(data_folder(), seed, keep, json_file, named()))


COMMANDS: dict[str, Callable[..., None]] = {"demo": demo}
