"""Trap 7: a consumer can be stuck without a sign, so readiness comes from progress."""

import asyncio
import json
import sys
import time
from dataclasses import replace
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer

from deploy.provision import kafka_admin
from shared.i18n import said
from shared.messaging.access import AccessRule
from shared.messaging.broker import member_name
from shared.messaging.codec import Record
from shared.messaging.incoming import IncomingBatch
from shared.messaging.subscriber import NOT_STARTED
from tests.conformance.stage import Bench, eventually


async def test_a_subscriber_is_ready_while_it_gets_on_and_not_before(bench: Bench, topic: str) -> None:
    consuming = bench.subscriber(topic)
    assert consuming.subscriber.trouble() == said(NOT_STARTED)
    async with consuming as subscriber:
        await bench.tell(topic, key := uuid4(), 1)
        await eventually(lambda: _told(bench, key))
        assert subscriber.trouble() is None


MEMBER = """
import asyncio, json, sys
from aiokafka import AIOKafkaConsumer

async def main(topic, settings):
    consumer = AIOKafkaConsumer(topic, session_timeout_ms=30000, rebalance_timeout_ms=60000, **settings)
    await consumer.start()
    while not consumer.assignment():
        await consumer.getmany(timeout_ms=100)
    print("joined", flush=True)
    while True:
        await consumer.getmany(timeout_ms=100)

asyncio.run(main(sys.argv[1], json.loads(sys.argv[2])))
"""
"""A process of the group, to be killed."""


async def test_a_process_that_died_takes_its_partitions_up_again_at_once(bench: Bench, topic: str) -> None:
    """Without a name of its own it would wait for the dead member's session to end: thirty seconds."""
    group = f"g-{uuid4()}"
    name = member_name(group, "one", [topic])
    settings = bench.broker.settings().client() | {"group_id": group, "group_instance_id": name}
    command = (sys.executable, "-c", MEMBER, topic, json.dumps(settings))
    member = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    assert member.stdout is not None
    assert await member.stdout.readline() == b"joined\n"
    member.kill()
    await member.communicate()
    await bench.tell(topic, key := uuid4(), 1)
    async with asyncio.timeout(15), bench.subscriber(topic, group=group, instance="one") as subscriber:
        await eventually(lambda: _told(bench, key))
        assert subscriber.trouble() is None


async def test_it_is_not_ready_while_batches_fail_and_ready_after(bench: Bench, topic: str) -> None:
    broken = [True]
    bench.rule.failing = lambda _: OSError("store away") if broken[0] else None
    await bench.tell(topic, key := uuid4(), 1)
    async with bench.subscriber(topic) as subscriber:
        await eventually(lambda: _says(subscriber, "batches_fail"))
        broken[0] = False
        await eventually(lambda: _told(bench, key))
        await eventually(lambda: _says(subscriber, None))


async def test_a_batch_that_fails_after_its_consumer_was_replaced_comes_again_to_another(
    bench: Bench, topic: str
) -> None:
    """As of a member that lost its name while the store said nothing: the last batch of the old one fails late."""
    async with bench.subscriber(topic) as subscriber:
        await eventually(lambda: _says(subscriber, None))
        before = AIOKafkaConsumer(topic, **bench.broker.settings().client())
        await before.start()
        batch = IncomingBatch([Record(topic, 0, 0, b"", b"")], before, subscriber)
        await subscriber.nack(batch)
        assert subscriber.trouble() is None
        await before.stop()


