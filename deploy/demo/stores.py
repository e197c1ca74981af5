"""What the services hold, read for an audit: their stores, and Kafka's topics and offsets as its super user."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

from confluent_kafka import Consumer, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec  # type: ignore[attr-defined]  # public, but not marked so

from deploy.provision.reader import Reader
from deploy.target import stores
from deploy.target.client import Client
from shared.contracts.audit import is_log
from shared.messaging.codec import Message, Poison, Record, decode
from shared.messaging.topics import Topic
from shared.runtime.database import Database

REQUEST_TIMEOUT = 5.0
GROUP = "pdp-demo-audit"

_BACKLOG = """
    SELECT (SELECT coalesce(sum(coalesce(cardinality(ids), 1)), 0)::int FROM outbox WHERE topic NOT LIKE '%.audit.v1')
        AS outbox,
        (SELECT count(*) FROM sweep WHERE finished_at IS NULL) AS sweeps,
        (SELECT last_value FROM journal_id_seq) AS journal
"""
"""The audit log aside: it tells of whoever looks."""


@dataclass(frozen=True, slots=True)
class Backlog:
    """What a service has still to do. `journal` grows with every event that it decides."""

    outbox: int
    sweeps: int
    journal: int


@dataclass(frozen=True, slots=True)
class Written:
    """An event in a journal."""

    event_id: UUID
    topic: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A record that a service set aside."""

    service: str
    topic: str
    reason: str


@dataclass(frozen=True)
class Stores:
    """The stores of the services that run."""

    databases: Mapping[str, Database]

    @classmethod
    @asynccontextmanager
    async def opened(cls, client: Client) -> AsyncIterator[Stores]:
        async with AsyncExitStack() as stack:
            yield cls(
                {
                    name: await stack.enter_async_context(stores.opened(name, url, GROUP))
                    for name, url in client.stores().items()
                }
            )

    async def backlogs(self) -> dict[str, Backlog]:
        found = await asyncio.gather(*(self._backlog(database) for database in self.databases.values()))
        return dict(zip(self.databases, found, strict=True))

    async def used(self) -> bool:
        """Whether any service has decided anything yet. Who only looked is on its audit log, which tells of itself."""
        journals = [await self.journal(name) for name in self.databases]
        return any(not is_log(event.topic) for journal in journals for event in journal)

    async def journal(self, service: str) -> list[Written]:
        async with self.databases[service].connection() as connection:
            rows = await connection.fetch("SELECT event_id, topic FROM journal")
        return [Written(row["event_id"], row["topic"]) for row in rows]

    async def inbox(self, service: str) -> list[UUID]:
        """Every claim, also one that stands twice."""
        async with self.databases[service].connection() as connection:
            return [row["message_id"] for row in await connection.fetch("SELECT message_id FROM inbox")]

    async def letters(self, service: str) -> list[Letter]:
        async with self.databases[service].connection() as connection:
            rows = await connection.fetch("SELECT topic, reason FROM dead_letter ORDER BY at, id")
        return [Letter(service, row["topic"], row["reason"]) for row in rows]

    @staticmethod
    async def _backlog(database: Database) -> Backlog:
        async with database.connection() as connection:
            row = await connection.fetchrow(_BACKLOG)
        if row is None:
            raise LookupError("no backlog")
        return Backlog(row["outbox"], row["sweeps"], row["journal"])


def member_of(connection: Mapping[str, str], group: str) -> Consumer:
    """One that may be asked for the group's offsets, and never joins it.

    Not an admin client: asked while the group's coordinator changes, as when a broker is killed, librdkafka's ends the
    whole process (its issue 5040).
    """
    return Consumer({**connection, "group.id": group, "enable.auto.commit": False, "log_level": 0})


def lag(admin: AdminClient, member: Consumer, topics: Iterable[Topic]) -> int:
    """How many records of the topics the group has still to commit; what it never committed counts from the start."""
    places = [TopicPartition(topic.name, part) for topic in topics for part in range(topic.partitions)]
    latest = OffsetSpec.latest()  # type: ignore[no-untyped-call]  # not annotated upstream
    ends = admin.list_offsets(dict.fromkeys(places, latest))
    committed = {
        (place.topic, place.partition): place.offset for place in member.committed(places, timeout=REQUEST_TIMEOUT)
    }
    behind = 0
    for place, end in ends.items():
        behind += end.result(REQUEST_TIMEOUT).offset - max(committed[place.topic, place.partition], 0)
    return behind


def read(client: Client, topics: Iterable[Topic]) -> list[Message | Poison]:
    """Every record of the topics as the super user sees it."""
    with Reader(client.connection(), GROUP, [topic.name for topic in topics]) as reader:
        return [
            decode(Record(entry.topic, entry.partition, entry.offset, entry.key, entry.value))
            for entry in reader.past()
        ]
