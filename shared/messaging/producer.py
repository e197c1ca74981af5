"""An idempotent producer that can be given up: aiokafka's hangs in `send` and `stop` while the broker is away, and
stays broken after a fatal error, so each call has a deadline and a failed producer is thrown away.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import lru_cache

from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.errors import (
    InvalidTopicError,
    KafkaError,
    MessageSizeTooLargeError,
    RecordListTooLargeError,
    TopicAuthorizationFailedError,
    UnknownTopicOrPartitionError,
)
from aiokafka.partitioner import murmur2
from aiokafka.producer.message_accumulator import BatchBuilder

from shared.messaging.aiokafka_internals import abandon
from shared.messaging.outbox import Unpublished
from shared.runtime.settings import KafkaSettings

START_DEADLINE_S = 10.0
DELIVERY_DEADLINE_S = 20.0
"""Without any acknowledgement. Longer than a leader election, shorter than anybody's patience with a stuck relay."""
STOP_DEADLINE_S = 3.0
MAX_BATCH_BYTES = 1_000_000
"""Below the broker's limit of a request's batch (1 MiB) with room for its header."""

UNDER_WAY_BYTES = 2_000_000
"""Of batches that are not acknowledged yet: the client may put all of them into one request, and a broker closes the
connection of one that is larger than 2 MiB, each time that it is sent (`deploy/engines/kafka_limits.py`).
"""

METADATA_DEADLINE_S = 2.0
"""A topic that does not exist is waited for no longer: the others of the round wait with it."""
METADATA_AGAIN_S = 0.5
"""One that was not there at the last try."""

KEYS_KEPT = 16_384
"""Keys whose partition is remembered: aiokafka's murmur2 is Python and the dearest step of publishing without it."""

TOPIC_ERRORS: tuple[type[Exception], ...] = (
    UnknownTopicOrPartitionError,
    TopicAuthorizationFailedError,
    InvalidTopicError,
    MessageSizeTooLargeError,
    RecordListTooLargeError,
)
"""The topic's own trouble: another producer would meet it too, and the other topics go on."""


@dataclass(slots=True)
class Delivery:
    """What became of one round."""

    acked: list[int] = field(default_factory=list)
    """Journal ids that Kafka acknowledged."""
    marked: int = 0
    """So many of those are off the outbox."""
    troubled: dict[str, Exception] = field(default_factory=dict)
    """Topics that cannot be written to, and why."""
    undelivered: dict[str, Exception] = field(default_factory=dict)
    """Topics of which a partition did not acknowledge in time, or the producer failed."""

    def give_up(self, by_topic: Mapping[str, Sequence[Unpublished]], error: Exception) -> None:
        """Whatever was neither acknowledged nor refused did not come through in time."""
        acked = set(self.acked)
        for topic in by_topic.keys() - self.troubled.keys():
            if any(entry.id not in acked for entry in by_topic[topic]):
                self.undelivered[topic] = error

    @property
    def failure(self) -> Exception | None:
        """What went wrong with the brokers or the producer, if anything did."""
        return next(iter(self.undelivered.values()), None)


class Room:
    """Bytes that may be under way at a time, by whoever has them under way."""

    def __init__(self, most: int) -> None:
        self._most = self._left = most
        self._freed = asyncio.Condition()

    @asynccontextmanager
    async def holding(self, size: int) -> AsyncIterator[None]:
        """Wait until so many are free, and hold them. What is larger than all waits for all."""
        held = min(size, self._most)
        async with self._freed:
            await self._freed.wait_for(lambda: self._left >= held)
            self._left -= held
        try:
            yield
        finally:
            async with self._freed:
                self._left += held
                self._freed.notify_all()


