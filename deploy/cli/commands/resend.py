"""`pdp resend`: events of a stage's journal once more."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Annotated, Any

import typer

from deploy.cli import choices
from deploy.cli.api import request
from deploy.cli.choices import services_of
from deploy.cli.console import AsJson, out, show_json
from deploy.cli.installation import installation
from deploy.cli.texts import say
from deploy.target.client import WORK_TIMEOUT, Client

COUNTS = ("events", "superseded", "withheld")

Topic = Annotated[str, typer.Option("--topic", help=say("help.resend.topic"))]
Why = Annotated[str, typer.Option("--reason", help=say("help.resend.reason"))]
Partition = Annotated[int | None, typer.Option("--partition", min=0, help=say("help.resend.partition"))]
Key = Annotated[str | None, typer.Option("--key", metavar="ID", help=say("help.resend.key"))]
Since = Annotated[str | None, typer.Option("--since", metavar="2h|2026-11-29T08:00", help=say("help.resend.since"))]
Until = Annotated[str | None, typer.Option("--until", metavar="2h|2026-11-29T08:00", help=say("help.resend.until"))]
Partner = Annotated[bool, typer.Option("--partner", help=say("help.resend.partner"))]
DryRun = Annotated[bool, typer.Option("--dry-run", help=say("help.resend.dry_run"))]


def resend(
    service: Annotated[str, typer.Argument(metavar="SERVICE", help=say("help.resend.service"))],
    topic: Topic,
    reason: Why,
    partition: Partition = None,
    key: Key = None,
    since: Since = None,
    until: Until = None,
    *,
    partner: Partner = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    client = installation()
    [name] = services_of(client, service)
    wanted: dict[str, Any] = {"topic": topic, "reason": reason, "partition": partition, "key": key}
    moments = {"since": since, "until": until}
    wanted |= {each: None if given is None else choices.since(given).isoformat() for each, given in moments.items()}
    total: dict[str, Any] = dict.fromkeys(COUNTS, 0) | {"first": None, "last": None}
    for page in _pages(client, name, wanted | {"partner": partner, "dry_run": dry_run}):
        total |= {each: total[each] + page[each] for each in COUNTS}
        total |= {"first": total["first"] or page["first"], "last": page["last"] or total["last"]}
        total |= {each: page[each] for each in moments}
    if as_json:
        show_json(total)
        return
    shown = {each: value if value is not None else "–" for each, value in total.items()}
    told = "resend.would" if dry_run else "resend.done"
    out().print(say(told if total["events"] else "resend.none", service=name, topic=topic, **shown))


def _pages(client: Client, service: str, wanted: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """One call after the other, each over a bounded part of the journal, until all is done."""
    while True:
        page = request(client, service, "POST", "/journal/resend", WORK_TIMEOUT, json=wanted)
        yield page
        if page["next"] is None:
            return
        wanted = wanted | {"since": page["since"], "until": page["until"], "after": page["next"]}


COMMANDS: dict[str, Callable[..., None]] = {"resend": resend}
