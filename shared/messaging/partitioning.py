"""Which partition a key belongs to: as the Java client decides it, so that every client agrees."""

from functools import lru_cache

from aiokafka.partitioner import murmur2

KEYS_KEPT = 16_384
"""Keys whose partition is remembered: aiokafka's murmur2 is Python and the dearest step of publishing without it."""


@lru_cache(KEYS_KEPT)
def partition_of(key: bytes, partitions: int) -> int:
    """Partition of a key: murmur2, sign bit cleared, modulo the number of partitions."""
    index: int = (murmur2(key) & 0x7FFFFFFF) % partitions
    return index
