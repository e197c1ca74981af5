"""aiokafka's consumer with a fetch of our own: whatever the library raises, no record is passed over.

aiokafka decodes records, header keys too, before any parser of ours. When one raises, the positions of the partitions
that were drained before it have moved, those of its own earlier records move with the next call, and FastStream goes on
from there.
"""

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import (
    ConsumerStoppedError,
    CorruptRecordException,
    KafkaError,
    UnsupportedCodecError,
)

from shared.messaging import progress, unpacking
from shared.messaging.aiokafka_internals import fetch_all_at_once, position
from shared.messaging.codec import Record, Refused
from shared.messaging.offsets import seek
from shared.messaging.retry import Backoff
from shared.messaging.unpacking import UnreadableBatchError
from shared.runtime import logging

TRIES = 5
"""A record that raises so often alone, some seconds long, is passed by; a checksum that failed on the way is not."""
CAREFUL_POLLS = 50
"""Polls record by record after a failure: some seconds when there is nothing to read, and those that follow."""

WAIT_MS = 250
"""A poll waits so long for its first record: partitions that it got meanwhile are seen by the next one."""
IDLE_S = 0.04
"""A pause after a poll that had nothing to wait for."""

TOGETHER_S = 5.0
"""What was fetched is handed over within so long, then all partitions are fetched again: none waits for others that are
idle. A stage that needs longer for it has the rest fetched beside.
"""

BATCH_BYTES = 4 * 1_048_576
"""A batch ends with the slice by which its values have so many: what is decoded of them is several times as large."""
SLICE = 8
"""Records asked for at once: of the largest size, 8 MiB beyond the batch's bytes."""

LOG_APPEND_TIME = 1
"""The timestamp is the broker's."""

BACKOFF = Backoff(longest_s=5.0)

log = logging.get(__name__)

Positions = Mapping[TopicPartition, int]
Fetched = dict[TopicPartition, list[Record]]


