"""A member of a consumer group, on FastStream: its parser ignores headers and cannot raise, its offsets are committed
after the store, and a batch that met trouble is rewound.
"""

import asyncio
import contextlib
import re
import time
from collections.abc import Mapping, Sequence
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError
from faststream.kafka import KafkaBroker

from shared.i18n import said
from shared.messaging import offsets, progress
from shared.messaging.aiokafka_internals import has_joined, routines
from shared.messaging.batch import BatchRunner, Outcome
from shared.messaging.broker import group_subscriber
from shared.messaging.codec import Record
from shared.messaging.dlq_limit import DlqLimitReachedError
from shared.messaging.gaps import GapWatch
from shared.messaging.incoming import IncomingBatch
from shared.messaging.partner_cap import PartnerCap
from shared.messaging.progress import Progress
from shared.messaging.retry import TRY_AGAIN, Backoff
from shared.messaging.skips import Standing
from shared.runtime import crash, logging, metrics
from shared.runtime.failures import INFRASTRUCTURE

BATCH_STUCK_AFTER_S = 30.0
"""A batch takes well below a second. The client's fetcher goes on meanwhile, so it looks healthy."""

LOOK_S = 2.0
"""The look for gaps, or for ends of logs, is one of many: a broker that does not answer must not hold up the others."""

DLQ_LIMIT_REACHED = "dlq_limit_reached"
NOT_STARTED = "not_started"

