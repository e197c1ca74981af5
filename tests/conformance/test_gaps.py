"""What Kafka removed before a stage consumed it is no health: it is seen and said, with its extent."""

import asyncio
import re
import secrets
from pathlib import Path
from uuid import uuid4

import pytest
from confluent_kafka import OFFSET_END, TopicPartition
from structlog.testing import capture_logs

from shared.messaging.gaps import Gap
from shared.messaging.subscriber import BatchSubscriber
from shared.service.alarms import AlarmWatch
from tests.conformance.events import Told
from tests.conformance.relaying import published, running
from tests.conformance.stage import Bench, eventually
from tests.conformance.test_alarms import watch
from tests.conformance.test_consuming import _all_have, _has, _one_of_each_partition

RUNBOOK = Path(__file__).parents[2] / "docs" / "runbook" / "alerts.md"


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
                await eventually(lambda: _looked(watching, subscriber))
            await watching.look()
    expected = {Gap(topic, partition, 1, 3) for partition in range(3)}
    assert set(subscriber.gaps) == expected
    said = [(line["topic"], line["partition"], line["records"]) for line in logs if "unread" in line["event"]]
    assert sorted(said) == [(topic, partition, 3) for partition in range(3)]
    [alarm] = [line for line in logs if line["event"] == "alarm_raised"]
    assert (alarm["name"], alarm["value"]) == ("records_missed", 9)


async def test_a_new_reader_misses_nothing_that_was_removed_before_it(bench: Bench, topic: str) -> None:
    await bench.tell(topic, key := uuid4(), 0, 1)
    await _remove(bench, topic)
    await bench.tell(topic, key, 2)
    async with bench.subscriber(topic) as subscriber:
        await eventually(lambda: _has(bench, key, 2))
        await subscriber.look_for_gaps()
        assert not subscriber.gaps


async def test_the_runbook_s_statement_publishes_what_is_in_the_journal_again(bench: Bench, topic: str) -> None:
    [statement] = re.findall(r"INSERT INTO outbox SELECT[^;]+;", RUNBOOK.read_text())
    key = uuid4()
    await bench.write_down(*(Told(on=topic, account=key, number=number) for number in (1, 2)))
    async with running(bench.relay()), bench.subscriber(topic):
        await eventually(lambda: published(bench))
        async with bench.database.connection() as connection:
            await connection.execute(statement.replace("TOPIC", topic).replace("SINCE", "2020-01-01"))
            await connection.execute("NOTIFY outbox")
        await eventually(lambda: published(bench))
        assert [told.number for told in await bench.told_on(topic)] == [1, 2, 1, 2]
        await bench.tell(topic, key, 3)
        await eventually(lambda: _has(bench, key, 1, 2, 3))


async def _looked(watching: AlarmWatch, subscriber: BatchSubscriber) -> bool:
    await watching.look()
    return len(subscriber.gaps) == 3
