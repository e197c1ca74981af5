"""What a partner with a client of its own may put on its topic, and no client of ours would write."""

import struct
from collections.abc import Mapping, Sequence
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.record.util import calc_crc32c

PLAIN, HOSTILE = b"aXoY", b"a\xf1o\xff"
"""A header key as the client takes it, and as it is on the wire."""
CRC_AT, CRC_OF = 17, 21
"""Offsets in a batch of records (format v2): the checksum, and where begins what it is made of."""

Raw = tuple[bytes, bytes | None, bool]
"""Key, value, and whether a header key that is not UTF-8 comes with them."""


class _Tampered:
    """A builder of batches that puts a header key on the wire which is not UTF-8."""

    def __init__(self, builder: Any) -> None:
        self._builder = builder

    def __getattr__(self, name: str) -> Any:
        return getattr(self._builder, name)

    def build(self) -> bytearray:
        raw = bytearray(bytes(self._builder.build()).replace(PLAIN, HOSTILE))
        struct.pack_into(">I", raw, CRC_AT, calc_crc32c(bytes(raw[CRC_OF:])))
        return raw


async def send(
    client: Mapping[str, Any], topic: str, partition: int, records: Sequence[Raw], *, at: int | None = None
) -> None:
    """All records as one batch. `client`: arguments of an aiokafka client; `at`: their time, ms since the epoch.

    Raises what aiokafka raises.
    """
    producer = AIOKafkaProducer(**client)
    await producer.start()
    try:
        batch: Any = producer.create_batch()
        for key, value, hostile in records:
            headers = [(PLAIN.decode(), b"x")] if hostile else []
            batch.append(key=key, value=value, timestamp=at, headers=headers)
        batch.close()
        batch._builder = _Tampered(batch._builder)
        await producer.partitions_for(topic)
        await (await producer.send_batch(batch, topic, partition=partition))
    finally:
        await producer.stop()
