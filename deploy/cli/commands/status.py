"""`pdp status`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

import typer
from confluent_kafka import KafkaException
from rich.markup import escape
from rich.table import Table

from deploy.cli import wording
from deploy.cli.api import Round
from deploy.cli.commands.gaps import gaps, remedy
from deploy.cli.console import AsJson, Refusal, err, out, show_json, table
from deploy.cli.installation import installation
from deploy.cli.texts import language, say
from deploy.engines.errors import DeployError
from deploy.engines.ports import accepts
from deploy.local.client import LocalClient
from deploy.local.state import Run, read_running
from deploy.target.client import Client
from deploy.target.readiness import SILENT, Readiness, State, Troubles

KAFKA_TIMEOUT = 5.0


def status(as_json: AsJson = False) -> None:  # noqa: FBT002 - as Typer calls it
    client = installation()
    states = asyncio.run(_states(client))
    found = {name: state.told for name, state in states.items()}
    run = read_running(client.data) if isinstance(client, LocalClient) else None
    if run is not None:
        told, rows = status_table(run, found), _local_data(run, found)
        well = run.ports and len(run.children) == len(run.ports)
    else:
        kafka = _kafka(client)
        told, rows = _remote_table(client, {**kafka, **found}), _remote_data(client, {**kafka, **found})
        well = not any(kafka.values())
    if as_json:
        show_json(rows)
    else:
        out().print(told)
        _show_gaps(client, found)
    if not (well and all(state.ready for state in states.values())):
        raise typer.Exit(1)


def _show_gaps(client: Client, found: Mapping[str, Troubles]) -> None:
    """What Kafka removed before it was consumed, and what brings it back, of the services that answer."""
    there = [name for name, troubles in found.items() if SILENT not in troubles.values()]
    try:
        missed = gaps(client, there, Round())
    except (Refusal, DeployError) as error:
        # Everybody may see whether a service is ready; what it missed is the operators'.
        err().print(str(error) if isinstance(error, Refusal) else wording.error(error), markup=False)
        return
    for gap in missed:
        told = {name: gap[name] for name in ("service", "topic", "partition", "records")}
        out().print(f"[red]{say('status.gap', **told)}[/]")
        typer.echo(remedy(gap))


def _local_data(run: Run, found: Mapping[str, Troubles]) -> list[dict[str, object]]:
    pids = {child.name: child.pid for child in run.children}
    return [
        {
            "process": name,
            "pid": pids.get(name),
            "port": run.ports.get(name),
            "restarts": run.restarts.get(name, 0),
            "troubles": dict(found.get(name, {})),
        }
        for name in [*run.ports] or [*pids]
    ]


def _remote_data(client: Client, found: Mapping[str, Troubles]) -> list[dict[str, object]]:
    places = _places(client)
    return [{"service": name, "address": places[name], "troubles": dict(each)} for name, each in found.items()]


def status_table(run: Run, found: Mapping[str, Troubles]) -> Table:
    """Every process of the run: where it is and how it is."""
    pids = {child.name: child.pid for child in run.children}
    names = [*run.ports] or [*pids]
    rows = [
        (name, pids.get(name, "–"), run.ports.get(name, "–"), _state(name, run, pids, found), run.restarts.get(name, 0))
        for name in names
    ]
    return table("head.process", "head.pid", "head.port", "head.state", "head.restarts", rows=rows)


def _remote_table(client: Client, found: Mapping[str, Troubles]) -> Table:
    """Every part of an installation elsewhere: where it is and how it is."""
    places = _places(client)
    rows = [(name, places[name], _told(troubles)) for name, troubles in found.items()]
    return table("head.service", "head.address", "head.state", rows=rows)


def _places(client: Client) -> dict[str, str]:
    kafka = client.target.kafka
    return {**({"kafka": kafka.bootstrap} if kafka else {}), **client.services}


def _kafka(client: Client) -> dict[str, Troubles]:
    """How Kafka is, where the target has a way in."""
    if client.target.kafka is None:
        return {}
    try:
        client.admin().list_topics(timeout=KAFKA_TIMEOUT)
    except KafkaException as error:
        return {"kafka": {"kafka": error.args[0].str()}}
    return {"kafka": {}}


def ports_table(ports: Mapping[str, int]) -> Table:
    """Which process is on which port."""
    return table("head.process", "head.port", rows=ports.items())


def _state(name: str, run: Run, pids: Mapping[str, int], found: Mapping[str, Troubles]) -> str:
    if name not in pids:
        return f"[red]{say('state.down')}[/]"
    if name in found:
        return _told(found[name])
    listening = name in run.ports and accepts(run.ports[name])
    return f"[green]{say('state.ready')}[/]" if listening else "…"


def shown(found: Troubles) -> str:
    """What keeps a service from being ready, in one line."""
    words = {part: say("state.silent") if trouble == SILENT else trouble for part, trouble in found.items()}
    return "; ".join(f"{part}: {trouble}" for part, trouble in words.items())


def _told(troubles: Troubles) -> str:
    return f"[yellow]{escape(shown(troubles))}[/]" if troubles else f"[green]{say('state.ready')}[/]"


async def _states(client: Client) -> dict[str, State]:
    async with Readiness(client.trust(), language()) as readiness:
        return await readiness.states(client.services)


COMMANDS: dict[str, Callable[..., None]] = {"status": status}
