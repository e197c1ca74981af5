"""What a stage holds in memory is bounded in bytes, whatever the sizes of its events."""

import asyncio
import itertools
import json
import sys
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from aiokafka import AIOKafkaProducer, TopicPartition

from shared.messaging import outbox
from shared.messaging.codec import encode
from shared.messaging.fetching import BATCH_BYTES, SLICE, CarefulConsumer, Fetched
from shared.messaging.journal import LARGEST_BODY
from shared.messaging.outbox import Unpublished
from shared.messaging.producer import DELIVERY_DEADLINE_S, Delivery
from shared.messaging.relay import ROUND_BYTES
from tests.conformance.events import Told
from tests.conformance.relaying import WatchedRelay, published, running
from tests.conformance.stage import Bench, envelope, eventually

MOST_MB = 200
LARGE = "x" * (900 * 1024)


async def _write_large(bench: Bench, topic: str, count: int) -> None:
    """Of about 0.9 MB each, in two of three places behind one that is small."""
    for number in range(count):
        note = LARGE if number % 3 else ""
        await bench.write_down(Told(on=topic, account=uuid4(), number=number, note=note))


async def test_a_round_of_the_relay_and_the_one_ahead_are_bounded_in_bytes(
    bench: Bench, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[int] = []
    publish = WatchedRelay._publish

    async def looks(self: WatchedRelay, entries: Sequence[Unpublished], delivery: Delivery) -> None:
        held.append(sum(len(entry.body) for entry in entries))
        await publish(self, entries, delivery)

    monkeypatch.setattr(WatchedRelay, "_publish", looks)
    await _write_large(bench, topic, 45)
    relay = bench.relay()
    async with running(relay):
        await eventually(lambda: published(bench))
    assert max(held) < ROUND_BYTES + LARGEST_BODY
    assert len(held) >= sum(held) // (ROUND_BYTES + LARGEST_BODY)
    assert sorted(told.number for told in await bench.told_on(topic)) == [*range(45)]


async def test_a_round_that_is_full_by_bytes_has_one_ahead(bench: Bench, topic: str) -> None:
    await _write_large(bench, topic, 30)
    relay = bench.relay()
    async with bench.database.connection() as connection:
        await relay.step(connection)
    assert sum(len(entry.body) for entry in relay._ahead) >= ROUND_BYTES
    await relay.release()


async def test_each_acknowledgement_gives_the_rest_of_a_round_the_deadline_anew(
    bench: Bench, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    deadlines: list[float] = []
    patience: list[asyncio.Timeout] = []
    timeout, send_batch = asyncio.timeout, AIOKafkaProducer.send_batch

    def noted(delay: float) -> asyncio.Timeout:
        made = timeout(delay)
        patience.extend([made] if delay == DELIVERY_DEADLINE_S else [])
        return made

    async def looks(self: AIOKafkaProducer, *args: Any, **more: Any) -> Any:
        deadlines.append(patience[0].when() or 0.0)
        return await send_batch(self, *args, **more)

    monkeypatch.setattr(AIOKafkaProducer, "send_batch", looks)
    key = uuid4()
    await bench.write_down(*(Told(on=topic, account=key, number=number, note=LARGE) for number in range(4)))
    relay = bench.relay()
    async with bench.database.connection() as connection:
        with monkeypatch.context() as noting:
            noting.setattr("shared.messaging.producer.asyncio.timeout", noted)
            await relay.step(connection)
    await relay.release()
    assert len(deadlines) == 4
    assert deadlines == sorted(set(deadlines)), "later with each"


async def test_what_was_acknowledged_is_published_when_the_rest_of_its_round_was_not(
    bench: Bench, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.messaging.producer.DELIVERY_DEADLINE_S", 1.0)
    send_batch, sent = AIOKafkaProducer.send_batch, itertools.count()

    async def stops_answering(self: AIOKafkaProducer, *args: Any, **more: Any) -> Any:
        return asyncio.Future() if next(sent) == 2 else await send_batch(self, *args, **more)

    key = uuid4()
    await bench.write_down(*(Told(on=topic, account=key, number=number, note=LARGE) for number in range(4)))
    relay = bench.relay()
    async with bench.database.connection() as connection:
        with monkeypatch.context() as broken:
            broken.setattr(AIOKafkaProducer, "send_batch", stops_answering)
            await relay.step(connection)
        left = await outbox.unpublished(connection, 10, ROUND_BYTES)
    assert relay.backing_off == {topic}
    await relay.release()
    assert len(left) == 2
    assert [told.number for told in await bench.told_on(topic)] == [0, 1]


async def test_a_look_ahead_that_fails_costs_no_acknowledgement(
    bench: Bench, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.messaging.relay.ROUND", 1)
    await bench.write_down(*(Told(on=topic, account=uuid4(), number=number) for number in range(2)))
    relay = bench.relay()
    async with bench.database.connection() as connection:
        with monkeypatch.context() as broken:
            broken.setattr("shared.messaging.relay.Relay._look_ahead", _fails)
            with pytest.raises(asyncpg.QueryCanceledError):
                await relay.step(connection)
        assert len(await outbox.unpublished(connection, 10, ROUND_BYTES)) == 1
    await relay.release()


async def _fails(*_: object) -> None:
    raise asyncpg.QueryCanceledError("statement timeout")


async def test_a_topic_that_is_backed_off_from_costs_a_round_nothing_however_much_of_it_waits(bench: Bench) -> None:
    async with bench.database.connection() as connection:
        for topic, count in (("away", 20_000), ("well", 10), ("zealous", 10)):
            await connection.execute(_GROW, topic, count)
        await connection.execute("ANALYZE outbox, journal")
        [plan] = json.loads(
            await connection.fetchval(
                f"EXPLAIN (ANALYZE, FORMAT JSON) {outbox._FETCH_IN_TURN}", 2_000, ROUND_BYTES, [], ["away"]
            )
        )
        found = await outbox.unpublished(connection, 2_000, ROUND_BYTES, without=["away"])
        lowest = await outbox.unpublished(connection, 2_000, ROUND_BYTES, [found[0].id], ["away", "zealous"])
    assert [entry.topic for entry in found] == ["well"] * 10 + ["zealous"] * 10
    assert [entry.id for entry in lowest] == [entry.id for entry in found[1:10]]
    nodes = [*_nodes(plan["Plan"])]
    read = sum((node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"] for node in nodes)
    assert read < 500, "each of twenty entries passes through a dozen nodes"
    assert "Seq Scan" not in {node["Node Type"] for node in nodes}


_GROW = """
    WITH written AS (
        INSERT INTO journal (event_id, topic, key, type, body)
        SELECT gen_random_uuid(), $1, gen_random_uuid(), 'grown', convert_to(repeat('x', 900), 'UTF8')
        FROM generate_series(1, $2::int)
        RETURNING id, recorded_at, topic
    )
    INSERT INTO outbox (id, recorded_at, topic) SELECT id, recorded_at, topic FROM written
"""


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("Plans", ()):
        yield from _nodes(child)


async def test_a_batch_counts_keys_too(bench: Bench, topic: str, monkeypatch: pytest.MonkeyPatch) -> None:
    held: list[int] = []
    getmany = CarefulConsumer.getmany

    async def looks(self: CarefulConsumer, *partitions: TopicPartition, **more: Any) -> Fetched:
        found = await getmany(self, *partitions, **more)
        held.append(sum(len(record.key or b"") for records in found.values() for record in records))
        return found

    async def dead() -> bool:
        return await bench.count("dead_letter") == count

    monkeypatch.setattr(CarefulConsumer, "getmany", looks)
    count = 20
    keys = [f"{number}{LARGE}".encode() for number in range(count)]
    await bench.send([(topic, key, b"{}") for key in keys], compression_type="zstd")
    async with bench.subscriber(topic):
        await eventually(dead)
    assert max(held) < BATCH_BYTES + SLICE * len(keys[-1])


async def test_a_backlog_of_large_records_takes_a_process_less_than_200_mb(bench: Bench, topic: str) -> None:
    """They are some bytes on the way and 0.9 MB each when they are here: Kafka's own limits count compressed bytes."""
    count = 150
    told = [envelope(Told(on=topic, account=uuid4(), number=number, note=LARGE)) for number in range(count)]
    await bench.send([(topic, str(one.data.key).encode(), encode(one)) for one in told], compression_type="zstd")
    kafka = bench.broker.settings()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.conformance.eating", bench.database.url, topic, str(count)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    secret = json.dumps(kafka.model_dump() | {"password": kafka.password.get_secret_value()}).encode()
    out, _ = await process.communicate(secret)
    assert process.returncode == 0
    assert int(out.split()[-1]) < MOST_MB
