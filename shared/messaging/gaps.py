"""Records that Kafka removed before the group consumed them. The client goes on at the log's start without a word, and
the lag of a log that was cut is 0.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from aiokafka import AIOKafkaConsumer, TopicPartition

from shared.runtime import logging

log = logging.get(__name__)


@dataclass(frozen=True, slots=True)
class Gap:
    """Offsets of a partition that no member of the group consumed and nobody can read any more."""

    topic: str
    partition: int
    first: int
    last: int

    @property
    def records(self) -> int:
        return self.last - self.first + 1


class GapWatch:
    """Compares where partitions go on with where the group stopped. It asks Kafka only where the two differ."""

    def __init__(self, group: str) -> None:
        self._group = group
        self._next: dict[TopicPartition, int] = {}
        """What is to be consumed next, as far as this member knows; others consume too, so it may be behind."""
        self.gaps: set[Gap] = set()
        """All that were seen by this process."""

    def consumed(self, ends: Mapping[TopicPartition, int]) -> None:
        """The offsets that follow the last consumed ones."""
        self._next.update(ends)

    async def look(self, consumer: AIOKafkaConsumer, reached: Mapping[TopicPartition, int]) -> None:
        """`reached`: where each partition goes on now. Raises what aiokafka raises."""
        for partition, offset in reached.items():
            known = self._next.get(partition)
            if known is None or offset > known:
                await self._compare(consumer, partition, offset)

    async def _compare(self, consumer: AIOKafkaConsumer, partition: TopicPartition, reached: int) -> None:
        committed = await consumer.committed(partition)
        start = (await consumer.beginning_offsets([partition]))[partition]
        known = self._next.get(partition)
        # A new group's has neither: what was before it is not missing.
        expected = max((offset for offset in (committed, known) if offset is not None), default=reached)
        if expected < start:
            self._say(Gap(partition.topic, partition.partition, expected, start - 1))
        self._next[partition] = max(expected, start)

    def _say(self, gap: Gap) -> None:
        if gap not in self.gaps:
            self.gaps.add(gap)
            log.error("records_removed_unread", group=self._group, **asdict(gap), records=gap.records)
