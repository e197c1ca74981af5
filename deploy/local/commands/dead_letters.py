"""`pdp dead-letters`: what a service could not process."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import typer

from deploy.local.api import request
from deploy.local.client import Client
from deploy.local.console import Refusal, err, out, table
from deploy.local.state import data_folder
from deploy.local.texts import say

app = typer.Typer(help=say("help.dead_letters"), no_args_is_help=True)

Service = Annotated[str | None, typer.Option("--service", help=say("help.service"))]
Reason = Annotated[str | None, typer.Option("--reason", help=say("help.reason"))]
Ids = Annotated[list[str] | None, typer.Argument(help=say("help.dead_letters.ids"))]
Yes = Annotated[bool, typer.Option("--yes", "-y", help=say("help.yes"))]


@dataclass(frozen=True, slots=True)
class Letter:
    """One open dead letter, and whose it is."""

    service: str
    fields: dict[str, Any]

    @property
    def id(self) -> str:
        return str(self.fields["id"])


@app.command("list", help=say("help.dead_letters.list"))
def list_(service: Service = None, reason: Reason = None) -> None:
    found = _open(Client.of_running(data_folder()), service, reason)
    if not found:
        out().print(say("dead_letters.none"))
        return
    rows = [(letter.id, letter.service, *(_shown(letter.fields[name]) for name in SHOWN)) for letter in found]
    heads = ("head.topic", "head.event", "head.reason", "head.error", "head.behind", "head.at")
    out().print(table("head.id", "head.service", *heads, rows=rows))


SHOWN = ("topic", "event_type", "reason", "error", "behind", "at")


@app.command(help=say("help.dead_letters.show"))
def show(id_: Annotated[str, typer.Argument(metavar="ID")]) -> None:
    client = Client.of_running(data_folder())
    [letter] = _chosen(_open(client, None, None), [id_])
    content = request(client, letter.service, "GET", f"/dead-letters/{letter.id}")
    typer.echo(json.dumps(letter.fields | content | {"service": letter.service}, indent=2, ensure_ascii=False))


@app.command(help=say("help.dead_letters.replay"))
def replay(ids: Ids = None, service: Service = None, reason: Reason = None, *, yes: Yes = False) -> None:
    _resolve("replay", ids, service, reason, sure=yes)


@app.command(help=say("help.dead_letters.discard"))
def discard(ids: Ids = None, service: Service = None, reason: Reason = None, *, yes: Yes = False) -> None:
    _resolve("discard", ids, service, reason, sure=yes)


def _resolve(
    action: Literal["replay", "discard"], ids: list[str] | None, service: str | None, reason: str | None, *, sure: bool
) -> None:
    """Resolve the named ones, or all that fit; one after the other, because the ones behind may depend on it."""
    client = Client.of_running(data_folder())
    found = _open(client, service, reason)
    chosen = _chosen(found, ids) if ids else found
    if not chosen:
        out().print(say("dead_letters.none"))
        return
    if not (ids or sure):
        typer.confirm(say("dead_letters.ask", count=len(chosen)), abort=True)
    failed = 0
    for letter in chosen:
        outcome = request(client, letter.service, "POST", f"/dead-letters/{letter.id}/{action}")
        if outcome["resolved"]:
            out().print(say("dead_letters.done", id=letter.id, released=outcome["released"]))
        if outcome["error"] is not None:
            failed += 1
            text = "dead_letters.next_failed" if outcome["resolved"] else "dead_letters.failed"
            err().print(say(text, id=letter.id, error=outcome["error"]))
    if failed:
        raise typer.Exit(1)


def _open(client: Client, service: str | None, reason: str | None) -> list[Letter]:
    query = {} if reason is None else {"reason": reason}
    return [
        Letter(name, fields)
        for name in ([service] if service else client.services)
        for fields in request(client, name, "GET", "/dead-letters", params=query)
    ]


def _chosen(found: Iterable[Letter], ids: Iterable[str]) -> list[Letter]:
    """The letters whose ids begin so."""
    letters = list(found)
    chosen: list[Letter] = []
    for beginning in ids:
        fitting = [letter for letter in letters if letter.id.startswith(beginning.lower())]
        if len(fitting) != 1:
            raise Refusal(say("error.letters" if fitting else "error.letter", id=beginning), 2)
        chosen += fitting
    return chosen


def _shown(value: object) -> str:
    return "–" if value is None else str(value)
