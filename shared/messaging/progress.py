"""Whether a consumer gets on, told from its own state: a ping would only ask the cluster."""

import time
from collections.abc import Mapping
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from shared.i18n import said
from shared.messaging.aiokafka_internals import has_joined, position

STUCK_AFTER_S = 30.0
FRESH_S = 2.0
"""A partition that gets on is fetched twice a second, whether there is anything or not: what its last fetch said of the
log's end is as good as an answer of Kafka's.
"""


def positions(consumer: AIOKafkaConsumer) -> Mapping[TopicPartition, int]:
    """The next offset to read, of each assigned partition for which it is known."""
    found = ((partition, position(consumer, partition)) for partition in consumer.assignment())
    return {partition: offset for partition, offset in found if offset is not None}


class Progress:
    """What one member knows of its partitions' fetches and of their logs' ends."""

    def __init__(self) -> None:
        self._marks: dict[TopicPartition, tuple[int | None, float]] = {}
        """When the client says that each was fetched last, and since when it says so, by a clock that nobody sets: its
        own may jump. None is said of what was assigned and never fetched.
        """
        self._ends: dict[TopicPartition, int] = {}
        """Where the logs of those that are not fetched end, as Kafka said last."""

    def trouble(self, consumer: AIOKafkaConsumer) -> dict[str, Any] | None:
        """Why nothing arrives, to be worded; None while it does, or might."""
        if not has_joined(consumer):
            return said("group_not_joined")
        self._note_fetches(consumer)
        active = consumer.assignment() - consumer.paused()
        idle = sum(self._silent_s(partition) > STUCK_AFTER_S for partition in active)
        return said("fetch_stalled", seconds=round(STUCK_AFTER_S), partitions=idle) if idle else None

    async def look(self, consumer: AIOKafkaConsumer) -> None:
        """Ask Kafka where the logs end that no fetch tells of. Raises what aiokafka raises; then it looks again."""
        self._note_fetches(consumer)
        unknown = [each for each in consumer.assignment() if self._silent_s(each) > FRESH_S]
        self._ends = await consumer.end_offsets(unknown) if unknown else {}

    def lags(self, consumer: AIOKafkaConsumer, under_way: Mapping[TopicPartition, int]) -> Mapping[TopicPartition, int]:
        """Records behind, of each assigned partition that has been looked at: from the first under way, which is not
        done, else from the next one to read.
        """
        reached = {**positions(consumer), **under_way}
        ends = {partition: self._end(consumer, partition) for partition in consumer.assignment() & reached.keys()}
        return {tp: max(0, end - reached[tp]) for tp, end in ends.items() if end is not None}

    def _end(self, consumer: AIOKafkaConsumer, partition: TopicPartition) -> int | None:
        """Of the log, as of the last fetch or the last look; None before both."""
        known = consumer.highwater(partition), self._ends.get(partition)
        return max((int(end) for end in known if end is not None), default=None)

    def _note_fetches(self, consumer: AIOKafkaConsumer) -> None:
        clock = time.monotonic()
        marks = {each: consumer.last_poll_timestamp(each) for each in consumer.assignment()}
        before = self._marks
        self._marks = {
            each: before[each] if each in before and before[each][0] == mark else (mark, clock)
            for each, mark in marks.items()
        }

    def _silent_s(self, partition: TopicPartition) -> float:
        """Seconds since its last fetch was noted, or since it was seen without any. A batch may take that long too."""
        return time.monotonic() - self._marks[partition][1]
