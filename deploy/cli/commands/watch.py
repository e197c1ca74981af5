"""`pdp tail`, `pdp topics` and `pdp lag`: what goes over Kafka."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated, TypeVar

import typer
from confluent_kafka import TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec  # type: ignore[attr-defined]  # public, but not marked so

from deploy.cli.client import Client
from deploy.cli.console import Refusal, out, table
from deploy.cli.lines import line
from deploy.cli.texts import say
from deploy.local.state import data_folder
from deploy.provision.kafka_admin import TopicSpec, describe_topics, group_lag
from deploy.provision.reader import Reader
from shared.messaging.topics import DAY_MS, catalogue

REQUEST_TIMEOUT = 15.0
GROUP = "pdp-tail"

Beginning = Annotated[bool, typer.Option("--from-beginning", help=say("help.beginning"))]
Last = Annotated[int, typer.Option("--last", "-n", min=0, help=say("help.last"))]
Follow = Annotated[bool, typer.Option("--follow/--no-follow", show_default=False, help=say("help.follow"))]

K = TypeVar("K")


def tail(
    topics: Annotated[list[str] | None, typer.Argument(metavar="[TOPIC]...", help=say("help.topics_given"))] = None,
    *,
    partner: Annotated[bool, typer.Option("--partner", help=say("help.tail.partner"))] = False,
    from_beginning: Beginning = False,
    last: Last = 10,
    follow: Follow = True,
) -> None:
    client = Client.of_running(data_folder())
    chosen = topics or _known(client, partners=partner)
    missing = set(chosen) - {topic.name for topic in describe_topics(client.kafka.admin(), chosen)}
    if missing:
        raise Refusal(say("error.topic", topic=min(missing)), 2)
    with Reader(client.connection(), GROUP, chosen) as reader:
        for entry in reader.past(None if from_beginning else last):
            typer.echo(line(entry))
        for entry in reader.follow() if follow else ():
            typer.echo(line(entry))


def topics() -> None:
    client = Client.of_running(data_folder())
    admin = client.kafka.admin()
    access = {topic.name: topic for topic in catalogue(partner.code for partner in client.partners.all())}
    found = sorted(describe_topics(admin), key=lambda topic: topic.name)
    records = _records(admin, found)
    rows = [
        (
            topic.name,
            topic.partitions,
            f"{records[topic.name]:,}",
            say("days", days=int(topic.config["retention.ms"]) // DAY_MS),
            access[topic.name].writer if topic.name in access else "–",
            ", ".join(access[topic.name].readers) if topic.name in access else "–",
        )
        for topic in found
    ]
    heads = ("head.topic", "head.partitions", "head.records", "head.retention", "head.writer", "head.readers")
    out().print(table(*heads, rows=rows))


def lag() -> None:
    admin = Client.of_running(data_folder()).kafka.admin()
    groups = sorted(group.group_id for group in admin.list_consumer_groups().result(REQUEST_TIMEOUT).valid)
    with ThreadPoolExecutor(8) as pool:
        behind = dict(zip(groups, pool.map(lambda group: group_lag(admin, group), groups), strict=True))
    rows = [
        (group, topic, f"{records:,}")
        for group, places in behind.items()
        for topic, records in _summed((place[0], count) for place, count in places.items()).items()
    ]
    out().print(table("head.group", "head.topic", "head.lag", rows=rows))


def _known(client: Client, *, partners: bool) -> list[str]:
    codes = [partner.code for partner in client.partners.all()] if partners else []
    return [topic.name for topic in catalogue(codes)]


def _records(admin: AdminClient, topics: Iterable[TopicSpec]) -> dict[str, int]:
    """How many records each topic holds now."""
    places = [TopicPartition(topic.name, part) for topic in topics for part in range(topic.partitions)]
    earliest = OffsetSpec.earliest()  # type: ignore[no-untyped-call]  # not annotated upstream
    latest = OffsetSpec.latest()  # type: ignore[no-untyped-call]  # of confluent-kafka
    first = admin.list_offsets(dict.fromkeys(places, earliest))
    end = admin.list_offsets(dict.fromkeys(places, latest))
    return _summed(
        (place.topic, end[place].result(REQUEST_TIMEOUT).offset - first[place].result(REQUEST_TIMEOUT).offset)
        for place in places
    )


def _summed(counts: Iterable[tuple[K, int]]) -> dict[K, int]:
    sums: dict[K, int] = {}
    for key, count in counts:
        sums[key] = sums.get(key, 0) + count
    return dict(sorted(sums.items(), key=lambda item: str(item[0])))


COMMANDS: dict[str, Callable[..., None]] = {"tail": tail, "topics": topics, "lag": lag}
