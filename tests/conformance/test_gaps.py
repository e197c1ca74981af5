"""What Kafka removed before a stage consumed it is no health: it is seen and said, with its extent."""

import asyncio
import secrets
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer
from confluent_kafka import OFFSET_END, TopicPartition
from structlog.testing import capture_logs

from shared.messaging.gaps import Gap, close, page
from shared.messaging.progress import positions
from shared.messaging.subscriber import BatchSubscriber
from tests.conformance.stage import Bench, by, eventually
from tests.conformance.test_alarms import Logs, logs, said, watch
from tests.conformance.test_consuming import _all_have, _has, _one_of_each_partition

__all__ = ["logs"]


async def _remove(bench: Bench, topic: str, before: int = OFFSET_END) -> None:
    """As retention does."""
    places = [TopicPartition(topic, partition, before) for partition in range(3)]
    admin = bench.broker.node.admin()
    for done in admin.delete_records(places).values():
        await asyncio.to_thread(done.result, 20)


@pytest.mark.parametrize("left", [True, False])
async def test_records_removed_while_the_stage_was_down_are_said_with_their_extent(
    bench: Bench, topic: str, *, left: bool
) -> None:
    keys, group = _one_of_each_partition(), f"g-{secrets.token_hex(6)}"
    for key in keys:
        await bench.tell(topic, key, 0)
    async with bench.subscriber(topic, group):
        await eventually(lambda: _all_have(bench, keys, 0))
    for key in keys:
        await bench.tell(topic, key, 1, 2, 3, *([4] if left else []))
    await _remove(bench, topic, 4)
    with capture_logs() as logs:
        async with bench.subscriber(topic, group) as subscriber:
            watching = watch(bench, one=subscriber)
            if left:
                await eventually(lambda: _all_have(bench, keys, 0, 4))
            else:
                await eventually(lambda: _looked(bench, subscriber, 3))
            await watching.look()
    gaps = sorted(await _gaps(bench), key=lambda gap: gap.partition)
    assert [gap[1:6] for gap in gaps] == [(group, topic, partition, 1, 3) for partition in range(3)]
    said = {(line["partition"], line["records"], line["command"]) for line in logs if "unread" in line["event"]}
    assert said == {(gap.partition, 3, gap.command) for gap in gaps}
    [alarm] = [line for line in logs if line["event"] == "alarm_raised"]
    assert (alarm["name"], alarm["value"]) == ("records_missed", 9)


async def test_the_alarm_survives_restarts_and_ends_everywhere_when_the_gaps_are_closed(
    bench: Bench, topic: str, logs: Logs
) -> None:
    keys, group = _one_of_each_partition(), f"g-{secrets.token_hex(6)}"
    for key in keys:
        await bench.tell(topic, key, 0)
    async with bench.subscriber(topic, group):
        await eventually(lambda: _all_have(bench, keys, 0))
    for removed in (1, 2):
        for key in keys:
            await bench.tell(topic, key, removed)
        await _remove(bench, topic)
        for _ in range(2):
            async with bench.subscriber(topic, group) as subscriber:
                await eventually(partial(_looked, bench, subscriber, 3 * removed))
    gaps = await _gaps(bench)
    assert sorted(gap[3:6] for gap in gaps) == [(part, at, at) for part in range(3) for at in (1, 2)], "each said once"
    assert sum("unread" in line["event"] for line in logs) == 6

    one, other = watch(bench), watch(bench)
    for watching in (one, other):
        await watching.look()
    async with bench.database.connection() as connection:
        assert await close(connection, [gaps[0].id], by("ana"), "resent") == [gaps[0].id]
        for watching in (one, other):
            await watching.look()
        assert said(logs) == 2 * [("alarm_raised", "records_missed")]
        assert len(await close(connection, None, by("ana"), "resent")) == 5
    for watching in (one, other):
        await watching.look()
    assert said(logs)[2:] == 2 * [("alarm_cleared", "records_missed")]
    async with bench.subscriber(topic, group) as subscriber:
        await eventually(lambda: _positioned(subscriber))
        await subscriber.look()
    assert await _gaps(bench) == []


async def test_a_group_whose_place_kafka_forgot_lacks_what_was_removed(bench: Bench, topic: str) -> None:
    """As `offsets.retention.minutes` forgets it: the group begins anew at the log's start, but its stage is not new."""
    keys, group = _one_of_each_partition(), f"g-{secrets.token_hex(6)}"
    for key in keys:
        await bench.tell(topic, key, 0)
    async with bench.subscriber(topic, group):
        await eventually(lambda: _all_have(bench, keys, 0))
    for key in keys:
        await bench.tell(topic, key, 1, 2)
    await _remove(bench, topic, 2)
    admin = bench.broker.node.admin()
    await asyncio.to_thread(admin.delete_consumer_groups([group])[group].result, 20)
    async with bench.subscriber(topic, group):
        await eventually(lambda: _all_have(bench, keys, 0, 2))
    assert sorted(gap[3:6] for gap in await _gaps(bench)) == [(part, 0, 1) for part in range(3)]


async def test_kafka_is_asked_once_for_an_assignment_and_not_for_a_batch(
    bench: Bench, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[TopicPartition]] = []
    starts = AIOKafkaConsumer.beginning_offsets

    async def counted(consumer: AIOKafkaConsumer, partitions: list[TopicPartition]) -> object:
        asked.append(partitions)
        return await starts(consumer, partitions)

    monkeypatch.setattr(AIOKafkaConsumer, "beginning_offsets", counted)
    keys = _one_of_each_partition()
    async with bench.subscriber(topic) as subscriber:
        await eventually(lambda: _positioned(subscriber))
        for number in range(5):
            for key in keys:
                await bench.tell(topic, key, number)
            await eventually(partial(_all_have, bench, keys, *range(number + 1)))
            await subscriber.look()
        assert subscriber.batches >= 5
    assert [len(partitions) for partitions in asked] == [3]


async def test_a_new_reader_misses_nothing_that_was_removed_before_it(bench: Bench, topic: str) -> None:
    await bench.tell(topic, key := uuid4(), 0, 1)
    await _remove(bench, topic)
    await bench.tell(topic, key, 2)
    async with bench.subscriber(topic) as subscriber:
        await eventually(lambda: _has(bench, key, 2))
        await subscriber.look()
        assert await _gaps(bench) == []


async def _gaps(bench: Bench) -> list[Gap]:
    async with bench.database.connection() as connection:
        return await page(connection, 0, 100, closed=False)


async def _looked(bench: Bench, subscriber: BatchSubscriber, gaps: int) -> bool:
    await subscriber.look()
    return await _positioned(subscriber) and len(await _gaps(bench)) == gaps


async def _positioned(subscriber: BatchSubscriber) -> bool:
    consumer: Any = subscriber._subscriber.consumer
    return len(positions(consumer)) == 3
