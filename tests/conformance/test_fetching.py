"""What a stage promises whatever the client library raises before any code of ours sees a record."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import CorruptRecordException, TopicAuthorizationFailedError

from shared.messaging.codec import encode
from shared.messaging.fetching import TRIES, CarefulConsumer
from shared.messaging.producer import partition_of
from shared.messaging.retry import Backoff
from tests import hostile
from tests.conformance.events import Told
from tests.conformance.stage import Bench, envelope, eventually
from tests.conformance.test_consuming import _all_have, _has, _one_of_each_partition

PARTITIONS = 3


async def _send_hostile(bench: Bench, topic: str, key: UUID, numbers: tuple[int, int]) -> None:
    """One batch of a partition: an event, a record whose header key is not UTF-8, another event."""
    text = str(key).encode()
    first, last = (encode(envelope(Told(on=topic, account=key, number=number))) for number in numbers)
    batch = [(text, first, False), (b"hostile", b"{}", True), (text, last, False)]
    await hostile.send(bench.broker.settings().client(), topic, partition_of(text, PARTITIONS), batch)


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.messaging.fetching.BACKOFF", Backoff(0.01, 0.02))


async def test_trap_11_a_header_key_that_is_not_utf_8_costs_nobody_a_record(bench: Bench, topic: str) -> None:
    keys = _one_of_each_partition()
    for key in keys:
        await bench.tell(topic, key, 0)
    for key in keys:
        await _send_hostile(bench, topic, key, (1, 2))
        await bench.tell(topic, key, 3)
    async with bench.subscriber(topic):
        # The library reads a batch from its beginning: what the same writer put behind it cannot be read either.
        await eventually(lambda: _all_have(bench, keys, 0, 1, 3))
    async with bench.database.connection() as connection:
        letters = await connection.fetch('SELECT "offset", reason, error FROM dead_letter ORDER BY "offset"')
    unreadable = [(offset, "unreadable", "UnicodeDecodeError") for offset in (2, 3) for _ in keys]
    assert [tuple(letter) for letter in letters] == unreadable, "by position, and in nobody's way"


@pytest.mark.parametrize("error", [CorruptRecordException("crc"), RuntimeError("of any type"), OSError("gone")])
async def test_what_was_drained_before_an_error_is_fetched_again(
    bench: Bench, topic: str, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The first of all partitions together, the others of one at a time.
    keys, errors, getmany = _one_of_each_partition(), [error] * 3, AIOKafkaConsumer.getmany

    async def drains_and_raises(self: AIOKafkaConsumer, *partitions: TopicPartition, **more: Any) -> Any:
        found = await getmany(self, *partitions, **more)
        if found and errors:
            raise errors.pop()
        return found

    monkeypatch.setattr(AIOKafkaConsumer, "getmany", drains_and_raises)
    for key in keys:
        await bench.tell(topic, key, 1, 2)
    async with bench.subscriber(topic):
        await eventually(lambda: _all_have(bench, keys, 1, 2))
    assert errors == []
    assert await bench.count("dead_letter") == 0


async def test_a_topic_that_may_not_be_read_for_a_while_gives_no_dead_letter(
    bench: Bench, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    errors, getmany = [TopicAuthorizationFailedError(topic)] * (TRIES + 3), AIOKafkaConsumer.getmany

    async def forbidden(self: AIOKafkaConsumer, *partitions: TopicPartition, **more: Any) -> Any:
        if errors:
            raise errors.pop()
        return await getmany(self, *partitions, **more)

    monkeypatch.setattr(AIOKafkaConsumer, "getmany", forbidden)
    key = uuid4()
    await bench.tell(topic, key, 1)
    async with bench.subscriber(topic):
        await eventually(lambda: _has(bench, key, 1))
    assert await bench.count("dead_letter") == 0


async def test_record_by_record_each_partition_has_its_turn_though_one_fails_at_each_poll(
    bench: Bench, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for key in _one_of_each_partition():
        await bench.tell(topic, key, *range(20))
    getmany = AIOKafkaConsumer.getmany
    served: list[int] = []

    async def forbidden(self: AIOKafkaConsumer, *partitions: TopicPartition, **more: Any) -> Any:
        if TopicPartition(topic, 1) in partitions:
            raise TopicAuthorizationFailedError(topic)
        return await getmany(self, *partitions, **more)

    monkeypatch.setattr(AIOKafkaConsumer, "getmany", forbidden)
    kafka = bench.broker.settings().client()
    consumer = CarefulConsumer(group_id=f"g-{uuid4()}", auto_offset_reset="earliest", **kafka)
    consumer.subscribe([topic])
    await consumer.start()

    async def polls() -> bool:
        served.extend(partition.partition for partition in await consumer.getmany(max_records=1))
        return len(served) >= 2 * PARTITIONS

    await eventually(polls)
    await consumer.stop()
    assert set(served) == {0, 2}, "while both have more to give"
