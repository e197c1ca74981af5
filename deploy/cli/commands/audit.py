"""`pdp audit`: who did what with whose data, and whether the log of it is whole."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from deploy.cli.actors import Actor
from deploy.cli.api import items
from deploy.cli.choices import services_of
from deploy.cli.console import AsJson, Refusal, out, print_fitting, show_json
from deploy.cli.events import outline, printable
from deploy.cli.finding import Wanted, supplier_of
from deploy.cli.installation import installation
from deploy.cli.proof import Finding, Leaves, findings
from deploy.cli.proof import prove as proof_of
from deploy.cli.texts import say
from deploy.cli.usage import App
from deploy.provision.reader import Reader
from deploy.target.client import Client
from shared.contracts.audit import log_of
from shared.messaging.audit import Entry
from shared.security.notes import Signer
from shared.service.recorded import LogView

app = App(say("help.audit"))

GROUP = "pdp-audit"
COLUMNS = {"at": "head.at", "action": "head.action", "actor": "head.actor"}

Service = Annotated[str | None, typer.Option("--service", help=say("help.service"))]


@app.command(help=say("help.audit.verify"))
def verify(service: Service = None, *, as_json: AsJson = False) -> None:
    client = installation()
    told = {name: _verified(client, name) for name in services_of(client, service)}
    if as_json:
        show_json({name: [_as_data(each) for each in found] for name, (_, found) in told.items()})
    for name, (size, found) in () if as_json else told.items():
        if not found:
            out().print(say("audit.whole", service=name, size=size))
        for each in found:
            out().print(say(f"audit.{each.kind}", service=name, first=each.first, last=each.last))
    if any(found for _, found in told.values()):
        raise typer.Exit(1)


@app.command(help=say("help.audit.show"))
def show(wanted: Wanted, *, as_json: AsJson = False) -> None:
    client = installation()
    supplier = supplier_of(client, wanted)
    acts = [
        {"service": name} | act
        for name in services_of(client, None)
        for act in items(client, name, f"/suppliers/{supplier}/audit")
    ]
    acts.sort(key=lambda act: (act["at"], act["service"], act["id"]))
    if as_json:
        show_json(acts)
    elif acts:
        rows = [[act["at"][:19], act["action"], printable(str(Actor(**act["actor"]))) or ""] for act in acts]
        print_fitting(*COLUMNS.values(), rows=rows)
    else:
        out().print(say("audit.none"))


@app.command(help=say("help.audit.prove"))
def prove(
    service: Annotated[str, typer.Argument(metavar="SERVICE", help=say("help.audit.service"))],
    id_: Annotated[int, typer.Argument(metavar="ID", help=say("help.audit.id"))],
) -> None:
    client = installation()
    [name] = services_of(client, service)
    proof = proof_of(name, _log(client, name), id_, _published(client, name), _key(client, name))
    if proof is None:
        raise Refusal(say("error.audit_unproved", service=name, id=id_))
    typer.echo(json.dumps(proof, indent=2, ensure_ascii=False))


@app.command(help=say("help.audit.key"))
def key(service: Annotated[str, typer.Argument(metavar="SERVICE", help=say("help.audit.service"))]) -> None:
    try:
        typer.echo(Signer.of(log_of(service), sys.stdin.read().strip()).public)
    except ValueError as error:
        raise Refusal(say("error.audit_seed"), 2) from error


def _verified(client: Client, service: str) -> tuple[int, list[Finding]]:
    """Published checkpoints are asked for first: what is sealed meanwhile is in the log, and in none of them."""
    key, notes = _key(client, service), _published(client, service)
    leaves = Leaves.of(_log(client, service), datetime.now(UTC))
    kept = [sealed["note"] for sealed in items(client, service, "/audit/checkpoints")]
    stored = [note for note in kept if _size(note) <= len(leaves)]
    return len(leaves), list(findings(service, leaves, [*notes, *stored], key))


def _size(note: str) -> int:
    """How long it says that the log was; 0 where it says nothing, which is found to be unsigned."""
    lines = note.split("\n", 2)
    return int(lines[1]) if len(lines) > 1 and re.fullmatch("[0-9]{1,18}", lines[1]) else 0


def _log(client: Client, service: str) -> Iterator[Entry]:
    return (LogView.model_validate(row).sealed for row in items(client, service, "/audit"))


def _published(client: Client, service: str) -> list[str]:
    with Reader(client.connection(), GROUP, [log_of(service)]) as reader:
        told = (outline(entry.value).get("data") for entry in reader.past())
        return [data["note"] for data in told if isinstance(data, dict) and isinstance(data.get("note"), str)]


def _key(client: Client, service: str) -> str:
    """Not the service's to say: who forges its log would forge that too."""
    found = client.target.audit_keys.get(service)
    if found is None:
        raise Refusal(say("error.audit_key", service=service), 2)
    return found


def _as_data(finding: Finding) -> dict[str, Any]:
    return {"kind": finding.kind, "first": finding.first, "last": finding.last}
