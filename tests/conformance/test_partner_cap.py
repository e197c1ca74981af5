"""A partner whose answers cannot take effect stops itself, nobody else, and nothing is lost."""

import json
from collections.abc import MutableMapping, Sequence
from typing import Any
from uuid import UUID, uuid4

import pytest
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from shared.i18n import LANGUAGES, Catalogue, speak
from shared.messaging.batch import BatchRunner
from shared.messaging.broker import ConsumingBroker
from shared.messaging.dead_letter_queries import Selection
from shared.messaging.dlq_limit import Resumer
from shared.messaging.partner_cap import OPEN, PartnerCap
from shared.messaging.producer import partition_of
from shared.messaging.progress import STUCK_AFTER_S, Progress
from shared.messaging.retry import Backoff
from shared.messaging.revision import Revision
from shared.messaging.subscriber import BatchSubscriber
from shared.runtime.settings import ServiceSettings
from shared.service.alarms import AlarmWatch
from shared.service.operations import Health
from tests.conformance.stage import Bench, Consuming, by, eventually

BATCH, MOST, MOST_BYTES, PARTITIONS = 10, 50, 10_000_000, 3
LARGE = b"x" * 60_000


def consuming(bench: Bench, *topics: str, group: str = "partners", most: int = MOST) -> Consuming:
    kafka = ConsumingBroker(bench.broker.settings(), "conformance", 5.0)
    subscriber = BatchSubscriber(
        kafka,
        BatchRunner(bench.database, "portal", bench.routes),
        f"{group}.{topics[0]}",
        topics=topics,
        batch_records=BATCH,
        backoff=Backoff(0.05, 0.3),
        cap=PartnerCap(bench.database, "portal", most, MOST_BYTES),
    )
    return Consuming(kafka, subscriber)


async def partners(bench: Bench, *codes: str) -> list[str]:
    return [await bench.broker.create_topic(f"partner.{code}-{uuid4().hex[:8]}.answers.v1") for code in codes]


async def flood(bench: Bench, topic: str, records: int, value: bytes = b"no event") -> None:
    """Under three keys, one in each partition."""
    keys: dict[int, bytes] = {}
    while len(keys) < PARTITIONS:
        key = str(uuid4()).encode()
        keys[partition_of(key, PARTITIONS)] = key
    await bench.send([(topic, keys[number % PARTITIONS], value) for number in range(records)])


async def opened(bench: Bench) -> int:
    return await bench.count("dead_letter", "closed_at IS NULL")


async def is_paused(subscriber: BatchSubscriber, *topics: str) -> bool:
    return list(subscriber.paused) == [*topics]


async def told(bench: Bench, key: UUID) -> bool:
    return await bench.numbers(key) == (1,)


async def are_opened(bench: Bench, number: int) -> bool:
    return await opened(bench) == number


async def discarded(bench: Bench, topic: str) -> None:
    await bench.replayer.resolve_all(Selection(topic=topic), "discarded", by("ana"))


async def test_a_hostile_partner_waits_in_kafka_and_nobody_else_does(bench: Bench, topic: str) -> None:
    hostile, other = await partners(bench, "hostile", "other")
    await flood(bench, hostile, 300, LARGE)
    async with consuming(bench, hostile, other) as theirs, bench.subscriber(topic) as own:
        await eventually(lambda: is_paused(theirs, hostile))
        written = await opened(bench)
        assert MOST <= written <= MOST + BATCH
        await bench.tell(topic, first := uuid4(), 1)
        await bench.tell(other, second := uuid4(), 1)
        await eventually(lambda: told(bench, first))
        await eventually(lambda: told(bench, second))
        assert (theirs.trouble(), own.trouble()) == (None, None)
        assert list(theirs.paused) == [hostile]
        assert sum(lag for partition, lag in theirs.lags().items() if partition.topic == hostile) == 300 - written
    assert await opened(bench) == written


async def test_bytes_count_too(bench: Bench) -> None:
    [topic] = await partners(bench, "large")
    await flood(bench, topic, 200, b"x" * 65_000)
    async with consuming(bench, topic, most=10_000) as subscriber:
        await eventually(lambda: is_paused(subscriber, topic))
    async with bench.database.connection() as connection:
        bytes_ = await connection.fetchval("SELECT sum(octet_length(value)) FROM dead_letter")
    assert bytes_ < MOST_BYTES + BATCH * 65_000


