"""An idempotent producer that can be given up: aiokafka's hangs in `send` and `stop` while the broker is away, and
stays broken after a fatal error, so each call has a deadline and a failed producer is thrown away.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, ProducerClosed
from aiokafka.producer.message_accumulator import BatchBuilder

from shared.messaging.journal import Unpublished
from shared.messaging.partitioning import partition_of
from shared.runtime.settings import KafkaSettings

START_DEADLINE_S = 10.0
DELIVERY_DEADLINE_S = 20.0
"""Longer than a leader election, shorter than anybody's patience with a stuck relay."""
STOP_DEADLINE_S = 3.0
MAX_BATCH_BYTES = 1_000_000
"""Below the broker's limit of a request's batch (1 MiB) with room for its header."""

Partition = tuple[str, int]


class Publisher:
    """Sends journal entries, each partition's in order, and tells which were acknowledged."""

    def __init__(self, kafka: KafkaSettings, client_id: str) -> None:
        self._kafka = kafka
        self._client_id = client_id
        self._producer: AIOKafkaProducer | None = None

    async def publish(self, entries: Sequence[Unpublished]) -> tuple[list[int], Exception | None]:
        """Send one batch per partition and wait for every acknowledgement within the deadline.

        Returns the acknowledged ids, and what kept the others back, if anything did.
        """
        producer = await self._started()
        by_partition = await self._by_partition(producer, entries)
        results = await asyncio.gather(
            *(self._send(producer, partition, mine) for partition, mine in by_partition.items())
        )
        acked = [id_ for sent, _ in results for id_ in sent]
        return acked, next((error for _, error in results if error is not None), None)

    async def close(self) -> None:
        """Flush within the deadline, else give the producer up with all its tasks."""
        producer, self._producer = self._producer, None
        if producer is None:
            return
        try:
            async with asyncio.timeout(STOP_DEADLINE_S):
                await producer.stop()
        except (TimeoutError, KafkaError):
            await _abandon(producer)

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
                compression_type="lz4",
            )
            try:
                async with asyncio.timeout(START_DEADLINE_S):
                    await producer.start()
            except BaseException:
                await _abandon(producer)
                raise
            self._producer = producer
        return self._producer

    async def _by_partition(
        self, producer: AIOKafkaProducer, entries: Iterable[Unpublished]
    ) -> dict[Partition, list[Unpublished]]:
        counts: dict[str, int] = {}
        grouped: defaultdict[Partition, list[Unpublished]] = defaultdict(list)
        for entry in entries:
            if entry.topic not in counts:
                async with asyncio.timeout(DELIVERY_DEADLINE_S):
                    counts[entry.topic] = len(await producer.partitions_for(entry.topic))
            grouped[entry.topic, partition_of(entry.key, counts[entry.topic])].append(entry)
        return grouped

    async def _send(
        self, producer: AIOKafkaProducer, partition: Partition, entries: Sequence[Unpublished]
    ) -> tuple[list[int], Exception | None]:
        acked: list[int] = []
        try:
            async with asyncio.timeout(DELIVERY_DEADLINE_S):
                for batch, ids in _batches(producer, entries):
                    delivery = await producer.send_batch(batch, partition[0], partition=partition[1])
                    await delivery
                    acked += ids
        except (TimeoutError, KafkaError) as error:
            return acked, error
        return acked, None


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


async def _abandon(producer: AIOKafkaProducer) -> None:
    """End a producer that does not stop by itself. aiokafka offers no public way: these are its own parts."""
    parts: Any = producer
    parts._closed = True
    parts._message_accumulator.fail_all(ProducerClosed())
    sender = parts._sender.sender_task
    if sender is not None and not sender.done():
        sender.cancel()
        await asyncio.wait([sender], timeout=STOP_DEADLINE_S)
    try:
        async with asyncio.timeout(STOP_DEADLINE_S):
            await producer.client.close()
    except (TimeoutError, KafkaError):
        pass
