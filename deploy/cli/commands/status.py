"""`pdp status`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

import typer
from rich.markup import escape
from rich.table import Table

from deploy.cli.client import Client, NotRunningError
from deploy.cli.console import out, table
from deploy.cli.texts import say
from deploy.engines.ports import accepts
from deploy.local.readiness import SILENT, Readiness, Troubles
from deploy.local.state import Run, data_folder, read_running


def status() -> None:
    data = data_folder()
    run = read_running(data)
    if run is None:
        raise NotRunningError("not_running", data=data)
    found = asyncio.run(_troubles(Client(data, run.ports).services))
    out().print(status_table(run, found))
    if any(found.values()) or len(run.children) < len(run.ports) or not run.ports:
        raise typer.Exit(1)


def status_table(run: Run, found: Mapping[str, Troubles]) -> Table:
    """Every process of the run: where it is and how it is."""
    pids = {child.name: child.pid for child in run.children}
    names = [*run.ports] or [*pids]
    rows = [
        (name, pids.get(name, "–"), run.ports.get(name, "–"), _state(name, run, pids, found), run.restarts.get(name, 0))
        for name in names
    ]
    return table("head.process", "head.pid", "head.port", "head.state", "head.restarts", rows=rows)


def ports_table(ports: Mapping[str, int]) -> Table:
    """Which process is on which port."""
    return table("head.process", "head.port", rows=ports.items())


def _state(name: str, run: Run, pids: Mapping[str, int], found: Mapping[str, Troubles]) -> str:
    if name not in pids:
        return f"[red]{say('state.down')}[/]"
    if name in found:
        troubles = found[name]
        return f"[yellow]{escape(shown(troubles))}[/]" if troubles else f"[green]{say('state.ready')}[/]"
    listening = name in run.ports and accepts(run.ports[name])
    return f"[green]{say('state.ready')}[/]" if listening else "…"


def shown(found: Troubles) -> str:
    """What keeps a service from being ready, in one line."""
    words = {part: say("state.silent") if trouble == SILENT else trouble for part, trouble in found.items()}
    return "; ".join(f"{part}: {trouble}" for part, trouble in words.items())


async def _troubles(ports: Mapping[str, int]) -> dict[str, Troubles]:
    async with Readiness() as readiness:
        return await readiness.troubles(ports)


COMMANDS: dict[str, Callable[..., None]] = {"status": status}