async def test_another_process_and_the_next_start_come_to_the_same_answer(bench: Bench) -> None:
    [topic] = await partners(bench, "restarted")
    await flood(bench, topic, 3 * (MOST + 2 * BATCH))
    async with consuming(bench, topic) as subscriber:
        await eventually(lambda: is_paused(subscriber, topic))
        written = await opened(bench)
        async with consuming(bench, topic) as member:
            await eventually(lambda: is_paused(member, topic))
    async with consuming(bench, topic) as subscriber:
        await eventually(lambda: is_paused(subscriber, topic))
    assert await opened(bench) == written
    waits = "convert_from(body, 'UTF8')::jsonb -> 'data' ->> 'outcome' = 'waits'"
    assert await bench.count("journal", f"topic LIKE 'partner.restarted-%.refusals.v1' AND {waits}") >= 1


async def test_it_goes_on_by_itself_once_enough_is_done_with_and_all_is_there(bench: Bench) -> None:
    [topic] = await partners(bench, "healed")
    await flood(bench, topic, 90)
    await bench.tell(topic, last := uuid4(), 1)
    async with consuming(bench, topic) as subscriber:
        resumer = Resumer(bench.database, [subscriber])
        await eventually(lambda: is_paused(subscriber, topic))
        written = await opened(bench)
        async with bench.database.connection() as connection:
            await resumer.step(connection)
            assert list(subscriber.paused) == [topic], "still at its cap"
            await discarded(bench, topic)
            assert await opened(bench) == 0
            await resumer.step(connection)
        assert subscriber.paused == {}
        await eventually(lambda: are_opened(bench, 90 - written))
        await eventually(lambda: told(bench, last))
    assert await bench.count("dead_letter", "closed_at IS NOT NULL") + await opened(bench) == 90


async def test_the_look_is_bounded_and_goes_by_index(bench: Bench) -> None:
    """However much is open: of this partner's, of the others', and of what is closed long since."""
    async with bench.database.connection() as connection:
        await connection.execute("""
            INSERT INTO dead_letter (id, topic, partition, "offset", value, reason, error, at, closed_at)
            SELECT gen_random_uuid(), 'partner.' || n % 4 || '.answers.v1', 0, n, 'v', 'r', 'e', now(),
                CASE WHEN n % 2 = 0 THEN now() END
            FROM generate_series(1, 40000) AS n
        """)
        await connection.execute("ANALYZE dead_letter")
        [plan] = json.loads(
            await connection.fetchval(
                f"EXPLAIN (ANALYZE, FORMAT JSON) {OPEN}", ["partner.1.answers.v1", "partner.2.answers.v1"], MOST, 1
            )
        )
    scans = list(_scans(plan["Plan"]))
    assert {scan["Relation Name"] for scan in scans} == {"dead_letter"}
    for scan in scans:
        assert "Index" in scan["Node Type"], scan
        assert scan["Actual Rows"] <= MOST, scan


def _scans(node: dict[str, Any]) -> Sequence[dict[str, Any]]:
    here = [node] if "Relation Name" in node else []
    return [*here, *(scan for inner in node.get("Plans", ()) for scan in _scans(inner))]


async def test_the_alarm_names_the_topic_and_the_process_stays_ready(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    [topic] = await partners(bench, "told")
    await flood(bench, topic, 100)
    async with consuming(bench, topic) as subscriber:
        health = Health({"partners": subscriber.trouble}, [subscriber])
        settings = ServiceSettings(alarm_stuck_after_s=0)
        watch = AlarmWatch(
            bench.database, settings, {"partners": subscriber}, bench.relay(), health, Revision("portal")
        )
        await eventually(lambda: is_paused(subscriber, topic))
        with capture_logs() as logs:
            for _ in range(3):
                await watch.look()
            assert alarms(logs) == [("alarm_raised", "partner_paused", topic)], "and none for the lag"
            # No fetch at all of what is paused.
            monkeypatch.setattr(Progress, "_silent_s", lambda *_: 2 * STUCK_AFTER_S)
            assert health.troubles() == {}
            assert list(health.waiting()) == [topic]
            told = {}
            for language in LANGUAGES:
                speak(language, Catalogue("shared.service"))
                told[language] = health.waiting()[topic]
            assert "at most 50 (10,000,000 bytes)" in told["en"]
            assert told["es"].startswith("en pausa: ")
            assert REGISTRY.get_sample_value("pdp_partner_paused", {"topic": topic}) == 1
            await discarded(bench, topic)
            await subscriber.look_again()
            await watch.look()
        assert ("alarm_cleared", "partner_paused", topic) in alarms(logs)


def alarms(logs: list[MutableMapping[str, Any]]) -> list[tuple[str, str, str]]:
    return [(line["event"], line["name"], line["of"]) for line in logs if line["event"].startswith("alarm_")]
