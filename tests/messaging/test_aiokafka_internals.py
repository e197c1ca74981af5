"""What the shell relies on inside aiokafka, on clients that were started: a release that changes it fails here."""

import asyncio
import gc
import secrets
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from shared.messaging.aiokafka_internals import (
    _assigned,
    abandon,
    committed,
    fetch_all_at_once,
    has_joined,
    position,
    routines,
)
from tests.conformance.stage import eventually
from tests.conftest import Broker

ROUTINES = (
    "GroupCoordinator._coordination_routine",
    "Fetcher._fetch_requests_routine",
    "AIOKafkaClient._md_synchronizer",
)


def routine_of(consumer: AIOKafkaConsumer, name: str) -> "asyncio.Task[None]":
    """One of a consumer's routines, by the coroutine that it runs."""
    (found,) = [task for task in routines(consumer) if _name(task) == name]
    return found


def _name(task: "asyncio.Task[None]") -> str:
    return task.get_coro().__qualname__  # type: ignore[union-attr]


@pytest.fixture
async def consumer(broker: Broker) -> AsyncIterator[AIOKafkaConsumer]:
    group = f"g-{secrets.token_hex(6)}"
    made = AIOKafkaConsumer(**broker.settings().client(), group_id=group, auto_offset_reset="earliest")
    yield made
    await made.stop()


async def test_who_has_joined_and_where_it_reads_are_told_before_and_after(
    consumer: AIOKafkaConsumer, topic: str
) -> None:
    first = TopicPartition(topic, 0)
    assert not has_joined(consumer)
    consumer.subscribe([topic])
    assert (has_joined(consumer), position(consumer, first)) == (False, None)
    await consumer.start()
    assert has_joined(consumer)
    assert await consumer.position(first) == position(consumer, first) == 0
    consumer.seek(first, 7)
    assert position(consumer, first) == 7
    assert position(consumer, TopicPartition(topic, 99)) is None


async def test_a_group_s_offsets_are_had_for_many_partitions_at_once(consumer: AIOKafkaConsumer, topic: str) -> None:
    first, second = TopicPartition(topic, 0), TopicPartition(topic, 1)
    consumer.subscribe([topic])
    await consumer.start()
    assert await committed(consumer, [first, second]) == {}
    await consumer.commit({first: 0})
    assert await committed(consumer, [first, second]) == {first: 0}


async def test_no_fetch_leaves_out_a_partition_whose_records_wait(
    broker: Broker, consumer: AIOKafkaConsumer, topic: str
) -> None:
    consumer.subscribe([topic])
    await consumer.start()
    fetch_all_at_once(consumer, 60.0)
    producer = AIOKafkaProducer(**broker.settings().client())
    await producer.start()
    await producer.send_and_wait(topic, b"waits", partition=0)
    await producer.stop()
    fetcher: Any = consumer._fetcher

    async def waits() -> bool:
        return bool(fetcher._records) and not fetcher._in_flight

    await eventually(waits)
    fetches, _, pause_s, *_ = fetcher._get_actions_per_node(_assigned(consumer))
    # By itself aiokafka fetches the others after 0.1 s.
    assert (fetches, pause_s > 30) == ([], True)


async def test_an_assignment_without_partitions_is_one(broker: Broker, consumer: AIOKafkaConsumer, topic: str) -> None:
    others = [AIOKafkaConsumer(topic, **broker.settings().client(), group_id=consumer._group_id) for _ in range(3)]
    await asyncio.gather(*(other.start() for other in others))
    consumer.subscribe([topic])
    await consumer.start()
    members = [*others, consumer]
    try:
        while sorted(len(each.assignment()) for each in members) != [0, 1, 1, 1]:
            await asyncio.gather(*(each.getmany(timeout_ms=50) for each in members))
        assert all(has_joined(each) for each in members)
    finally:
        await asyncio.gather(*(other.stop() for other in others))


@pytest.mark.parametrize("name", ROUTINES)
async def test_each_routine_of_a_started_consumer_is_known_and_its_end_is_seen(
    consumer: AIOKafkaConsumer, topic: str, name: str
) -> None:
    consumer.subscribe([topic])
    await consumer.start()
    running = routines(consumer)
    assert sorted(map(_name, running)) == sorted(ROUTINES)
    assert not any(task.done() for task in running)
    routine_of(consumer, name).cancel()
    async with asyncio.timeout(5):
        ended, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
    assert [_name(task) for task in ended] == [name]


async def test_a_producer_that_cannot_stop_ends_with_all_that_it_has_and_without_a_word(
    broker: Broker, topic: str
) -> None:
    said: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: said.append(context))
    producer = AIOKafkaProducer(**broker.settings().client(), enable_idempotence=True)
    await producer.start()
    await producer.send_and_wait(topic, b"delivered", partition=0)
    before = asyncio.all_tasks()
    with broker.hung():
        under_way = [await producer.send_batch(_batch(producer), topic, partition=number) for number in range(3)]
        sender = producer._sender.sender_task
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(producer.stop(), 0.5)
        await abandon(producer, 0.5)
    await asyncio.wait(asyncio.all_tasks() - {asyncio.current_task()} - before, timeout=5)
    assert all(future.cancelled() for future in under_way)
    assert sender.done()
    assert asyncio.all_tasks() - before == set()
    del producer, sender, under_way
    gc.collect()
    assert said == []


def _batch(producer: AIOKafkaProducer) -> Any:
    batch = producer.create_batch()
    batch.append(key=b"key", value=b"value", timestamp=None)
    return batch
