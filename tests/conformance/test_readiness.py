"""Trap 7: a consumer can be stuck without a sign, so readiness comes from progress."""

import asyncio
import os
import signal
from uuid import uuid4

import pytest

from tests.conformance.stage import Bench, eventually


async def test_a_subscriber_is_ready_while_it_gets_on_and_not_before(bench: Bench, topic: str) -> None:
    consuming = bench.subscriber(topic)
    assert consuming.subscriber.trouble() == "not started"
    async with consuming as subscriber:
        await bench.tell(topic, key := uuid4(), 1)
        await eventually(lambda: _told(bench, key))
        assert subscriber.trouble() is None


async def test_a_process_that_died_takes_its_partitions_up_again_at_once(bench: Bench, topic: str) -> None:
    """Without a name of its own it would wait for the dead member's session to end: thirty seconds."""
    await bench.tell(topic, key := uuid4(), 1)
    dead = bench.subscriber(topic, group=f"g-{key}", instance="one")
    await dead.kafka.start()
    await eventually(lambda: _told(bench, key))
    # As a kill leaves it: the connections go, and nobody tells the group.
    consumer = dead.subscriber._subscriber.consumer
    assert consumer is not None
    await consumer._client.close()
    async with asyncio.timeout(15):
        async with bench.subscriber(topic, group=f"g-{key}", instance="one") as subscriber:
            await eventually(lambda: _says(subscriber, None))
            await bench.tell(topic, other := uuid4(), 1)
            await eventually(lambda: _told(bench, other))
    await dead.kafka.stop()


async def test_it_is_not_ready_while_batches_fail_and_ready_after(bench: Bench, topic: str) -> None:
    broken = [True]
    bench.rule.failing = lambda _: OSError("store away") if broken[0] else None
    await bench.tell(topic, key := uuid4(), 1)
    async with bench.subscriber(topic) as subscriber:
        await eventually(lambda: _says(subscriber, "batches fail"))
        broken[0] = False
        await eventually(lambda: _told(bench, key))
        await eventually(lambda: _says(subscriber, None))


async def test_it_is_not_ready_while_the_broker_hangs_and_ready_after(
    bench: Bench, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing raises here: the only sign is that no fetch comes back."""
    monkeypatch.setattr("shared.messaging.subscriber.STUCK_AFTER_S", 1.0)
    pid = bench.broker.node.pid
    assert pid is not None
    await bench.tell(topic, key := uuid4(), 1)
    async with bench.subscriber(topic) as subscriber:
        await eventually(lambda: _told(bench, key))
        os.kill(pid, signal.SIGSTOP)
        try:
            await eventually(lambda: _says(subscriber, "no fetch"))
        finally:
            os.kill(pid, signal.SIGCONT)
        await eventually(lambda: _says(subscriber, None))
        assert all(lag == 0 for lag in subscriber.lags().values())


async def test_lag_is_what_is_not_yet_taken_in(bench: Bench, topic: str) -> None:
    bench.rule.failing = lambda _: OSError("store away")
    await bench.tell(topic, uuid4(), 1, 2, 3)
    async with bench.subscriber(topic) as subscriber:
        await eventually(lambda: _lag(subscriber, 3))


async def _lag(subscriber, wanted: int) -> bool:
    return sum(subscriber.lags().values()) == wanted


async def _told(bench: Bench, key) -> bool:
    return await bench.numbers(key) == (1,)


async def _says(subscriber, wanted: str | None) -> bool:
    trouble = subscriber.trouble()
    return trouble is None if wanted is None else trouble is not None and wanted in trouble