class Publisher:
    """Sends journal entries, each partition's in order, and tells which were acknowledged."""

    def __init__(self, kafka: KafkaSettings, client_id: str) -> None:
        self._kafka = kafka
        self._client_id = client_id
        self._producer: AIOKafkaProducer | None = None
        self._room = Room(UNDER_WAY_BYTES)
        self._absent: set[str] = set()
        """Topics that Kafka did not know at the last try."""

    async def publish(self, entries: Sequence[Unpublished], delivery: Delivery | None = None) -> Delivery:
        """Send each partition its batches and wait for their acknowledgements: each gives the others the deadline anew,
        so a slow line ends nothing that gets on. A `delivery` that is given tells meanwhile what was acknowledged.
        """
        producer = await self._started()
        by_topic: defaultdict[str, list[Unpublished]] = defaultdict(list)
        for entry in entries:
            by_topic[entry.topic].append(entry)
        delivery = delivery or Delivery()
        try:
            async with asyncio.timeout(DELIVERY_DEADLINE_S) as patience:
                await asyncio.gather(
                    *(self._send_topic(producer, topic, mine, delivery, patience) for topic, mine in by_topic.items())
                )
        except TimeoutError as error:
            delivery.give_up(by_topic, error)
        if delivery.undelivered and (delivery.acked or await _answers(producer)):
            # The producer would try on for ever, and what it delivers late would come behind the topic's next try.
            self._producer = None
            await abandon(producer, STOP_DEADLINE_S)
            delivery.troubled |= delivery.undelivered
            delivery.undelivered.clear()
        return delivery

    async def close(self) -> None:
        """Flush within the deadline, else give the producer up with all its tasks."""
        producer, self._producer = self._producer, None
        if producer is None:
            return
        try:
            async with asyncio.timeout(STOP_DEADLINE_S):
                await producer.stop()
        except Exception:  # noqa: BLE001 - uvloop says RuntimeError where a connection ended
            await abandon(producer, STOP_DEADLINE_S)

    async def _started(self) -> AIOKafkaProducer:
        if self._producer is None:
            producer = AIOKafkaProducer(
                **self._kafka.client(),
                client_id=self._client_id,
                enable_idempotence=True,
                acks="all",
                max_batch_size=MAX_BATCH_BYTES,
                max_request_size=MAX_BATCH_BYTES + 48_000,
                request_timeout_ms=10_000,
                compression_type="zstd",
            )
            try:
                async with asyncio.timeout(START_DEADLINE_S):
                    await producer.start()
            except BaseException:
                await abandon(producer, STOP_DEADLINE_S)
                raise
            self._producer = producer
        return self._producer

    async def _send_topic(
        self,
        producer: AIOKafkaProducer,
        topic: str,
        entries: Sequence[Unpublished],
        delivery: Delivery,
        patience: asyncio.Timeout,
    ) -> None:
        try:
            async with asyncio.timeout(METADATA_AGAIN_S if topic in self._absent else METADATA_DEADLINE_S):
                count = len(await producer.partitions_for(topic))
            self._absent.discard(topic)
        except TimeoutError as error:
            self._absent.add(topic)
            delivery.troubled[topic] = error
            return
        except TOPIC_ERRORS as error:
            delivery.troubled[topic] = error
            return
        except Exception as error:  # noqa: BLE001 - whatever it is: what others got acknowledged stays known
            delivery.undelivered[topic] = error
            return
        by_partition: defaultdict[int, list[Unpublished]] = defaultdict(list)
        for entry in entries:
            by_partition[partition_of(entry.key, count)].append(entry)
        await asyncio.gather(
            *(
                self._send(producer, TopicPartition(topic, partition), mine, delivery, patience)
                for partition, mine in by_partition.items()
            )
        )

    async def _send(
        self,
        producer: AIOKafkaProducer,
        to: TopicPartition,
        entries: Sequence[Unpublished],
        delivery: Delivery,
        patience: asyncio.Timeout,
    ) -> None:
        try:
            for batch, ids in _batches(producer, entries):
                async with self._room.holding(batch.size()):
                    await (await producer.send_batch(batch, to.topic, partition=to.partition))
                delivery.acked += ids
                if not patience.expired():
                    patience.reschedule(asyncio.get_running_loop().time() + DELIVERY_DEADLINE_S)
        except TOPIC_ERRORS as error:
            delivery.troubled[to.topic] = error
        except Exception as error:  # noqa: BLE001 - uvloop's RuntimeError too: what was acknowledged stays known
            delivery.undelivered[to.topic] = error


@lru_cache(KEYS_KEPT)
def partition_of(key: bytes, partitions: int) -> int:
    """Which partition a key belongs to, as the Java client decides it: murmur2 without its sign, modulo the number."""
    index: int = (murmur2(key) & 0x7FFFFFFF) % partitions
    return index


def _batches(producer: AIOKafkaProducer, entries: Sequence[Unpublished]) -> Iterable[tuple[BatchBuilder, list[int]]]:
    batch = producer.create_batch()
    ids: list[int] = []
    for entry in entries:
        if batch.append(key=entry.key, value=entry.body, timestamp=None) is None:
            yield batch, ids
            batch, ids = producer.create_batch(), []
            batch.append(key=entry.key, value=entry.body, timestamp=None)
        ids.append(entry.id)
    yield batch, ids


async def _answers(producer: AIOKafkaProducer) -> bool:
    """Whether the brokers are there, though they acknowledged nothing."""
    try:
        async with asyncio.timeout(METADATA_DEADLINE_S):
            return bool(await producer.client.force_metadata_update())
    except (TimeoutError, KafkaError):
        return False
