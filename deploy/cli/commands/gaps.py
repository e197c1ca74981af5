"""`pdp gaps`: what Kafka removed before a stage consumed it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

import typer

from deploy.cli.api import Round, request
from deploy.cli.choices import services_of
from deploy.cli.console import AsJson, out, print_fitting, show_json
from deploy.cli.installation import installation
from deploy.cli.texts import say
from deploy.cli.usage import App
from deploy.target.client import Client

app = App(say("help.gaps"))

MOST = 200
"""The largest page. A stage has a gap for each of its partitions at most, again after each long absence."""
COLUMNS = {
    "id": "head.id",
    "service": "head.service",
    "topic": "head.topic",
    "partition": "head.partition",
    "records": "head.records",
    "first": "head.first",
    "last": "head.last",
    "seen_at": "head.at",
}

Service = Annotated[str | None, typer.Option("--service", help=say("help.service"))]


@app.command("list", help=say("help.gaps.list"))
def list_(
    service: Service = None,
    *,
    closed: Annotated[bool, typer.Option("--closed", help=say("help.gaps.closed"))] = False,
    as_json: AsJson = False,
) -> None:
    client, asking = installation(), Round()
    found = gaps(client, services_of(client, service), asking, closed=closed)
    if as_json:
        show_json(found)
    elif found:
        print_fitting(*COLUMNS.values(), rows=[[str(gap[column]) for column in COLUMNS] for gap in found])
        for gap in found:
            if gap["closed_at"] is None:
                typer.echo(remedy(gap))
    elif not asking.incomplete:
        out().print(say("gaps.none"))
    asking.end()


@app.command(help=say("help.gaps.close"))
def close(
    service: Annotated[str, typer.Argument(metavar="SERVICE", help=say("help.gaps.service"))],
    ids: Annotated[list[int] | None, typer.Argument(metavar="[ID]...", help=say("help.gaps.ids"))] = None,
    *,
    reason: Annotated[str, typer.Option("--reason", help=say("help.gaps.reason"))],
) -> None:
    client = installation()
    [name] = services_of(client, service)
    which = {"ids": ids} if ids else {"all": True}
    done = request(client, name, "POST", "/record-gaps/close", json=which | {"reason": reason})
    if not done["ids"]:
        out().print(say("gaps.done_none", service=name), markup=False)
        return
    shown = ", ".join(map(str, done["ids"]))
    out().print(say("gaps.done", service=name, count=len(done["ids"]), ids=shown), markup=False)


def gaps(client: Client, services: Iterable[str], asking: Round, *, closed: bool = False) -> list[dict[str, Any]]:
    """Those of these services, the oldest first."""
    query = {"closed": closed, "limit": MOST}
    answers = asking.ask(services, lambda name: request(client, name, "GET", "/record-gaps", params=query)["items"])
    return [{"service": name} | gap for name, items in answers for gap in items]


def remedy(gap: dict[str, Any]) -> str:
    """What to do about it, as a command where there is one."""
    return str(gap["command"]) if gap["command"] else say("gaps.ask_partner", id=gap["id"], topic=gap["topic"])
