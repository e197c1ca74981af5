"""What a service's leader promises: one relay publishes, and who lost the lock or the store leaves it to the next."""

import asyncio
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaProducer

from deploy.engines.ports import free_port
from shared.messaging.producer import Publisher
from shared.messaging.relay import MARK_EVERY_S, RELAY_LOCK, Relay
from shared.messaging.worker import WATCHDOG_S
from shared.runtime.database import SESSION_COMMAND_TIMEOUT_S, SESSION_IDLE_TIMEOUT_MS, Database
from shared.testing.faults import Proxy
from tests.conformance.events import Told
from tests.conformance.relaying import WatchedRelay, published, running
from tests.conformance.stage import PATIENCE_S, Bench, eventually
from tests.conftest import SwitchOver

LEADER = "locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"


async def test_only_one_relay_of_a_service_publishes_and_the_next_takes_over(bench: Bench, topic: str) -> None:
    async with running(bench.relay()):
        await eventually(lambda: _leaders(bench, 1))
        async with running(bench.relay()):
            await eventually(lambda: _waiting(bench, 1))
            await bench.write_down(Told(on=topic, account=uuid4(), number=1))
            await eventually(lambda: published(bench))
    assert len(await bench.told_on(topic)) == 1
    second = bench.relay()
    async with running(second):
        await bench.write_down(Told(on=topic, account=uuid4(), number=2))
        await eventually(lambda: published(bench))


async def test_a_leader_that_lost_its_connection_comes_back(bench: Bench, topic: str) -> None:
    async with running(bench.relay()):
        await eventually(lambda: _leaders(bench, 1))
        async with bench.database.connection() as connection:
            await connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted"
            )
        await bench.write_down(Told(on=topic, account=uuid4(), number=1))
        await eventually(lambda: published(bench))
    assert [told.number for told in await bench.told_on(topic)] == [1]


async def _leaders(bench: Bench, wanted: int) -> bool:
    return await bench.count("pg_locks", f"{LEADER} AND granted") == wanted


async def _waiting(bench: Bench, wanted: int) -> bool:
    return await bench.count("pg_locks", f"{LEADER} AND NOT granted") == wanted


async def test_a_relay_that_waits_to_lead_does_not_hold_vacuum_up(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Waiting for a lock holds a snapshot: unless it is renewed, no deleted row is ever cleaned up."""
    monkeypatch.setattr(Relay, "leader_wait_s", 0.2)
    relays = [bench.relay() for _ in range(2)]
    running = [asyncio.create_task(relay.run()) for relay in relays]
    await eventually(lambda: _waits(bench))
    before = await _oldest_snapshot(bench)
    await bench.count("outbox", "pg_current_xact_id() IS NOT NULL")
    await eventually(lambda: _newer_than(bench, before))
    for relay in relays:
        relay.stop()
    await asyncio.gather(*running)


async def _waits(bench: Bench) -> bool:
    return await _oldest_snapshot(bench) is not None


async def _newer_than(bench: Bench, before: int) -> bool:
    now_ = await _oldest_snapshot(bench)
    return now_ is not None and now_ > before


async def _oldest_snapshot(bench: Bench) -> int:
    async with bench.database.connection() as connection:
        return await connection.fetchval(
            "SELECT min(backend_xmin::text::bigint) FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event = 'advisory'"
        )


async def test_trap_13_a_leader_whose_connection_died_without_a_sign_comes_back(
    bench: Bench, topic: str, store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.runtime.database.SESSION_COMMAND_TIMEOUT_S", 1.0)
    monkeypatch.setattr("shared.messaging.worker.WATCHDOG_S", 0.5)
    store = urlsplit(store_url)
    with Proxy(free_port(), store.port or 5432) as net:
        there = Database(
            store._replace(netloc=f"{store.netloc.rpartition(':')[0]}:{net.port}").geturl(), application="x"
        )
        async with running(WatchedRelay(there, Publisher(bench.broker.settings(), "silent"))) as relay:
            await relay.idle.wait()
            net.silence()
            await bench.write_down(Told(on=topic, account=uuid4(), number=1))
            await relay.failed()
            async with bench.database.connection() as connection:
                # As the store does by itself when the other side's host is gone.
                await connection.execute(f"SELECT pg_terminate_backend(pid) FROM pg_locks WHERE granted AND {LEADER}")
            await eventually(lambda: published(bench))


async def test_trap_13_an_idle_leader_leaves_a_store_that_was_demoted(
    bench: Bench, switch_over: SwitchOver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing that it does there fails: it reads an outbox to which nobody writes any more."""
    monkeypatch.setattr("shared.messaging.worker.WATCHDOG_S", 0.2)
    async with running(bench.relay()) as relay:
        await relay.idle.wait()
        await switch_over()
        async with asyncio.timeout(PATIENCE_S):
            await relay.failed()
            await relay.idle.wait()


async def test_a_leader_that_hangs_is_no_leader_any_more(
    bench: Bench, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its host answers for it, so no keepalive tells; but it asks nothing."""
    monkeypatch.setattr("shared.runtime.database.SESSION_IDLE_TIMEOUT_MS", "1000")
    hangs = await bench.database.dedicated()
    await hangs.execute("SELECT pg_advisory_lock($1)", RELAY_LOCK)
    await bench.write_down(Told(on=topic, account=uuid4(), number=1))
    async with running(bench.relay()):
        await eventually(lambda: published(bench))
    assert hangs.is_closed()


def test_a_leader_that_works_is_never_silent_for_as_long_as_the_store_allows() -> None:
    for silent_s in (MARK_EVERY_S, WATCHDOG_S):
        assert silent_s + SESSION_COMMAND_TIMEOUT_S < int(SESSION_IDLE_TIMEOUT_MS) / 1000


async def test_a_round_gets_on_however_slow_the_line(bench: Bench, topic: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """While it is under way what was acknowledged leaves the outbox, and the store hears from its leader."""
    monkeypatch.setattr("shared.messaging.relay.MARK_EVERY_S", 0.1)
    monkeypatch.setattr("shared.messaging.producer.MAX_BATCH_BYTES", 2_000)
    events, key, sent, send_batch = 3, uuid4(), [0], AIOKafkaProducer.send_batch

    async def slow(*args: Any, **more: Any) -> Any:
        before = await _asked(bench)
        await eventually(lambda: published(bench, but=events - sent[0]), 5)
        await eventually(lambda: _asks_again(bench, before), 5)
        sent[0] += 1
        return await send_batch(*args, **more)

    monkeypatch.setattr(AIOKafkaProducer, "send_batch", slow)
    await bench.write_down(*(Told(on=topic, account=key, number=n, note="x" * 1_500) for n in range(events)))
    relay, connection = bench.relay(), await bench.database.dedicated()
    assert await relay.step(connection) == 0
    assert (sent[0], await bench.count("outbox")) == (events, 0)
    await relay.release()
    await connection.close()


async def _asked(bench: Bench) -> datetime:
    """When the leader's session asked the store last."""
    async with bench.database.connection() as connection:
        found: datetime = await connection.fetchval(
            "SELECT query_start FROM pg_stat_activity WHERE datname = current_database() AND application_name = $1",
            "conformance-session",
        )
    return found


async def _asks_again(bench: Bench, before: datetime) -> bool:
    return await _asked(bench) > before
