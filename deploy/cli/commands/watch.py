"""`pdp tail`, `pdp topics` and `pdp lag`: what goes over Kafka."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Annotated, Any

import typer
from confluent_kafka.admin import AdminClient

from deploy.cli import choices
from deploy.cli.choices import one_of
from deploy.cli.console import AsJson, err, out, show_json, table
from deploy.cli.events import Event
from deploy.cli.installation import installation
from deploy.cli.lines import json_line, line
from deploy.cli.texts import say
from deploy.provision.asking import EARLIEST, LATEST, log_offsets
from deploy.provision.kafka_admin import TopicSpec, describe_topics, offsets_retention_minutes, partner_codes
from deploy.provision.lag import lags
from deploy.provision.reader import Entry, Reader
from deploy.target.services import present
from shared.messaging.topics import DAY_MS, OFFSETS_RETENTION_MINUTES, catalogue, groups

GROUP = "pdp-tail"

Beginning = Annotated[bool, typer.Option("--from-beginning", help=say("help.beginning"))]
Last = Annotated[int, typer.Option("--last", "-n", min=0, help=say("help.last"))]
Follow = Annotated[bool, typer.Option("--follow/--no-follow", show_default=False, help=say("help.follow"))]


def tail(
    names: Annotated[list[str] | None, typer.Argument(metavar="[TOPIC]...", help=say("help.topics_given"))] = None,
    *,
    partner: Annotated[bool, typer.Option("--partner", help=say("help.tail.partner"))] = False,
    key: Annotated[str | None, typer.Option(help=say("help.tail.key"), metavar="ID")] = None,
    type_: Annotated[str | None, typer.Option("--type", help=say("help.tail.type"), metavar="TYPE")] = None,
    correlation: Annotated[str | None, typer.Option(help=say("help.tail.correlation"), metavar="ID")] = None,
    since: Annotated[str | None, typer.Option(help=say("help.tail.since"), metavar="2h|2026-11-29T08:00")] = None,
    from_beginning: Beginning = False,
    last: Last = 10,
    follow: Follow = True,
    as_json: AsJson = False,
) -> None:
    begin = None if since is None else choices.since(since)
    wanted = Wanted(key, None if type_ is None else choices.event_type(type_), correlation)
    client = installation()
    for name in names or ():
        one_of("TOPIC", name, choices.topics(client))
    # What is looked for may be anywhere: the newest few are counted among what fits.
    whole = from_beginning or begin is not None
    with Reader(client.connection(), GROUP, names or choices.topics(client, partners=partner)) as reader:
        past = reader.past(None if whole or wanted.anything else last, begin)
        found = (entry for entry in past if wanted.fits(entry))
        for entry in found if whole else deque(found, last):
            typer.echo(_shown(entry, as_json=as_json))
        for entry in reader.follow() if follow else ():
            if wanted.fits(entry):
                typer.echo(_shown(entry, as_json=as_json))


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which events, by what their attributes are or begin with."""

    key: str | None
    type: str | None
    correlation: str | None

    @property
    def anything(self) -> bool:
        return bool(self.key or self.type or self.correlation)

    def fits(self, entry: Entry) -> bool:
        if not self.anything:
            return True
        event = Event.of(entry)
        begins = ((self.key, event.key), (self.correlation, event.correlation))
        return self.type in {None, event.type} and all(
            wanted is None or (found is not None and found.startswith(wanted.lower())) for wanted, found in begins
        )


def _shown(entry: Entry, *, as_json: bool) -> str:
    return json_line(entry) if as_json else line(entry)


def topics(as_json: AsJson = False) -> None:  # noqa: FBT002  (an option)
    client = installation()
    admin = client.admin()
    access = {topic.name: topic for topic in catalogue(partner_codes(admin))}
    found = sorted(describe_topics(admin), key=lambda topic: topic.name)
    records = _records(admin, found)
    rows = [
        {
            "topic": topic.name,
            "partitions": topic.partitions,
            "records": records[topic.name],
            "retention_days": int(topic.config["retention.ms"]) // DAY_MS,
            "writer": access[topic.name].writer if topic.name in access else None,
            "readers": [*access[topic.name].readers] if topic.name in access else [],
        }
        for topic in found
    ]
    if as_json:
        show_json(rows)
        return
    heads = ("head.topic", "head.partitions", "head.records", "head.retention", "head.writer", "head.readers")
    out().print(table(*heads, rows=[_topic_cells(row) for row in rows]))


def _topic_cells(row: dict[str, Any]) -> list[object]:
    retention = say("days", days=row["retention_days"])
    shown = (
        row["topic"],
        row["partitions"],
        f"{row['records']:,}",
        retention,
        row["writer"],
        ", ".join(row["readers"]),
    )
    return [each or "–" for each in shown]


def lag(as_json: AsJson = False) -> None:  # noqa: FBT002  (an option)
    admin = installation().admin()
    codes = partner_codes(admin)
    found = lags(admin, {group: topics for name in present() for group, topics in groups(name, codes).items()})
    kept = offsets_retention_minutes(admin)
    if as_json:
        names = {"records": "lag"}
        show_json([{names.get(name, name): value for name, value in asdict(each).items()} for each in found])
    else:
        rows = [(each.group, each.topic, f"{each.records:,}", each.never_committed or "") for each in found]
        out().print(table("head.group", "head.topic", "head.lag", "head.never_committed", rows=rows))
    longest = max(topic.retention_days for topic in catalogue(codes))
    if kept < longest * DAY_MS // 60_000:
        err().print(say("lag.offsets_retention", minutes=kept, days=longest, wanted=OFFSETS_RETENTION_MINUTES))
        raise typer.Exit(1)


def _records(admin: AdminClient, topics: Iterable[TopicSpec]) -> Counter[str]:
    """How many records each topic holds now."""
    places = [(topic.name, part) for topic in topics for part in range(topic.partitions)]
    first, end = log_offsets(admin, places, EARLIEST), log_offsets(admin, places, LATEST)
    records = Counter[str]()
    for topic, part in places:
        records[topic] += end[topic, part] - first[topic, part]
    return records


COMMANDS: dict[str, Callable[..., None]] = {"tail": tail, "topics": topics, "lag": lag}
