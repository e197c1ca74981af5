"""What an operator must know is said once when it starts, and once when it ends."""

from collections.abc import Iterator, MutableMapping
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from shared.messaging import revision
from shared.messaging.codec import Record
from shared.messaging.dlq_limit import DlqLimit
from shared.messaging.revision import Revision
from shared.messaging.subscriber import BatchSubscriber
from shared.runtime.database import Database
from shared.runtime.settings import ServiceSettings
from shared.service.alarms import ALARMS, AlarmWatch
from shared.service.operations import Check, Health
from tests.conformance.events import Told
from tests.conformance.stage import Bench, by, eventually

Logs = list[MutableMapping[str, Any]]

AT_ONCE = ServiceSettings(alarm_stuck_after_s=0, alarm_outbox_age_s=0, alarm_blocked_after_s=0)


@pytest.fixture
def logs() -> Iterator[Logs]:
    with capture_logs() as caught:
        yield caught


def watch(bench: Bench, settings: ServiceSettings = AT_ONCE, **subscribers: BatchSubscriber) -> AlarmWatch:
    return AlarmWatch(bench.database, settings, subscribers, bench.relay(), Health(), Revision("portal"))


def watch_health(bench: Bench, settings: ServiceSettings = AT_ONCE, **checks: Check) -> AlarmWatch:
    return AlarmWatch(bench.database, settings, {}, bench.relay(), Health(checks), Revision("portal"))


def said(logs: Logs) -> list[tuple[str, str]]:
    return [(line["event"], line["name"]) for line in logs if line["event"].startswith("alarm_")]


def gauge(name: str) -> float | None:
    return REGISTRY.get_sample_value("pdp_alarm", {"name": name})


async def test_a_stage_that_gets_on_raises_none(bench: Bench, topic: str, logs: Logs) -> None:
    await bench.tell(topic, key := uuid4(), 1)
    async with bench.subscriber(topic) as subscriber:
        watching = watch(bench, one=subscriber)
        await eventually(lambda: _told(bench, key))
        for _ in range(3):
            await watching.look()
    assert said(logs) == []
    assert [gauge(name) for name in ALARMS] == [0] * len(ALARMS)


async def test_a_consumer_that_stands_still_with_work_waiting(bench: Bench, topic: str, logs: Logs) -> None:
    bench.rule.failing = lambda _: OSError("store away")
    await bench.tell(topic, key := uuid4(), 1)
    async with bench.subscriber(topic) as subscriber:
        watching = watch(bench, one=subscriber)
        await eventually(lambda: _lags(subscriber))
        for _ in range(3):
            await watching.look()
        assert said(logs) == [("alarm_raised", "consumer_stuck")]
        [line] = [line for line in logs if line["event"] == "alarm_raised"]
        assert (line["of"], line["value"], line["what_to_do"]) == ("one", 1, ALARMS["consumer_stuck"])
        assert gauge("consumer_stuck") == 1

        bench.rule.failing = lambda _: None
        await eventually(lambda: _told(bench, key))
        for _ in range(2):
            await watching.look()
    assert said(logs)[1:] == [("alarm_cleared", "consumer_stuck")]
    assert gauge("consumer_stuck") == 0


async def test_it_must_last(bench: Bench, topic: str, logs: Logs) -> None:
    bench.rule.failing = lambda _: OSError("store away")
    await bench.tell(topic, uuid4(), 1)
    async with bench.subscriber(topic) as subscriber:
        watching = watch(bench, ServiceSettings(), one=subscriber)
        await eventually(lambda: _lags(subscriber))
        for _ in range(3):
            await watching.look()
    assert said(logs) == []


