"""A batch on its way through FastStream: what acknowledging and nacking it mean, and what is told of it."""

import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol, cast

from aiokafka import AIOKafkaConsumer
from faststream import BaseMiddleware, StreamMessage
from faststream.kafka import KafkaMessage

from shared.messaging.batch import FATES, Outcome
from shared.messaging.codec import Record
from shared.runtime import logging, metrics, tracing

log = logging.get(__name__)


class Member(Protocol):
    """Whoever takes the batches of a group."""

    group: str

    async def acknowledge(self, batch: "IncomingBatch") -> None:
        """It was consumed: commit its offsets."""

    async def nack(self, batch: "IncomingBatch") -> None:
        """It failed: have it delivered again."""


class IncomingBatch(KafkaMessage):
    """One fetch. FastStream acknowledges it or nacks it as a whole; its own message would commit whatever was handed
    over, and be redelivered without a pause.
    """

    consumer: AIOKafkaConsumer

    def __init__(self, records: Sequence[Record], consumer: AIOKafkaConsumer, member: Member) -> None:
        raw: Any = records
        super().__init__(body=records, raw_message=raw, consumer=consumer)
        self.records = records
        """What is consumed of it: all, or what its member takes now."""
        self.member = member
        self.error: Exception | None = None
        """Why it failed."""

    async def ack(self) -> None:
        try:
            await self.member.acknowledge(self)
        finally:
            self._release()

    async def nack(self) -> None:
        try:
            await self.member.nack(self)
        finally:
            self._release()

    def _release(self) -> None:
        """Megabytes that nobody needs any more. FastStream has the message in its context, which every timer keeps that
        began meanwhile; an error's traceback leads back here, and so does what FastStream has decoded.
        """
        self.records, self.body, self.raw_message, self.error = (), (), (), None


class Watching(BaseMiddleware[Any, Any]):
    """Span, metrics and log line of each batch."""

    async def consume_scope(self, call_next: Callable[[Any], Awaitable[Outcome]], msg: StreamMessage[Any]) -> Outcome:
        batch = cast("IncomingBatch", msg)
        started = time.monotonic()
        topics = (record.topic for record in batch.records)
        try:
            with tracing.consuming(batch.member.group, topics, len(batch.records)):
                outcome = await call_next(batch)
        except Exception as error:
            batch.error = error
            raise
        if batch.records:
            _tell(batch, outcome, time.monotonic() - started)
        return outcome


def _tell(batch: IncomingBatch, outcome: Outcome, seconds: float) -> None:
    fates = {fate: getattr(outcome, fate) for fate in FATES}
    for fate, count in fates.items():
        metrics.RECORDS.labels(fate).inc(count)
    metrics.BATCH_SIZE.observe(len(batch.records))
    metrics.BATCH_SECONDS.observe(seconds)
    log.info(
        "batch_consumed",
        group=batch.member.group,
        topics=sorted({record.topic for record in batch.records}),
        records=len(batch.records),
        **fates,
        decided=outcome.decided,
        seconds=round(seconds, 4),
    )
