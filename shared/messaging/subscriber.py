"""A member of a consumer group, on FastStream: its parser ignores headers and cannot raise, its offsets are committed
after the store, and a batch that met trouble is rewound.
"""

import asyncio
import time
import zlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import IllegalStateError
from faststream import AckPolicy
from faststream.kafka import KafkaBroker, KafkaMessage
from faststream.kafka.annotations import KafkaMessage as IncomingMessage

from shared.messaging import progress
from shared.messaging.batch import TRY_AGAIN, BatchRunner, Outcome
from shared.messaging.codec import Record
from shared.messaging.dlq_limit import DlqLimitReachedError
from shared.messaging.retry import Backoff
from shared.runtime import crash, logging, metrics, tracing

SESSION_TIMEOUT_MS = 30_000
"""FastStream's 10 s takes a member away during one long garbage collection or a laptop's sleep."""
NAMELESS_SESSION_TIMEOUT_MS = 10_000
"""Whoever subscribes by pattern has no name to come back under: until its session ends, its successor waits."""
REBALANCE_TIMEOUT_MS = 60_000
MAX_POLL_INTERVAL_MS = 300_000
"""Longer than a batch that runs one by one, with every backoff in between."""
POLL_MS = 20
"""FastStream sleeps this long after each empty poll: it is latency."""
MAX_FETCH_BYTES = 8 * 1_048_576
"""Bounds the memory of a backlog, whatever its length."""

DLQ_LIMIT_REACHED = "dlq_limit_reached"

log = logging.get(__name__)


def member_name(group: str, instance: str, topics: Sequence[str]) -> str | None:
    """A known member that comes back after a crash takes its partitions up at once; a new one would wait until the
    group has given the dead one up. But Kafka gives it what it had, whatever it subscribes to now: so the name says
    the topics, and a pattern, whose topics come and go, has none.
    """
    if not instance or not topics:
        return None
    return f"{group}.{instance}.{zlib.crc32(' '.join(sorted(topics)).encode()):08x}"


