"""Records that Kafka removed before the group consumed them. The client goes on at the log's start without a word, and
the lag of a log that was cut is 0. What was seen is kept in the store until an operator closes it.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from aiokafka import AIOKafkaConsumer, TopicPartition

from shared.contracts.event import Cause
from shared.messaging import actors, audit, progress
from shared.messaging.aiokafka_internals import committed
from shared.messaging.topics import is_partners
from shared.runtime import logging
from shared.runtime.database import Connection, Database

_FIELDS = "id, consumer_group, topic, partition, first, last, seen_at, closed_at, closed_by, reason"
_KEEP = f"""
    INSERT INTO record_gap (consumer_group, topic, partition, first, last)
    SELECT $1::text, $2::text, $3::integer, unknown.first, $5::bigint FROM (
        SELECT greatest($4::bigint, 1 + max(last)) AS first FROM record_gap
        WHERE consumer_group = $1 AND topic = $2 AND partition = $3 AND last >= $4
    ) AS unknown
    WHERE unknown.first <= $5
    ON CONFLICT DO NOTHING
    RETURNING {_FIELDS}
"""
"""Without what is known already: a group whose log has nothing left stands before the same gap after each restart."""
_HAS_CONSUMED = "SELECT EXISTS (SELECT FROM inbox) OR EXISTS (SELECT FROM journal)"
"""The inbox has what took effect in the last months, and nothing of what was passed by; the journal has all."""
_PAGE = f"SELECT {_FIELDS} FROM record_gap WHERE id > $1 AND ($2 OR closed_at IS NULL) ORDER BY id LIMIT $3"
_CLOSE = """
    UPDATE record_gap SET closed_at = now(), closed_by = $1, reason = $2
    WHERE closed_at IS NULL AND ($3::bigint[] IS NULL OR id = ANY($3)) RETURNING id
"""

log = logging.get(__name__)

Offsets = Mapping[TopicPartition, int]


class Gap(NamedTuple):
    """Offsets of a partition that no member of the group consumed and nobody can read any more."""

    id: int
    consumer_group: str
    topic: str
    partition: int
    first: int
    last: int
    seen_at: datetime
    closed_at: datetime | None = None
    closed_by: str | None = None
    reason: str | None = None
    """Why it was closed."""

    @property
    def records(self) -> int:
        return self.last - self.first + 1

    @property
    def command(self) -> str | None:
        """What brings the events back; None for a partner's answers, which are in nobody's journal."""
        if is_partners(self.topic):
            return None
        writer = self.topic.partition(".")[0]
        until = datetime.fromtimestamp(math.ceil(self.seen_at.timestamp()), UTC)
        return (
            f"pdp resend {writer} --topic {self.topic} --partition {self.partition} --until {until:%Y-%m-%dT%H:%M:%SZ}"
            f' --reason "gap {self.id} of {self.consumer_group}"'
        )


class GapWatch:
    """Compares where partitions go on with where the group stopped. It asks Kafka only where the two differ: once for
    an assignment, and not from batch to batch.
    """

    def __init__(self, group: str, database: Database) -> None:
        self._group = group
        self._database = database
        self._next: dict[TopicPartition, int] = {}
        """What is to be consumed next, as far as this member knows; others consume too, so it may be behind."""

    def consumed(self, ends: Offsets) -> None:
        """The offsets that follow the last consumed ones."""
        self._next.update(ends)

    async def look(self, consumer: AIOKafkaConsumer, reached: Offsets) -> None:
        """`reached`: where each partition goes on now. Raises what aiokafka and asyncpg raise; then it looks again."""
        if not any(self._further(reached)):
            return
        # The others of the same assignment with it: it is one question for all.
        everywhere = {**progress.positions(consumer), **reached}
        asked = {partition: everywhere[partition] for partition in self._further(everywhere)}
        places = await committed(consumer, asked)
        starts = await consumer.beginning_offsets([*asked])
        for partition, offset in asked.items():
            known = [each for each in (self._next.get(partition), places.get(partition)) if each is not None]
            expected = max(known) if known else await self._first_of_a_new_one(offset, starts[partition])
            if expected < starts[partition]:
                await self._keep(partition, expected, starts[partition] - 1)
            self._next[partition] = max(expected, starts[partition])

    def _further(self, reached: Offsets) -> Iterator[TopicPartition]:
        """Partitions that go on further than this member knows."""
        for partition, offset in reached.items():
            known = self._next.get(partition)
            if known is None or offset > known:
                yield partition

    async def _first_of_a_new_one(self, reached: int, start: int) -> int:
        """Of a group without a place, a new stage's misses nothing. A stage that has consumed before is new to this
        topic or was away until Kafka forgot its place: either way it lacks what was removed.
        """
        if start == 0:
            return reached
        async with self._database.connection() as connection:
            return 0 if await connection.fetchval(_HAS_CONSUMED) else reached

    async def _keep(self, partition: TopicPartition, first: int, last: int) -> None:
        async with self._database.connection() as connection:
            row = await connection.fetchrow(_KEEP, self._group, *partition, first, last)
        if row is not None:
            gap = Gap(**dict(row))
            told = {name: getattr(gap, name) for name in _TOLD}
            log.error("records_removed_unread", **told, records=gap.records, command=gap.command)


_TOLD = ("id", "consumer_group", "topic", "partition", "first", "last")


async def page(connection: Connection, after: int, limit: int, *, closed: bool) -> list[Gap]:
    """The first after this id, the oldest first; the closed ones too where asked for."""
    return [Gap(**dict(row)) for row in await connection.fetch(_PAGE, after, closed, limit)]


async def close(connection: Connection, ids: Sequence[int] | None, by: Cause, reason: str) -> list[int]:
    """Close these, or all that are open; gives those that were. The alarm ends in every process."""
    subject = actors.acting(by).subject
    async with connection.transaction():
        closed = sorted(row["id"] for row in await connection.fetch(_CLOSE, subject, reason, ids))
        if closed:
            await audit.record_act(connection, by)
    if closed:
        log.info("record_gaps_closed", by=subject, ids=closed)
    return closed