class CarefulConsumer(AIOKafkaConsumer):  # type: ignore[misc]  # aiokafka has no types
    """Gives records, and in the place of one that cannot be read its position and why."""

    def __init__(self, *, group_id: str | None, **settings: Any) -> None:  # noqa: ANN401 - aiokafka's own
        unpacking.install()
        super().__init__(group_id=group_id, **settings)
        self.group = group_id
        self._careful_polls = 0
        """Polls left that go record by record."""
        self._turn = 0
        """Whose turn it is to be first, record by record."""
        self._failed_polls = 0
        """Polls in a row that only failed."""
        self._tries: dict[TopicPartition, tuple[int, int]] = {}
        """Where a partition failed last, and how often there."""

    async def start(self) -> None:
        await super().start()
        fetch_all_at_once(self, TOGETHER_S)

    async def getmany(
        self,
        *partitions: TopicPartition,
        timeout_ms: int = 0,  # noqa: ARG002 - the library's; FastStream sleeps as long after a poll that found nothing
        max_records: int | None = None,
    ) -> Fetched:
        """The next records, waited for by a measure of its own. Only of partitions that have a position: it is where a
        failure has to go back to.
        """
        known = progress.positions(self)
        positions = {each: known[each] for each in partitions or known if each in known}
        if positions and not self._careful_polls:
            return await self._all(positions, max_records or SLICE)
        found: Fetched = {}
        if positions:
            self._careful_polls -= 1
            found = await self._one_by_one(positions, max_records or 1)
        if not found:
            await asyncio.sleep(IDLE_S)
        return found

    async def _all(self, positions: Positions, max_records: int) -> Fetched:
        try:
            return await self._by_slices(positions, max_records)
        except ConsumerStoppedError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, what was drained before it is fetched again
            log.warning("fetch_failed", group=self.group, error=type(error).__name__, at=logging.frames(error))
            for partition, offset in positions.items():
                seek(self, partition, offset)
            self._careful_polls = CAREFUL_POLLS
            return {}

    async def _by_slices(self, positions: Positions, max_records: int) -> Fetched:
        """The client gives records by number and bounds what it fetches compressed; a batch is bounded by its bytes."""
        found: Fetched = defaultdict(list)
        left, size, timeout_ms = max_records, 0, WAIT_MS
        while left > 0 and size < BATCH_BYTES:
            wanted = min(SLICE, left)
            # Only the first waits, so that nothing is taken away between it and the last.
            fetched = await super().getmany(*positions, timeout_ms=timeout_ms, max_records=wanted)
            timeout_ms = 0
            for partition, records in fetched.items():
                found[partition] += map(_record, records)
                size += sum(map(_size, records))
                wanted -= len(records)
                left -= len(records)
            if wanted:
                break
        return found

    async def _one_by_one(self, positions: Positions, max_records: int) -> Fetched:
        """Each partition by itself: one that raises costs the others nothing, and its position says where."""
        found: Fetched = defaultdict(list)
        left, size, failed = max_records, 0, False
        # Another one first each time: none may keep the others waiting.
        order = sorted(positions)
        first = self._turn % len(order)
        self._turn += 1
        for partition in order[first:] + order[:first]:
            try:
                while left > 0 and size < BATCH_BYTES and (record := await self._next(partition)) is not None:
                    found[partition].append(record)
                    left -= 1
                    size += _size(record)
            except ConsumerStoppedError:
                raise
            except Exception as error:  # noqa: BLE001 - of any type: this is where they are looked at
                failed = True
                unread = found[partition][-1].offset + 1 if partition in found else positions[partition]
                if (unreadable := self._failed(partition, unread, error)) is not None:
                    found[partition].append(unreadable)
        self._failed_polls = self._failed_polls + 1 if failed and not found else 0
        if failed:
            self._careful_polls = CAREFUL_POLLS
            if self._failed_polls:
                await asyncio.sleep(BACKOFF.pause(self._failed_polls))
        return found

    async def _next(self, partition: TopicPartition) -> Record | None:
        fetched = await super().getmany(partition, timeout_ms=0, max_records=1)
        return _record(fetched[partition][0]) if fetched else None

    def _failed(self, partition: TopicPartition, unread: int, error: Exception) -> Record | None:
        """Go back to what was not given; at last, when the record itself is to blame, give its place and pass it by; at
        once, with all of its batch, where that does not unpack.

        Not to the library's own position: it may have drained a record before it raised.
        """
        offset = position(self, partition)
        if offset is None:
            return None  # Taken away meanwhile: its new owner meets the same.
        before, tries = self._tries.get(partition, (offset, 0))
        tries = tries + 1 if before == offset else 1
        told = {"topic": partition.topic, "partition": partition.partition, "offset": offset, "tries": tries}
        log.warning("fetch_failed", group=self.group, error=type(error).__name__, at=logging.frames(error), **told)
        if isinstance(error, UnreadableBatchError):
            behind, why = error.next_offset, f"{type(error).__name__}: {error}"
        elif _is_its_own(error) and tries >= TRIES:
            behind, why = offset + 1, type(error).__name__
        else:
            self._tries[partition] = offset, tries
            seek(self, partition, unread)
            return None
        self._tries.pop(partition, None)
        seek(self, partition, behind)
        refused = Refused("unreadable", why)
        return Record(partition.topic, partition.partition, offset, None, None, refused)


def _record(record: ConsumerRecord[Any, Any]) -> Record:
    """Without headers: they are hostile bytes that nothing here needs."""
    arrived_ms = record.timestamp if record.timestamp_type == LOG_APPEND_TIME else None
    return Record(record.topic, record.partition, record.offset, record.key, record.value, arrived_ms=arrived_ms)


def _size(record: ConsumerRecord[Any, Any] | Record) -> int:
    """An outsider's key may be as large as a value."""
    return len(record.key or b"") + len(record.value or b"")


def _is_its_own(error: Exception) -> bool:
    """Whether the record is to blame. What the brokers say is no record's fault, as that a topic may not be read."""
    return not isinstance(error, KafkaError) or isinstance(error, (CorruptRecordException, UnsupportedCodecError))
