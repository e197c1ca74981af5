"""How much of one partner may stay open in the store: at its cap its topic waits in Kafka, and nobody else's does.

The store itself is asked, so a process that starts anew, or gets the partitions of another, comes to the same answer.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from aiokafka import AIOKafkaConsumer

from shared.contracts.dead_letters import ServiceName
from shared.i18n import said
from shared.messaging import offsets, refusals
from shared.messaging.codec import Record
from shared.messaging.topics import is_partners
from shared.messaging.unit_of_work import unit_of_work
from shared.runtime import logging
from shared.runtime.database import Database

OPEN = """
    SELECT given.topic, found.records, found.bytes
    FROM unnest($1::text[]) AS given(topic), LATERAL (
        SELECT count(*) AS records, coalesce(sum(size), 0)::bigint AS bytes FROM (
            SELECT octet_length(value) AS size FROM dead_letter
            WHERE topic = given.topic AND closed_at IS NULL LIMIT $2
        ) AS one
    ) AS found
    WHERE found.records >= $2 OR found.bytes >= $3
"""
"""Looks at no more rows than the cap has, by index, however many there are. Nothing waits behind an outsider's."""

log = logging.get(__name__)


class PartnerCap:
    """The most dead letters that one partner's topic may have open."""

    def __init__(self, database: Database, service: ServiceName, most_records: int, most_bytes: int) -> None:
        self._database, self._service = database, service
        self._most = most_records, most_bytes
        self._paused: dict[str, dict[str, Any]] = {}

    @property
    def paused(self) -> Mapping[str, dict[str, Any]]:
        """Topics that wait in this process, each with why, to be worded."""
        return self._paused

    async def admit(self, consumer: AIOKafkaConsumer, records: Sequence[Record]) -> Sequence[Record]:
        """Those whose topics are below their cap; the others' partitions go back to where they were, and pause.

        A batch is consumed as a whole, so a topic may come to its cap and one batch more. Raises what the store raises.
        """
        reached = await self._reached({record.topic for record in records})
        if not reached:
            return records
        await self._tell(records, reached.keys() - self._paused.keys())
        offsets.rewind(consumer, [record for record in records if record.topic in reached])
        consumer.pause(*(partition for partition in consumer.assignment() if partition.topic in reached))
        for topic, why in reached.items():
            if topic not in self._paused:
                log.warning("partner_paused", topic=topic, **why["params"])
        self._paused |= reached
        return [record for record in records if record.topic not in reached]

    async def _tell(self, records: Sequence[Record], topics: Collection[str]) -> None:
        """Tell the partners, before anything is paused, from which of their answers on they wait."""
        first: dict[str, Record] = {}
        for record in records:
            if record.topic in topics:
                first.setdefault(record.topic, record)
        if first:
            async with unit_of_work(self._database, self._service) as work:
                for record in first.values():
                    await refusals.tell_waits(work, self._service, record)
                await work.flush()

    async def look_again(self, consumer: AIOKafkaConsumer) -> None:
        """Let those go on whose open records an operator has brought below the cap. Raises what the store raises."""
        asked = list(self._paused)
        reached = await self._reached(asked)
        self._paused |= reached
        for topic in asked:
            if topic not in reached:
                del self._paused[topic]
                consumer.resume(*(partition for partition in consumer.paused() if partition.topic == topic))
                log.info("partner_goes_on", topic=topic)

    async def _reached(self, topics: Iterable[str]) -> dict[str, dict[str, Any]]:
        partners = sorted(filter(is_partners, topics))
        if not partners:
            return {}
        async with self._database.connection() as connection:
            rows = await connection.fetch(OPEN, partners, *self._most)
        return {topic: self._why(records, bytes_) for topic, records, bytes_ in rows}

    def _why(self, records: int, bytes_: int) -> dict[str, Any]:
        most, most_bytes = self._most
        return said("partner_paused", records=records, bytes=bytes_, most=most, most_bytes=most_bytes)