async def test_a_part_that_is_not_ready(bench: Bench, topic: str, logs: Logs) -> None:
    """A consumer without a connection has no lag: only readiness knows of it."""
    consuming = bench.subscriber(topic)
    patient = watch_health(bench, ServiceSettings(), one=consuming.subscriber.trouble)
    watching = watch_health(bench, one=consuming.subscriber.trouble, relay=lambda: None)
    for _ in range(2):
        await patient.look()
    assert said(logs) == [], "it must last"
    await watching.look()
    async with consuming as subscriber:
        await eventually(lambda: _ready(subscriber))
        await watching.look()
    assert said(logs) == [("alarm_raised", "not_ready"), ("alarm_cleared", "not_ready")]
    assert {line["of"] for line in logs if line["event"].startswith("alarm_")} == {"one"}


async def test_consuming_that_stopped_at_the_limit(bench: Bench, topic: str, logs: Logs) -> None:
    bench.rule.failing = lambda _: ValueError("bug")
    await bench.tell(topic, uuid4(), 1)
    limit = DlqLimit(max_ratio=0.5, min_count=1, window=10)
    async with bench.subscriber(topic, limit=limit) as subscriber:
        watching = watch(bench, ServiceSettings(), one=subscriber)
        await eventually(lambda: _stopped(subscriber))
        await watch_health(bench, one=subscriber.trouble).look()
        assert said(logs) == [], "one alarm is enough"
        await watching.look()
        await watching.look()
        bench.rule.failing = lambda _: None
        subscriber.resume()
        await watching.look()
    assert said(logs) == [("alarm_raised", "dlq_limit_reached"), ("alarm_cleared", "dlq_limit_reached")]


async def test_an_old_outbox_and_a_topic_that_rests(bench: Bench, logs: Logs) -> None:
    relay = bench.relay()
    watching = AlarmWatch(bench.database, AT_ONCE, {}, relay, Health(), Revision("portal"))
    await bench.write_down(Told(on=f"missing.{uuid4()}.v1", account=uuid4(), number=1))
    async with bench.database.connection() as connection:
        await relay.step(connection)
        await watching.look()
        assert set(said(logs)) == {("alarm_raised", "outbox_old"), ("alarm_raised", "topics_backing_off")}
        await connection.execute("DELETE FROM outbox")
    await watching.look()
    assert said(logs)[2:] == [("alarm_cleared", "outbox_old")]
    await relay.release()
    await watching.look()
    assert said(logs)[3:] == [("alarm_cleared", "topics_backing_off")], "who is no longer leader knows of no topic"


async def test_keys_that_stay_blocked(bench: Bench, topic: str, logs: Logs) -> None:
    bench.rule.failing = lambda _: ValueError("bug")
    await bench.tell(topic, uuid4(), 1)
    async with bench.subscriber(topic):
        await eventually(lambda: _blocked(bench))
    watching = watch(bench, ServiceSettings(alarm_blocked_after_s=0))
    await watching.look()
    async with bench.database.connection() as connection:
        letter = await connection.fetchval("SELECT id FROM dead_letter")
    await bench.replayer.resolve(letter, "discarded", by("ana"))
    await watching.look()
    assert said(logs) == [("alarm_raised", "keys_blocked"), ("alarm_cleared", "keys_blocked")]


async def test_answers_that_stay_refused(bench: Bench, logs: Logs) -> None:
    """Behind them no key is blocked."""
    await bench.runner.consume([Record("partner.nafin.answers.v1", 0, 0, b"a key", b"no event")])
    watching = watch(bench, ServiceSettings(alarm_blocked_after_s=0))
    await watching.look()
    async with bench.database.connection() as connection:
        letter = await connection.fetchval("SELECT id FROM dead_letter")
    await bench.replayer.resolve(letter, "discarded", by("ana"))
    await watching.look()
    assert said(logs) == [("alarm_raised", "answers_refused"), ("alarm_cleared", "answers_refused")]


