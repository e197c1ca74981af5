"""Which partition a key belongs to: as the Java client decides it, so that every client agrees."""

from aiokafka.partitioner import murmur2


def partition_of(key: bytes, partitions: int) -> int:
    """Partition of a key: murmur2, sign bit cleared, modulo the number of partitions."""
    index: int = (murmur2(key) & 0x7FFFFFFF) % partitions
    return index
