"""What some KB of an outsider unpack to: neither a broker nor a reader takes the memory for it."""

import os
from collections.abc import AsyncIterator, Callable
from types import ModuleType
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaProducer, TopicPartition, codec

from shared.messaging import unpacking
from shared.messaging.codec import Record
from shared.messaging.fetching import CarefulConsumer
from shared.messaging.topics import MAX_ANSWER_BYTES, partner_topics
from shared.messaging.unpacking import MOST_UNPACKED_BYTES
from tests.conformance.stage import eventually
from tests.conftest import Broker

BOMB_BYTES = 150_000_000
"""More than half of the broker's heap."""
CODECS = ("gzip", "snappy", "lz4", "zstd")
ANSWERS = partner_topics("conformance").answers


@pytest.fixture(params=["zstd", "gzip"])
async def bomber(broker: Broker, request: pytest.FixtureRequest) -> AsyncIterator[AIOKafkaProducer]:
    made = AIOKafkaProducer(
        **broker.settings().client(),
        compression_type=request.param,
        max_request_size=2 * BOMB_BYTES,
        max_batch_size=2 * BOMB_BYTES,
    )
    await made.start()
    yield made
    await made.stop()


async def test_trap_12_a_bomb_costs_neither_the_broker_nor_its_reader_a_record(
    broker: Broker, bomber: AIOKafkaProducer
) -> None:
    topic = await broker.create_topic(f"conformance.{uuid4().hex}.v1", 1, **ANSWERS.config)
    sent = [b"1" * (MAX_ANSWER_BYTES // 2), b" " * BOMB_BYTES, b"3"]
    for value in sent:
        await bomber.send_and_wait(topic, value)
    found = await _read(broker, topic, 3)
    assert (found[0].value, found[2].value) == (sent[0], sent[2])
    refused = found[1].refused
    assert refused is not None
    assert (found[1].offset, found[1].value, refused.reason) == (1, None, "unreadable")


async def test_all_records_of_a_batch_that_does_not_unpack_are_passed_by_at_once(
    broker: Broker, bomber: AIOKafkaProducer
) -> None:
    topic = await broker.create_topic(f"conformance.{uuid4().hex}.v1", 1, **ANSWERS.config)
    batch = bomber.create_batch()
    for _ in range(500):
        batch.append(key=None, value=b" " * (MOST_UNPACKED_BYTES // 400), timestamp=None)
    batch.close()
    await bomber.send_batch(batch, topic, partition=0)
    await bomber.send_and_wait(topic, b"behind")
    unreadable, behind = await _read(broker, topic, 2)
    assert (unreadable.offset, behind.offset, behind.value) == (0, 500, b"behind")


async def _read(broker: Broker, topic: str, records: int) -> list[Record]:
    consumer = CarefulConsumer(group_id=None, **broker.settings().client())
    await consumer.start()
    consumer.assign([TopicPartition(topic, 0)])
    consumer.seek(TopicPartition(topic, 0), 0)
    found: list[Record] = []

    async def has_read() -> bool:
        for some in (await consumer.getmany(timeout_ms=200)).values():
            found.extend(some)
        return len(found) >= records

    try:
        await eventually(has_read)
    finally:
        await consumer.stop()
    return found


@pytest.mark.parametrize("module", unpacking.modules(), ids=lambda module: module.__name__)
@pytest.mark.parametrize("name", CODECS)
def test_every_codec_unpacks_what_it_packed_and_nothing_beyond_the_bound(name: str, module: ModuleType) -> None:
    unpacking.install()
    pack: Callable[[bytes], bytes] = getattr(codec, f"{name}_encode")
    unpack: Callable[[bytes], bytes] = getattr(module, f"{name}_decode")
    for value in (b"", os.urandom(100_000), b" " * MOST_UNPACKED_BYTES):
        assert unpack(bytes(pack(value))) == value
    with pytest.raises(Exception, match=r"TooLarge|buffer|^$"):
        unpack(bytes(pack(b" " * (MOST_UNPACKED_BYTES + 1))))
