"""`pdp up` and `pdp down`."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console, Group
from rich.live import Live

from deploy.cli import wording
from deploy.cli.commands.status import ports_table, status_table
from deploy.cli.console import err, out, step
from deploy.cli.installation import local_folder, running_folder
from deploy.cli.next_steps import next_steps, ways_in
from deploy.cli.texts import language, say
from deploy.local import background
from deploy.local.client import LocalClient
from deploy.local.platform import running
from deploy.local.state import AlreadyRunningError, read_running
from deploy.local.supervisor import run_until_signal
from deploy.target.readiness import Readiness

REFRESH = 1.0

NEXT = {
    "import anchors deploy/demo/sample/anchors.csv": "next.import",
    "tail": "next.tail_all",
    "lag": "next.lag",
    "status": "next.status",
}
"""What to do with a platform that just started, in another terminal."""


def up(detach: Annotated[bool, typer.Option("--detach", "-d", help=say("help.detach"))] = False) -> None:  # noqa: FBT002 - as Typer calls it
    data = local_folder()
    try:
        if detach:
            _detached(data)
        else:
            asyncio.run(_stay(data))
    except AlreadyRunningError as found:
        _tell_running(found)


def down() -> None:
    data = running_folder(local_folder())
    with step(say("stopping")):
        found = background.stop(data)
    out().print(say("stopped") if found else say("nothing.ran", data=data))


def _detached(data: Path) -> None:
    run = read_running(data)
    if run is not None and run.ready:
        raise AlreadyRunningError(data, run)
    with err().status("…") as status:
        client = background.start(data, lambda told: status.update(wording.notice(told)))
    out().print(ports_table(client.ports))
    out().print(say("detached"))
    next_steps(NEXT)
    ways_in(client)


async def _stay(data: Path) -> None:
    """The platform until Ctrl-C or SIGTERM, whether it has started by then or not."""
    await run_until_signal(_run(data), stopping=lambda: err().print(say("stopping")))
    out().print(say("stopped"))


async def _run(data: Path) -> None:
    console, began = out(), time.monotonic()
    async with running(data, lambda told: console.print(wording.notice(told), style="dim", markup=False)) as client:
        console.print(say("ready", seconds=f"{time.monotonic() - began:.1f}"), style="green")
        next_steps(NEXT)
        ways_in(client)
        if sys.stdout.isatty():
            await _show(client, console)
        console.print(ports_table(client.ports))
        await asyncio.Event().wait()


async def _show(client: LocalClient, console: Console) -> None:
    """The state of all, kept up to date below the lines of what happens."""
    async with Readiness(language=language()) as readiness:
        with Live(console=console, auto_refresh=False) as live:
            while True:
                run = read_running(client.data)
                if run is not None:
                    troubles = await readiness.troubles(client.services)
                    live.update(Group(status_table(run, troubles), say("stop.hint")), refresh=True)
                await asyncio.sleep(REFRESH)


def _tell_running(found: AlreadyRunningError) -> None:
    run = found.run
    if run is None or not run.ports:
        out().print(say("starts.already", data=local_folder()))
        return
    out().print(say("runs.already", data=local_folder(), pid=run.supervisor.pid))
    out().print(ports_table(run.ports))


COMMANDS: dict[str, Callable[..., None]] = {"up": up, "down": down}