async def test_a_sweep_that_does_not_get_on(bench: Bench, logs: Logs) -> None:
    watching = watch(bench)
    async with bench.database.connection() as connection:
        await connection.execute("INSERT INTO sweep VALUES (gen_random_uuid(), 'k', '{}', NULL, 0, now(), NULL, 'c')")
        await watching.look()
        assert said(logs) == [], "one look cannot tell"
        await watching.look()
        await connection.execute("UPDATE sweep SET touched = 500")
        await watching.look()
    assert said(logs) == [("alarm_raised", "sweeps_stuck"), ("alarm_cleared", "sweeps_stuck")]


async def test_a_store_that_is_out_of_connections(bench: Bench, logs: Logs) -> None:
    """A watch that cannot look must not look like one that sees nothing."""
    small = Database(bench.database.url, application="conformance", pool_size=1)
    await small.open()
    watching = AlarmWatch(small, ServiceSettings(alarm_every_s=0.2), {}, bench.relay(), Health(), Revision("portal"))
    async with small.connection():
        await watching.look()
    await watching.look()
    await small.close()
    assert said(logs) == [("alarm_raised", "store_unreachable"), ("alarm_cleared", "store_unreachable")]


@pytest.mark.parametrize("lacks", ["revision", "table"])
async def test_a_build_ahead_of_its_store_is_not_ready_and_says_migrate(
    bench: Bench, logs: Logs, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, lacks: str
) -> None:
    scripts = tmp_path / "portal" / "migrations" / "versions"
    scripts.mkdir(parents=True)
    for script in ("0001_tables.py", "0002_a_note.py"):
        (scripts / script).touch()
    monkeypatch.setattr(revision, "SERVICES", tmp_path)
    build = Revision("portal")
    watching = AlarmWatch(bench.database, AT_ONCE, {}, bench.relay(), Health({"store": build.trouble}), build)
    async with bench.database.connection() as connection:
        await connection.execute("CREATE TABLE alembic_version AS SELECT '0001' AS version_num")
        if lacks == "table":
            await connection.execute("UPDATE alembic_version SET version_num = '0002'")
            await connection.execute("ALTER TABLE sweep RENAME TO sweep_of_before")
        await watching.look()
        assert build.trouble() == {"code": "store_behind", "params": {}}
        await connection.execute("UPDATE alembic_version SET version_num = '0003'")
        if lacks == "table":
            await connection.execute("ALTER TABLE sweep_of_before RENAME TO sweep")
        await watching.look()
    assert build.trouble() is None, "a store of a later release is no trouble"
    assert said(logs) == [("alarm_raised", "store_behind"), ("alarm_cleared", "store_behind")]
    assert "igrat" in logs[-2]["what_to_do"]


async def _told(bench: Bench, key: Any) -> bool:
    return await bench.numbers(key) == (1,)


async def _lags(subscriber: BatchSubscriber) -> bool:
    return sum(subscriber.lags().values()) > 0


async def _ready(subscriber: BatchSubscriber) -> bool:
    return subscriber.trouble() is None


async def _stopped(subscriber: BatchSubscriber) -> bool:
    return subscriber.stopped


async def _blocked(bench: Bench) -> bool:
    return await bench.count("blocked_key") == 1


async def test_the_store_s_own_figures_are_shown(bench: Bench) -> None:
    async with bench.database.transaction() as other:
        await other.execute("INSERT INTO backup VALUES (to_timestamp(1700000000))")
        await other.execute("SELECT pg_sleep(0.2)")
        await watch(bench).look()
        age = REGISTRY.get_sample_value("pdp_store_oldest_transaction_seconds")
    assert age is not None
    assert age >= 0.2
    assert REGISTRY.get_sample_value("pdp_last_backup_timestamp_seconds") == 0, "not before it is committed"
    await watch(bench).look()
    assert REGISTRY.get_sample_value("pdp_last_backup_timestamp_seconds") == 1_700_000_000
    used = REGISTRY.get_sample_value("pdp_store_connections") or 0
    assert 1 < used < (REGISTRY.get_sample_value("pdp_store_connections_max") or 0) < 200
