"""Whether a consumer gets on, told from its own state: a ping would only ask the cluster."""

import time
from collections.abc import Mapping

from aiokafka import AIOKafkaConsumer, TopicPartition

from shared.messaging.aiokafka_internals import has_joined, position

STUCK_AFTER_S = 30.0


def trouble(consumer: AIOKafkaConsumer) -> str | None:
    """Why nothing arrives; None while it does, or might."""
    if not has_joined(consumer):
        return "waits to join its group"
    idle = sum(_idle(consumer, partition) for partition in consumer.assignment() - consumer.paused())
    return f"no fetch for {STUCK_AFTER_S:.0f} s on {idle} partitions" if idle else None


def positions(consumer: AIOKafkaConsumer) -> Mapping[TopicPartition, int]:
    """The next offset to read, of each assigned partition for which it is known."""
    found = ((partition, position(consumer, partition)) for partition in consumer.assignment())
    return {partition: offset for partition, offset in found if offset is not None}


def lags(consumer: AIOKafkaConsumer, under_way: Mapping[TopicPartition, int]) -> Mapping[TopicPartition, int]:
    """Records behind, of each assigned partition that has been looked at; what is under way counts: it is not done."""
    found = ((tp, _lag(consumer, tp, under_way.get(tp))) for tp in consumer.assignment())
    return {tp: lag for tp, lag in found if lag is not None}


def _lag(consumer: AIOKafkaConsumer, partition: TopicPartition, first: int | None) -> int | None:
    """Records from the first under way, else from the next one to read, to the end as of the last fetch; None before
    the first fetch.
    """
    end, reached = consumer.highwater(partition), position(consumer, partition)
    if end is None or reached is None:
        return None
    return max(0, int(end) - (reached if first is None else first))


def _idle(consumer: AIOKafkaConsumer, partition: TopicPartition) -> bool:
    """No fetch of this partition for so long that the consumer must be stuck, or a batch takes that long."""
    polled_ms: int | None = consumer.last_poll_timestamp(partition)
    return polled_ms is not None and time.time() * 1000 - polled_ms > STUCK_AFTER_S * 1000