class BatchSubscriber:
    """Feeds one group's records to a batch runner, and knows whether it gets on."""

    def __init__(
        self,
        broker: KafkaBroker,
        runner: BatchRunner,
        group: str,
        *,
        topics: Sequence[str] = (),
        pattern: str | None = None,
        batch_records: int = 500,
        instance: str = "",
        backoff: Backoff | None = None,
    ) -> None:
        self.group = group
        self._runner = runner
        self._backoff = backoff or Backoff()
        self._failures = 0
        self._failing_since: float | None = None
        self.batches = 0
        """Consumed so far: a number that stands still while there is lag is a consumer that does not get on."""
        self.failed_commits = 0
        """Offset commits that Kafka refused, in a row."""
        self._subscriber = broker.subscriber(
            *topics,
            pattern=pattern,
            batch=True,
            group_id=group,
            group_instance_id=member_name(group, instance, topics),
            max_records=batch_records,
            batch_timeout_ms=POLL_MS,
            auto_offset_reset="earliest",
            session_timeout_ms=NAMELESS_SESSION_TIMEOUT_MS if pattern else SESSION_TIMEOUT_MS,
            rebalance_timeout_ms=REBALANCE_TIMEOUT_MS,
            max_poll_interval_ms=MAX_POLL_INTERVAL_MS,
            fetch_max_bytes=MAX_FETCH_BYTES,
            ack_policy=AckPolicy.MANUAL,
            parser=self._parse,
            decoder=_decoded,
            title=group,
        )
        self._subscriber(self._handle)

    def trouble(self) -> str | None:
        """Why this subscriber does not get on; None while it does. From progress: a ping would only ask the cluster."""
        if self.stopped:
            return DLQ_LIMIT_REACHED
        consumer = self._subscriber.consumer
        if consumer is None:
            return "not started"
        if self._failing_since is not None and progress.has_joined(consumer):
            return f"batches fail since {time.monotonic() - self._failing_since:.0f} s"
        return progress.trouble(consumer)

    async def ended(self) -> None:
        """Return when one of the started consumer's routines has ended, though nobody stopped it.

        aiokafka ends one on an error that it did not expect, as uvloop's RuntimeError for a write after the end: then
        the consumer takes no part in its group, fetches nothing, or never learns of another leader.
        """
        consumer: Any = self._subscriber.consumer
        group, fetches, metadata = consumer._coordinator, consumer._fetcher, consumer._client
        routines = {group._coordination_task, fetches._fetch_task, metadata._sync_task}
        await asyncio.wait(routines, return_when=asyncio.FIRST_COMPLETED)

    @property
    def stopped(self) -> bool:
        """Too many dead letters: it keeps its partitions and takes nothing in."""
        return self._runner.limit.reached

    def resume(self) -> bool:
        """Go on after the limit was reached. False when it was not."""
        if not self.stopped:
            return False
        self._runner.limit.lift()
        if (consumer := self._subscriber.consumer) is not None:
            consumer.resume(*consumer.paused())
        return True

    def lags(self) -> Mapping[TopicPartition, int]:
        """Records behind, of each assigned partition that has been looked at."""
        consumer = self._subscriber.consumer
        if consumer is None:
            return {}
        return progress.lags(consumer)

    async def _parse(self, records: tuple[ConsumerRecord[Any, Any], ...]) -> KafkaMessage:
        """Never reads headers: one null or non-UTF-8 header makes FastStream's own parser lose the whole batch."""
        body = [Record(record.topic, record.partition, record.offset, record.key, record.value) for record in records]
        consumer: Any = self._subscriber.consumer
        return KafkaMessage(body=body, raw_message=records, consumer=consumer)

    async def _handle(self, message: IncomingMessage) -> None:
        """Never raises: FastStream would go on behind the records that were not consumed."""
        body: Any = message.body
        records: list[Record] = body
        consumer: Any = message.consumer
        crash.point("consume.received")
        started = time.monotonic()
        try:
            with tracing.consuming(self.group, (record.topic for record in records), len(records)):
                outcome = await self._runner.consume(records)
        except DlqLimitReachedError:
            self._stop_consuming(consumer, records)
            return
        except Exception as error:  # noqa: BLE001 - whatever it is: what is not nacked would be passed over
            await self._nack(consumer, records, error)
            return
        self._failures, self._failing_since = 0, None
        self.batches += 1
        crash.point("consume.committed")
        await self._commit(consumer, records)
        crash.point("consume.acknowledged")
        _measure(outcome, len(records), time.monotonic() - started)

    async def _nack(self, consumer: AIOKafkaConsumer, records: Sequence[Record], error: Exception) -> None:
        """Rewind every partition of the batch, and wait. Polling goes on after it, so membership stays."""
        self._failures += 1
        if self._failing_since is None:
            self._failing_since = time.monotonic()
        _rewind(consumer, records)
        metrics.BATCH_FAILURES.inc()
        pause = self._backoff.pause(self._failures)
        told = {"group": self.group, "records": len(records), "failures": self._failures, "pause_s": round(pause, 2)}
        if isinstance(error, TRY_AGAIN):
            log.warning("batch_nacked", error=type(error).__name__, **told)
        else:
            log.error("batch_nacked", error=type(error).__name__, at=logging.frames(error), **told)
        await asyncio.sleep(pause)

    def _stop_consuming(self, consumer: AIOKafkaConsumer, records: Sequence[Record]) -> None:
        """Rewind and pause. Partitions that a rebalance brings come here with their first batch."""
        _rewind(consumer, records)
        if not self.stopped:
            return  # Lifted while the batch was rolled back: a pause now would have nobody to end it.
        consumer.pause(*consumer.assignment())
        metrics.LIMIT_REACHED.inc()
        log.error(DLQ_LIMIT_REACHED, group=self.group, records=len(records))

    async def _commit(self, consumer: AIOKafkaConsumer, records: Sequence[Record]) -> None:
        """Commit exactly this batch. A refused commit costs a second delivery, which the inbox sees."""
        owned = consumer.assignment()
        ends = {tp: last + 1 for tp, last in _final(records).items() if tp in owned}
        try:
            if ends:
                await consumer.commit(ends)
            self.failed_commits = 0
        except Exception as error:  # noqa: BLE001 - uvloop's RuntimeError too: what was consumed stays consumed
            self.failed_commits += 1
            metrics.COMMIT_FAILURES.inc()
            log.warning("offset_commit_failed", group=self.group, error=type(error).__name__)


async def _decoded(message: KafkaMessage) -> Any:  # noqa: ANN401 - FastStream's decoder type
    """The records as parsed: what is in them is the batch runner's business, and it cannot raise here."""
    return message.body


def _rewind(consumer: AIOKafkaConsumer, records: Sequence[Record]) -> None:
    for partition, first in _final(reversed(records)).items():
        try:
            consumer.seek(partition, first)
        except IllegalStateError:
            # Taken away meanwhile: its new owner starts at the committed offset.
            continue


def _final(records: Iterable[Record]) -> dict[TopicPartition, int]:
    """The offset of each partition's last record in this order; a batch is in the order of each partition."""
    offsets = {(record.topic, record.partition): record.offset for record in records}
    return {TopicPartition(*place): offset for place, offset in offsets.items()}


def _measure(outcome: Outcome, records: int, seconds: float) -> None:
    for fate in ("applied", "duplicate", "ignored", "dead", "blocked"):
        metrics.RECORDS.labels(fate).inc(getattr(outcome, fate))
    metrics.DECIDED.inc(outcome.decided)
    metrics.BATCH_SIZE.observe(records)
    metrics.BATCH_SECONDS.observe(seconds)
    log.info(
        "batch_consumed",
        records=records,
        seconds=round(seconds, 4),
        applied=outcome.applied,
        duplicate=outcome.duplicate,
        dead=outcome.dead,
        blocked=outcome.blocked,
        decided=outcome.decided,
    )
