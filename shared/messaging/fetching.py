"""FastStream's batch subscriber with a fetch of our own: whatever the client library raises, no record is passed over.

aiokafka decodes records, header keys too, before any parser of ours. When one raises, the positions of the partitions
that were drained before it have moved, those of its own earlier records move with the next call, and FastStream goes on
from there.
"""

import asyncio
from collections.abc import Mapping
from itertools import chain
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import (
    ConsumerStoppedError,
    CorruptRecordException,
    KafkaError,
    UnsupportedCodecError,
)
from faststream._internal.endpoint.subscriber.call_item import CallsCollection
from faststream.kafka.subscriber.config import KafkaSubscriberConfig
from faststream.kafka.subscriber.specification import KafkaSubscriberSpecification
from faststream.kafka.subscriber.usecase import BatchSubscriber

from shared.messaging import progress
from shared.messaging.codec import Record
from shared.messaging.offsets import seek
from shared.messaging.retry import Backoff
from shared.runtime import logging

TRIES = 5
"""A record that raises so often alone, some seconds long, is passed by; a checksum that failed on the way is not."""
CAREFUL_POLLS = 50
"""Polls record by record after a failure: some seconds when there is nothing to read, and those that follow."""

log = logging.get(__name__)

Positions = Mapping[TopicPartition, int]


class CarefulSubscriber(BatchSubscriber):
    """Gives records, and in the place of one that cannot be read its position and why."""

    def __init__(
        self,
        config: KafkaSubscriberConfig,
        specification: KafkaSubscriberSpecification,
        calls: CallsCollection[Any],
        *,
        batch_timeout_ms: int,
        max_records: int,
    ) -> None:
        super().__init__(config, specification, calls, batch_timeout_ms, max_records)
        self._backoff = Backoff(longest_s=5.0)
        self._careful = 0
        """Polls left that go record by record."""
        self._failures = 0
        """Polls in a row that only failed."""
        self._tries: dict[TopicPartition, tuple[int, int]] = {}
        """Where a partition failed last, and how often there."""

    async def get_msg(self, consumer: AIOKafkaConsumer) -> Any:  # noqa: ANN401 - the parser that takes it is ours
        """The next records. Only of partitions that have a position: it is where a failure has to go back to."""
        positions = progress.positions(consumer)
        if self._careful and positions:
            self._careful -= 1
            found = await self._one_by_one(consumer, positions)
        else:
            found = await self._all(consumer, positions) if positions else []
        if not found:
            await asyncio.sleep(self.batch_timeout_ms / 1000)
        return found

    async def _all(self, consumer: AIOKafkaConsumer, positions: Positions) -> list[Record]:
        try:
            fetched = await consumer.getmany(*positions, timeout_ms=self.batch_timeout_ms, max_records=self.max_records)
        except ConsumerStoppedError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, what was drained before it is fetched again
            log.warning("fetch_failed", group=self.group_id, error=type(error).__name__, at=logging.frames(error))
            for partition, offset in positions.items():
                seek(consumer, partition, offset)
            self._careful = CAREFUL_POLLS
            return []
        return list(map(_record, chain.from_iterable(fetched.values())))

    async def _one_by_one(self, consumer: AIOKafkaConsumer, positions: Positions) -> list[Record]:
        """Each partition by itself: one that raises costs the others nothing, and its position says where."""
        found: list[Record] = []
        failed = False
        # Another one first each time: none may keep the others waiting.
        order = sorted(positions)
        first = self._careful % len(order)
        for partition in order[first:] + order[:first]:
            try:
                await self._drain(consumer, partition, found)
            except ConsumerStoppedError:
                raise
            except Exception as error:  # noqa: BLE001 - of any type: this is where they are looked at
                failed = True
                found += self._failed(consumer, partition, error)
        self._failures = self._failures + 1 if failed and not found else 0
        if failed:
            self._careful = CAREFUL_POLLS
            if self._failures:
                await asyncio.sleep(self._backoff.pause(self._failures))
        return found

    async def _drain(self, consumer: AIOKafkaConsumer, partition: TopicPartition, found: list[Record]) -> None:
        while len(found) < (self.max_records or 1):
            fetched = await consumer.getmany(partition, timeout_ms=0, max_records=1)
            if partition not in fetched:
                return
            found += map(_record, fetched[partition])

    def _failed(self, consumer: AIOKafkaConsumer, partition: TopicPartition, error: Exception) -> list[Record]:
        """Go back to where it failed; at last, when the record itself is to blame, give its place and pass it by."""
        offset = progress.positions(consumer).get(partition)
        if offset is None:
            return []  # Taken away meanwhile: its new owner meets the same.
        before, tries = self._tries.get(partition, (offset, 0))
        tries = tries + 1 if before == offset else 1
        told = {"topic": partition.topic, "partition": partition.partition, "offset": offset, "tries": tries}
        log.warning("fetch_failed", group=self.group_id, error=type(error).__name__, at=logging.frames(error), **told)
        if not _is_its_own(error) or tries < TRIES:
            self._tries[partition] = offset, tries
            seek(consumer, partition, offset)
            return []
        self._tries.pop(partition, None)
        seek(consumer, partition, offset + 1)
        return [Record(partition.topic, partition.partition, offset, None, None, type(error).__name__)]


def _record(record: ConsumerRecord[Any, Any]) -> Record:
    """Without headers: they are hostile bytes that nothing here needs."""
    return Record(record.topic, record.partition, record.offset, record.key, record.value)


def _is_its_own(error: Exception) -> bool:
    """Whether the record is to blame. What the brokers say is no record's fault, as that a topic may not be read."""
    return not isinstance(error, KafkaError) or isinstance(error, (CorruptRecordException, UnsupportedCodecError))
