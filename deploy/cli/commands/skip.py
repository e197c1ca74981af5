"""`pdp skip`: past a record that a service cannot get past."""

from __future__ import annotations

import asyncio
import getpass
import re
from collections.abc import Callable
from typing import Annotated

import typer

from deploy.cli.api import Away, request
from deploy.cli.choices import services_of
from deploy.cli.console import Refusal, err, out
from deploy.cli.installation import installation
from deploy.cli.texts import say
from deploy.target.client import Client
from deploy.target.target import TargetError
from shared.messaging import skips
from shared.messaging.skips import Skip
from shared.messaging.topics import ANSWERS_PATTERN, subscriptions
from shared.runtime.database import Database

PARTNERS_READER = "financing"


def skip(
    service: Annotated[str, typer.Argument(metavar="SERVICE", help=say("help.service_of"))],
    topic: Annotated[str, typer.Argument(metavar="TOPIC", help=say("help.skip.topic"))],
    partition: Annotated[int, typer.Argument(metavar="PARTITION", help=say("help.skip.partition"), min=0)],
    offset: Annotated[int, typer.Argument(metavar="OFFSET", help=say("help.skip.offset"), min=0)],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help=say("help.skip.reason"))],
) -> None:
    client = installation()
    services_of(client, service)
    if not _reads(service, topic):
        raise Refusal(say("skip.topic", service=service, topic=topic), 2)
    wanted = Skip(topic=topic, partition=partition, offset=offset, reason=reason)
    try:
        request(client, service, "POST", "/dead-letters/skip", json=wanted.model_dump())
    except Away:
        _write(client, service, wanted)
    out().print(say("skip.asked", service=service, topic=topic, partition=partition, offset=offset), markup=False)


def _reads(service: str, topic: str) -> bool:
    return topic in subscriptions(service) or (service == PARTNERS_READER and bool(re.match(ANSWERS_PATTERN, topic)))


def _write(client: Client, service: str, wanted: Skip) -> None:
    """Into the store, for a service that does not live long enough to be asked."""
    try:
        url = client.stores().get(service)
    except TargetError:
        url = None
    if url is None:
        raise Refusal(say("skip.away", service=service))
    asyncio.run(_ask(url, wanted))
    err().print(say("skip.written", service=service), markup=False)


async def _ask(url: str, wanted: Skip) -> None:
    database = Database(url, application="pdp", pool_size=1)
    await database.open()
    try:
        async with database.connection() as connection:
            await skips.ask(connection, wanted, getpass.getuser())
    finally:
        await database.close()


COMMANDS: dict[str, Callable[..., None]] = {"skip": skip}