log = logging.get(__name__)


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
        cap: PartnerCap | None = None,
    ) -> None:
        self.group = group
        self._topics, self._pattern = frozenset(topics), pattern
        self._cap = cap
        self._runner = runner
        self._backoff = backoff or Backoff()
        self._failures = 0
        self._failing_since: float | None = None
        self._failed: tuple[AIOKafkaConsumer, frozenset[TopicPartition]] | None = None
        """Whose batch failed last, and of which partitions."""
        self._last_failure = ""
        self._under_way: dict[TopicPartition, int] = {}
        """First offsets of the batch that is being consumed."""
        self._under_way_since = 0.0
        self._gaps = GapWatch(group, runner.database)
        self._progress = Progress()
        self.batches = 0
        """Consumed so far: a number that stands still while there is lag is a consumer that does not get on."""
        self.failed_commits = 0
        """Offset commits that Kafka refused, in a row."""
        self._subscriber = group_subscriber(
            broker,
            group,
            self._parse,
            topics=topics,
            pattern=pattern,
            instance=instance,
            max_records=batch_records,
        )
        self._subscriber(self._handle)

    def trouble(self) -> dict[str, Any] | None:
        """Why this subscriber does not get on, to be worded; None while it does.

        From progress: a ping would only ask the cluster.
        """
        if self.stopped:
            return said(DLQ_LIMIT_REACHED)
        consumer = self._subscriber.consumer
        if consumer is None:
            return said(NOT_STARTED)
        self._forget_failures_of_others(consumer)
        if self._failing_since is not None and has_joined(consumer):
            failing_s = time.monotonic() - self._failing_since
            return said("batches_fail", seconds=round(failing_s), error=self._last_failure)
        seconds = time.monotonic() - self._under_way_since
        if self._under_way and seconds > BATCH_STUCK_AFTER_S:
            return said("batch_stuck", seconds=round(seconds))
        return self._progress.trouble(consumer)

    def _forget_failures_of_others(self, consumer: AIOKafkaConsumer) -> None:
        """A failed batch of a consumer that was replaced, or of partitions that were taken away, comes again to others:
        where nothing more is told here, no batch would ever say that it is well again.
        """
        if self._failed is None or not has_joined(consumer):
            return
        failed_on, partitions = self._failed
        if failed_on is not consumer or not partitions & consumer.assignment():
            self._failures, self._failing_since, self._failed = 0, None, None

    async def ended(self) -> None:
        """Return when one of the started consumer's routines has ended, though nobody stopped it.

        aiokafka ends one on an error that it did not expect, as uvloop's RuntimeError for a write after the end: then
        the consumer takes no part in its group, fetches nothing, or never learns of another leader.
        """
        consumer: Any = self._subscriber.consumer
        await asyncio.wait(routines(consumer), return_when=asyncio.FIRST_COMPLETED)

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

    @property
    def paused(self) -> Mapping[str, dict[str, Any]]:
        """Partners' topics that wait at their cap, each with why, to be worded."""
        return {} if self._cap is None else self._cap.paused

    async def look_again(self) -> None:
        """Let partners' topics go on that are below their cap again. Raises what the store raises."""
        consumer = self._subscriber.consumer
        if self._cap is not None and consumer is not None:
            await self._cap.look_again(consumer)

    def lags(self) -> Mapping[TopicPartition, int]:
        """Records behind, of each assigned partition that has been looked at."""
        consumer = self._subscriber.consumer
        if consumer is None:
            return {}
        return self._progress.lags(consumer, self._under_way)

    def reads(self, topic: str) -> bool:
        return topic in self._topics or (self._pattern is not None and re.match(self._pattern, topic) is not None)

    async def standing(self, topic: str, partition: int) -> Standing | None:
        """What Kafka says of a partition and of this group on it. None while it does not say."""
        consumer = self._subscriber.consumer
        if consumer is None:
            return None
        with contextlib.suppress(KafkaError, OSError, TimeoutError):
            async with asyncio.timeout(LOOK_S):
                partitions = len(consumer.partitions_for_topic(topic) or ())
                if partition >= partitions:
                    return Standing(partitions)
                place = TopicPartition(topic, partition)
                first = (await consumer.beginning_offsets([place]))[place]
                end = (await consumer.end_offsets([place]))[place]
                return Standing(partitions, first, end, await consumer.committed(place))
        return None

    async def look(self) -> None:
        """For gaps and for records that wait, where nothing arrives that would tell. What is away is asked again next
        time.
        """
        consumer = self._subscriber.consumer
        if consumer is None:
            return
        with contextlib.suppress(KafkaError, *INFRASTRUCTURE):
            async with asyncio.timeout(LOOK_S):
                await self._gaps.look(consumer, {**progress.positions(consumer), **self._under_way})
        with contextlib.suppress(KafkaError, *INFRASTRUCTURE):
            async with asyncio.timeout(LOOK_S):
                await self._progress.look(consumer)

    async def _parse(self, records: Any) -> IncomingBatch:  # noqa: ANN401 - FastStream's type is that of its own fetch
        """Reads nothing: one null or non-UTF-8 header makes FastStream's own parser lose the whole batch."""
        return IncomingBatch(records, self._subscriber.consumer, self)

    async def _handle(self, batch: IncomingBatch) -> Outcome:
        """Whatever it raises, FastStream nacks the batch."""
        crash.point("consume.received")
        self._under_way_since = time.monotonic()
        self._under_way = offsets.first(batch.records)
        try:
            if self._cap is not None:
                batch.records = await self._cap.admit(batch.consumer, batch.records)
                self._under_way = offsets.first(batch.records)
            if not batch.records:
                return Outcome()
            await self._gaps.look(batch.consumer, self._under_way)
            return await self._runner.consume(batch.records)
        finally:
            self._under_way = {}

    async def acknowledge(self, batch: IncomingBatch) -> None:
        """Commit the offsets of what took effect."""
        self._failures, self._failing_since, self._failed = 0, None, None
        if not batch.records:
            return
        self.batches += 1
        crash.point("consume.committed")
        await self._commit(batch.consumer, batch.records)
        crash.point("consume.acknowledged")

    async def nack(self, batch: IncomingBatch) -> None:
        """Rewind every partition of the batch, and wait; or stop, where it has too many dead letters. Polling goes on
        after it, so membership stays.
        """
        offsets.rewind(batch.consumer, batch.records)
        if isinstance(batch.error, DlqLimitReachedError):
            self._stop_consuming(batch)
            return
        self._failures += 1
        self._failed = batch.consumer, frozenset(offsets.first(batch.records))
        if self._failing_since is None:
            self._failing_since = time.monotonic()
        self._last_failure = type(batch.error).__name__
        metrics.BATCH_FAILURES.inc()
        pause = self._backoff.pause(self._failures)
        self._say(batch, pause)
        await asyncio.sleep(pause)

    def _say(self, batch: IncomingBatch, pause_s: float) -> None:
        error = batch.error
        told = {"group": self.group, "records": len(batch.records), "failures": self._failures}
        told |= {"pause_s": round(pause_s, 2), "error": type(error).__name__}
        if error is None or isinstance(error, (*TRY_AGAIN, KafkaError)):
            log.warning("batch_nacked", **told)
        else:
            log.error("batch_nacked", at=logging.frames(error), **told)

    def _stop_consuming(self, batch: IncomingBatch) -> None:
        """Pause. Partitions that a rebalance brings come here with their first batch."""
        if not self.stopped:
            return  # Lifted while the batch was rolled back: a pause now would have nobody to end it.
        batch.consumer.pause(*batch.consumer.assignment())
        metrics.LIMIT_REACHED.inc()
        log.error(DLQ_LIMIT_REACHED, group=self.group, records=len(batch.records))

    async def _commit(self, consumer: AIOKafkaConsumer, records: Sequence[Record]) -> None:
        """Commit exactly this batch. A refused commit costs a second delivery, which the inbox sees."""
        owned = consumer.assignment()
        ends = {tp: last + 1 for tp, last in offsets.final(records).items() if tp in owned}
        self._gaps.consumed(ends)
        try:
            if ends:
                await consumer.commit(ends)
            self.failed_commits = 0
        except Exception as error:  # noqa: BLE001 - uvloop's RuntimeError too: what was consumed stays consumed
            self.failed_commits += 1
            metrics.COMMIT_FAILURES.inc()
            log.warning("offset_commit_failed", group=self.group, error=type(error).__name__)
