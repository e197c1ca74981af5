"""`pdp skip`: past a record that a service cannot get past."""

from __future__ import annotations

import asyncio
import getpass
import re
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Annotated, Any, TypeVar

import typer
from pydantic import ValidationError

from deploy.cli.api import Away, Round, request
from deploy.cli.choices import services_of
from deploy.cli.console import AsJson, Refusal, err, out, print_fitting, show_json
from deploy.cli.installation import installation
from deploy.cli.texts import reason_text, say
from deploy.cli.usage import App
from deploy.provision.lag import standing
from deploy.target import stores
from deploy.target.client import Client
from deploy.target.target import TargetError
from shared.contracts import audit as catalogue
from shared.contracts.event import Actor, Cause
from shared.i18n.fields import fault
from shared.messaging import skips
from shared.messaging.skips import Position, Skip
from shared.messaging.topics import ANSWERS_PATTERN, subscriptions
from shared.runtime.database import Connection
from shared.runtime.ids import new_id, text_of

app = App(say("help.skip"))

PARTNERS_READER = "financing"
MOST = 200
"""The largest page."""
COLUMNS = {
    "service": "head.service",
    "topic": "head.topic",
    "partition": "head.partition",
    "offset": "head.offset",
    "reason": "head.reason",
    "by": "head.by",
    "at": "head.at",
}

T = TypeVar("T")

Service = Annotated[str, typer.Argument(metavar="SERVICE", help=say("help.service_of"))]
Topic = Annotated[str, typer.Argument(metavar="TOPIC", help=say("help.skip.topic"))]
Partition = Annotated[int, typer.Argument(metavar="PARTITION", help=say("help.skip.partition"), min=0, max=2**31 - 1)]
Offset = Annotated[int, typer.Argument(metavar="OFFSET", help=say("help.skip.offset"), min=0, max=2**53 - 1)]
Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help=say("help.skip.reason"))]


@app.command(help=say("help.skip.add"))
def add(service: Service, topic: Topic, partition: Partition, offset: Offset, reason: Reason) -> None:
    client = installation()
    services_of(client, service)
    group = group_of(service, topic)
    if group is None:
        raise Refusal(reason_text(service, "topic_not_read", topic=topic), 2)
    wanted = _wanted(topic=topic, partition=partition, offset=offset, reason=reason)
    try:
        request(client, service, "POST", "/dead-letters/skip", json=wanted.model_dump())
    except Away:
        url = _store_of(client, service)
        if wrong := skips.fault(wanted, standing(client.admin(), group, topic, partition)):
            raise Refusal(reason_text(service, wrong["code"], **wrong["params"])) from None
        _in_store(service, url, lambda store: skips.ask(store, wanted, _by(service, "skip_record")))
        err().print(say("skip.written", service=service), markup=False)
    place = {"topic": topic, "partition": partition, "offset": offset}
    out().print(say("skip.asked", service=service, **place), markup=False)


@app.command("list", help=say("help.skip.list"))
def list_(
    service: Annotated[str | None, typer.Option("--service", help=say("help.service"))] = None,
    *,
    as_json: AsJson = False,
) -> None:
    client, asking = installation(), Round()
    answers = asking.ask(services_of(client, service), lambda name: _wishes(client, name))
    found = [{"service": name} | wish for name, wishes in answers for wish in wishes]
    if as_json:
        show_json(found)
    elif found:
        print_fitting(*COLUMNS.values(), rows=[[str(wish[column]) for column in COLUMNS] for wish in found])
    elif not asking.incomplete:
        out().print(say("skip.none"))
    asking.end()


@app.command(help=say("help.skip.withdraw"))
def withdraw(service: Service, topic: Topic, partition: Partition, offset: Offset) -> None:
    client = installation()
    services_of(client, service)
    position = Position(topic=topic, partition=partition, offset=offset)
    try:
        request(client, service, "POST", "/dead-letters/skip/withdraw", json=position.model_dump())
    except Away:
        url = _store_of(client, service)
        by = _by(service, "withdraw_skip")
        if _in_store(service, url, lambda store: skips.withdraw(store, position, by)) is None:
            raise Refusal(reason_text(service, "skip_not_open")) from None
    out().print(say("skip.withdrawn", service=service, **position.model_dump()), markup=False)


def _wanted(**given: Any) -> Skip:  # noqa: ANN401 - of the model
    try:
        return Skip(**given)
    except ValidationError as error:
        [first, *_] = error.errors()
        raise Refusal(say("usage.invalid", name=f"--{first['loc'][0]}", detail=fault(first)), 2) from None


def group_of(service: str, topic: str) -> str | None:
    """The group by which the service reads the topic; None where it does not."""
    if service == PARTNERS_READER and re.match(ANSWERS_PATTERN, topic):
        return f"{service}.partners"
    return service if topic in subscriptions(service) else None


def _wishes(client: Client, service: str) -> list[dict[str, Any]]:
    """Of a service that does not live long enough to be asked, what its store has."""
    try:
        page: dict[str, list[dict[str, Any]]] = request(
            client, service, "GET", "/dead-letters/skips", params={"limit": MOST}
        )
    except Away as away:
        try:
            found = _in_store(service, _store_of(client, service), skips.wishes)
        except (Refusal, TargetError):
            raise away from None
        return [asdict(wish) for wish in found]
    return page["items"]


def _store_of(client: Client, service: str) -> str:
    """Where the wish is written for a service that does not live long enough to be asked. Raises ``Refusal``."""
    try:
        url = client.stores().get(service)
    except TargetError:
        url = None
    if url is None:
        raise Refusal(say("skip.away", service=service))
    return url


def _by(service: str, route: str) -> Cause:
    """Whoever runs this does what the route would."""
    return Cause(text_of(new_id()), actor=Actor(getpass.getuser()), action=catalogue.change(service, route))


def _in_store(service: str, url: str, work: Callable[[Connection], Awaitable[T]]) -> T:
    async def done() -> T:
        async with stores.opened(service, url, "pdp") as store, store.connection() as connection:
            return await work(connection)

    return asyncio.run(done())
