"""`pdp outbox`: what was decided and is not published yet."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer

from deploy.cli.api import MOST, Round, request
from deploy.cli.choices import services_of
from deploy.cli.console import AsJson, out, print_fitting, show_json
from deploy.cli.installation import installation
from deploy.cli.texts import say

HEADS = ("head.service", "head.topic", "head.events", "head.oldest", "head.backs_off")

Service = Annotated[str | None, typer.Option("--service", help=say("help.service"))]


def outbox(service: Service = None, *, as_json: AsJson = False) -> None:
    client, asking = installation(), Round()
    answers = asking.ask(
        services_of(client, service),
        lambda name: request(client, name, "GET", "/outbox", params={"limit": MOST})["items"],
    )
    found = [{"service": name} | topic for name, items in answers for topic in items]
    if as_json:
        show_json(found)
    elif found:
        rows = [
            [
                each["service"],
                each["topic"],
                f"{each['events']:,}{'+' if each['is_more'] else ''}",
                f"{each['oldest_seconds']:,.0f} s",
                say("value.yes") if each["backs_off"] else "",
            ]
            for each in found
        ]
        print_fitting(*HEADS, rows=rows)
    elif not asking.incomplete:
        out().print(say("outbox.none"))
    asking.end()


COMMANDS: dict[str, Callable[..., None]] = {"outbox": outbox}
