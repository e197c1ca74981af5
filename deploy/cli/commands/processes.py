"""`pdp logs` and `pdp restart`: one process of the platform on this machine."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from typing import Annotated

import httpx
import typer

from deploy.cli.choices import one_of
from deploy.cli.console import Refusal, out, step
from deploy.cli.installation import local_folder, local_installation, running_folder
from deploy.cli.texts import say
from deploy.engines.ports import LOOPBACK, accepts
from deploy.local import backups
from deploy.local.client import ENGINES, LocalClient
from deploy.local.hold import held_down
from deploy.local.layout import Layout
from deploy.local.logs import last_lines, new_lines
from deploy.local.state import ProcessId, read_running

READY_WITHIN = 90.0
PROBE_PAUSE = 0.1

Name = Annotated[str, typer.Argument(metavar="SERVICE", help=say("help.process"))]


def logs(
    service: Name,
    last: Annotated[int, typer.Option("--last", "-n", min=0, help=say("help.logs.last"))] = 50,
    *,
    follow: Annotated[bool, typer.Option("--follow", "-f", help=say("help.logs.follow"))] = False,
) -> None:
    known = Layout(running_folder(local_folder())).logs()
    one_of("SERVICE", service, known)
    for line in last_lines(known[service], last):
        typer.echo(line, nl=False)
    with contextlib.suppress(KeyboardInterrupt):
        for line in new_lines(known[service]) if follow else ():
            typer.echo(line, nl=False)


def restart(service: Name) -> None:
    client = local_installation()
    one_of("SERVICE", service, client.ports)
    before = _running(client, service)
    with step(say("restarting", name=service)):
        if service in client.services:
            # This checkout's build may be newer than the process. The old one goes on where this cannot be done.
            backups.migrate(client, service, service)
        with held_down(client.data, service):
            pass
        deadline = time.monotonic() + READY_WITHIN
        while not _is_back(client, service, before):
            if time.monotonic() > deadline:
                raise Refusal(say("error.not_back", name=service))
            time.sleep(PROBE_PAUSE)
    out().print(say("restarted", name=service))


def _is_back(client: LocalClient, name: str, before: ProcessId | None) -> bool:
    """Whether another process than before does the work."""
    if _running(client, name) in {before, None}:
        return False
    if name in ENGINES:
        return accepts(client.ports[name])
    with contextlib.suppress(httpx.HTTPError), httpx.Client(trust_env=False, verify=False) as http:  # noqa: S501  (loopback)
        return http.get(f"http://{LOOPBACK}:{client.ports[name]}/ready").is_success
    return False


def _running(client: LocalClient, name: str) -> ProcessId | None:
    run = read_running(client.data)
    return next((child for child in run.children if child.name == name), None) if run else None


COMMANDS: dict[str, Callable[..., None]] = {"logs": logs, "restart": restart}
