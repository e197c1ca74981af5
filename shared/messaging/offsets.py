"""Where a consumer stands in its partitions: read off a batch, and set back."""

from collections.abc import Iterable, Sequence

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import IllegalStateError

from shared.messaging.codec import Record


def final(records: Iterable[Record]) -> dict[TopicPartition, int]:
    """The offset of each partition's last record in this order; a batch is in the order of each partition."""
    offsets = {(record.topic, record.partition): record.offset for record in records}
    return {TopicPartition(*place): offset for place, offset in offsets.items()}


def first(records: Sequence[Record]) -> dict[TopicPartition, int]:
    """The offset of each partition's first record."""
    return final(reversed(records))


def rewind(consumer: AIOKafkaConsumer, records: Sequence[Record]) -> None:
    """Set every partition of a batch back to where the batch begins."""
    for partition, offset in first(records).items():
        seek(consumer, partition, offset)


def seek(consumer: AIOKafkaConsumer, partition: TopicPartition, offset: int) -> None:
    try:
        consumer.seek(partition, offset)
    except IllegalStateError:
        # Taken away meanwhile: its new owner starts at the committed offset.
        return