async def test_it_is_not_ready_while_the_broker_hangs_and_ready_after(
    bench: Bench, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing raises here: the only sign is that no fetch comes back."""
    monkeypatch.setattr("shared.messaging.progress.STUCK_AFTER_S", 1.0)
    await bench.tell(topic, key := uuid4(), 1)
    async with bench.subscriber(topic) as subscriber:
        await eventually(lambda: _told(bench, key))
        with bench.broker.hung():
            await eventually(lambda: _says(subscriber, "fetch_stalled"))
        await eventually(lambda: _says(subscriber, None))
        assert all(lag == 0 for lag in subscriber.lags().values())


DAY_S = 86_400.0


async def test_a_clock_that_jumps_neither_makes_a_consumer_stuck_nor_hides_that_it_is(
    bench: Bench, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, wrong_by = time.time, 0.0
    monkeypatch.setattr(time, "time", lambda: clock() + wrong_by)
    await bench.tell(topic, key := uuid4(), 1)
    async with bench.subscriber(topic) as subscriber:
        await eventually(lambda: _told(bench, key))
        await eventually(lambda: _says(subscriber, None))
        wrong_by = DAY_S
        assert subscriber.trouble() is None
        monkeypatch.setattr("shared.messaging.progress.STUCK_AFTER_S", 1.0)
        with bench.broker.hung():
            wrong_by = -DAY_S
            await eventually(lambda: _says(subscriber, "fetch_stalled"))


async def test_lag_is_what_is_not_yet_consumed(bench: Bench, topic: str) -> None:
    bench.rule.failing = lambda _: OSError("store away")
    await bench.tell(topic, uuid4(), 1, 2, 3)
    async with bench.subscriber(topic) as subscriber:
        await eventually(lambda: _lag(subscriber, 3))


async def test_what_was_never_fetched_is_trouble_and_lag(
    bench: Bench, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A topic that a stage may look at and not read: the client has nothing to tell of it, and says so nowhere."""
    monkeypatch.setattr("shared.messaging.progress.STUCK_AFTER_S", 0.5)
    monkeypatch.setattr("shared.messaging.progress.FRESH_S", 0.5)
    user, group, admin = f"u{uuid4().hex}", f"g-{uuid4()}", bench.broker.node.admin()
    may_look = AccessRule(user, "topic", topic, prefixed=False, operations=("DESCRIBE",))
    may_join = AccessRule(user, "group", group, prefixed=False, operations=("READ",))
    await asyncio.to_thread(kafka_admin.ensure_users, admin, {user: "secret-secret"})
    await asyncio.to_thread(kafka_admin.ensure_acls, admin, [may_look, may_join])
    await bench.tell(topic, key := uuid4(), 1)
    async with bench.subscriber(topic, group, user=bench.broker.settings(user, "secret-secret")) as subscriber:
        await eventually(lambda: _says(subscriber, "fetch_stalled"))
        await eventually(lambda: _looks(subscriber, 1))
        await asyncio.to_thread(kafka_admin.ensure_acls, admin, [replace(may_look, operations=("READ",))])
        await eventually(lambda: _told(bench, key))
        await eventually(lambda: _says(subscriber, None))
        await eventually(lambda: _looks(subscriber, 0))


async def _looks(subscriber, wanted: int) -> bool:
    await subscriber.look()
    return await _lag(subscriber, wanted)


async def _lag(subscriber, wanted: int) -> bool:
    return sum(subscriber.lags().values()) == wanted


async def _told(bench: Bench, key) -> bool:
    return await bench.numbers(key) == (1,)


async def _says(subscriber, wanted: str | None) -> bool:
    trouble = subscriber.trouble()
    return (None if trouble is None else trouble["code"]) == wanted


async def test_trap_14_a_batch_that_hangs_is_seen_though_fetching_goes_on(
    bench: Bench, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.messaging.subscriber.BATCH_STUCK_AFTER_S", 0.2)
    async with bench.subscriber(topic) as subscriber:
        await eventually(lambda: _is(subscriber.trouble() is None))
        async with bench.database.transaction() as connection:
            await connection.execute("LOCK TABLE inbox")
            await bench.tell(topic, uuid4(), 1)
            await eventually(lambda: _says(subscriber, "batch_stuck"))
            assert sum(subscriber.lags().values()) == 1, "what is under way is not done"
        await eventually(lambda: _is(subscriber.trouble() is None and subscriber.batches == 1))
        assert sum(subscriber.lags().values()) == 0


async def _is(holds: bool) -> bool:
    return holds
