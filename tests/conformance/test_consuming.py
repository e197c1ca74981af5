"""What a stage promises about the records that it reads."""

import asyncio
import json
import random
from uuid import UUID, uuid4

import pytest
from asyncpg.connection import LoggedQuery

from shared.messaging.codec import Record, encode
from shared.messaging.fetching import CarefulConsumer
from shared.messaging.producer import partition_of
from shared.messaging.subscriber import BatchSubscriber
from tests.conformance.events import Told
from tests.conformance.stage import Bench, by, envelope, eventually


async def _all_have(bench: Bench, keys: list[UUID], *numbers: int) -> bool:
    return all([await _has(bench, key, *numbers) for key in keys])


async def _has(bench: Bench, account: UUID, *numbers: int) -> bool:
    return await bench.numbers(account) == numbers


async def test_every_event_takes_effect_in_order_per_key(bench: Bench, topic: str) -> None:
    keys = [uuid4() for _ in range(6)]
    for number in range(20):
        await asyncio.gather(*(bench.tell(topic, key, number) for key in keys))
    async with bench.subscriber(topic):
        await eventually(lambda: _all_have(bench, keys, *range(20)))


async def test_a_message_delivered_again_changes_nothing(bench: Bench, topic: str) -> None:
    key = uuid4()
    told = envelope(Told(on=topic, account=key, number=1))
    record = (topic, str(key).encode(), encode(told))
    await bench.send([record, record])
    await bench.tell(topic, key, 2)
    async with bench.subscriber(topic):
        await eventually(lambda: _has(bench, key, 1, 2))
    # A group without offsets starts at the beginning: everything comes again.
    await bench.tell(topic, key, 3)
    async with bench.subscriber(topic):
        await eventually(lambda: _has(bench, key, 1, 2, 3))


POISON = {
    "tombstone": None,
    "not_json": b"\xff\xfe not json",
    "deep nesting": b"[" * 100_000,
    "not_an_event": json.dumps([1, 2]).encode(),
    "unknown_type": json.dumps({"specversion": "1.0", "type": "never.heard"}).encode(),
    "wrong_shape": json.dumps({"specversion": "1.0", "type": Told.TYPE, "id": "x"}).encode(),
}


@pytest.mark.parametrize("value", POISON.values(), ids=POISON.keys())
async def test_poison_is_set_aside_and_the_others_go_on(bench: Bench, topic: str, value: bytes | None) -> None:
    before, after, bad = uuid4(), uuid4(), uuid4()
    await bench.tell(topic, before, 1)
    await bench.send([(topic, str(bad).encode(), value)])
    await bench.tell(topic, after, 2)
    async with bench.subscriber(topic):
        await eventually(lambda: _has(bench, before, 1))
        await eventually(lambda: _has(bench, after, 2))
        await eventually(lambda: _letters(bench, 1))
    assert await bench.count("outbox") == 1, "the dead letter is told to the operators in the same transaction"


async def _letters(bench: Bench, wanted: int) -> bool:
    return await bench.count("dead_letter", "resolution IS NULL") == wanted


async def test_a_record_under_a_foreign_key_or_topic_is_poison(bench: Bench, topic: str) -> None:
    key = uuid4()
    wrong_key = encode(envelope(Told(on=topic, account=uuid4(), number=1)))
    wrong_topic = encode(envelope(Told(on="another.v1", account=key, number=1)))
    await bench.send([(topic, str(uuid4()).encode(), wrong_key), (topic, str(key).encode(), wrong_topic)])
    async with bench.subscriber(topic):
        await eventually(lambda: _letters(bench, 2))
    async with bench.database.connection() as connection:
        reasons = {row["reason"] for row in await connection.fetch("SELECT reason FROM dead_letter")}
    assert reasons == {"wrong_key", "wrong_topic"}


@pytest.mark.parametrize("header", [("h", None), ("h", b"\xff\xfe")], ids=["null", "not UTF-8"])
async def test_trap_1_hostile_headers_lose_no_batch(bench: Bench, topic: str, header: tuple[str, bytes]) -> None:
    key = uuid4()
    told = encode(envelope(Told(on=topic, account=key, number=1)))
    await bench.send([(topic, str(key).encode(), told)], headers=[header])
    await bench.tell(topic, key, 2)
    async with bench.subscriber(topic):
        await eventually(lambda: _has(bench, key, 1, 2))


async def test_trap_2_a_nacked_batch_is_rewound_on_every_partition(bench: Bench, topic: str) -> None:
    keys = _one_of_each_partition()
    failures = iter([OSError("store away"), OSError("store away")])
    bench.rule.failing = lambda _: next(failures, None)
    for key in keys:
        await bench.tell(topic, key, 1)
    async with bench.subscriber(topic):
        await eventually(lambda: _all_have(bench, keys, 1))
    partitions = {record.partition for record in await bench.read_all(topic)}
    assert partitions == {0, 1, 2}, "the batch must span partitions to prove anything"


def _one_of_each_partition() -> list[UUID]:
    found: dict[int, UUID] = {}
    while len(found) < 3:
        key = uuid4()
        found.setdefault(partition_of(str(key).encode(), 3), key)
    return list(found.values())


async def test_trap_3_a_handler_that_raises_neither_loses_nor_loops(bench: Bench, topic: str) -> None:
    bad, good = uuid4(), uuid4()
    seen = []

    def failing(event: Told) -> Exception | None:
        seen.append(event.number)
        return ValueError("bug") if event.account == bad else None

    bench.rule.failing = failing
    await bench.tell(topic, bad, 1)
    await bench.tell(topic, good, 2)
    async with bench.subscriber(topic):
        await eventually(lambda: _has(bench, good, 2))
        await eventually(lambda: _letters(bench, 1))
    assert seen.count(1) <= 2, "once in the batch, once alone"


REFUSING = "ALTER TABLE {} ADD CONSTRAINT refusing CHECK (false) NOT VALID"
ACCEPTING = "ALTER TABLE {} DROP CONSTRAINT refusing"


async def test_trap_3_a_batch_that_not_even_dead_letters_can_take_comes_again(bench: Bench, topic: str) -> None:
    """Whatever the store raises: a batch that is not rewound is passed over by the next one's commit."""
    keys = [uuid4() for _ in range(6)]
    async with bench.subscriber(topic) as subscriber:
        async with bench.database.connection() as connection:
            for table in ("inbox", "dead_letter"):
                await connection.execute(REFUSING.format(table))
        await asyncio.gather(*(bench.tell(topic, key, 1) for key in keys))
        await eventually(lambda: _is_in_trouble(subscriber))
        # The inbox alone: an event that was refused a moment ago would be a dead letter else.
        async with bench.database.connection() as connection:
            await connection.execute(ACCEPTING.format("inbox"))
        await asyncio.gather(*(bench.tell(topic, key, 2) for key in keys))
        await eventually(lambda: _all_have(bench, keys, 1, 2))
    assert await bench.count("dead_letter") == 0


async def _is_in_trouble(subscriber: BatchSubscriber) -> bool:
    trouble = subscriber.trouble()
    return trouble is not None and trouble["code"] == "batches_fail"


UNSTORABLE = {
    "NUL in the type": (
        b"c0a8012e-5b1f-4f6a-9d3c-2f6f0a1b2c3d",
        json.dumps({"specversion": "1.0", "type": "a\0b"}).encode(),
    ),
    "a random key of 100 kB": (random.Random(1).randbytes(100_000), b"no event"),
}


@pytest.mark.parametrize(("key", "value"), UNSTORABLE.values(), ids=UNSTORABLE.keys())
async def test_what_a_store_cannot_keep_as_it_is_harms_nobody_else(
    bench: Bench, topic: str, key: bytes, value: bytes
) -> None:
    others = [uuid4() for _ in range(3)]
    told = [envelope(Told(on=topic, account=other, number=1)) for other in others]
    around = [Record(topic, 0, place, str(item.data.key).encode(), encode(item)) for place, item in enumerate(told)]
    hostile = [Record(topic, 0, 10 + place, key, value) for place in range(2)]
    outcome = await bench.runner.consume([around[0], hostile[0], around[1], hostile[1], around[2]])
    assert (outcome.applied, outcome.dead, outcome.blocked) == (3, 1, 1)
    assert await _all_have(bench, others, 1)
    for _ in hostile:
        await bench.replayer.resolve(await _letter(bench), "discarded", by("operator"))
    assert await bench.count("blocked_key") == await bench.count("blocked_record") == 0


async def test_one_key_s_trouble_blocks_that_key_alone_and_replay_releases_in_order(bench: Bench, topic: str) -> None:
    bad, good = uuid4(), uuid4()
    bench.rule.failing = lambda event: ValueError("bug") if event.number == 2 else None
    await bench.tell(topic, bad, 1, 2, 3, 4)
    await bench.tell(topic, good, 1, 3)
    async with bench.subscriber(topic):
        await eventually(lambda: _has(bench, good, 1, 3))
        await eventually(lambda: _blocked(bench, 2))
        await bench.tell(topic, bad, 5)
        await eventually(lambda: _blocked(bench, 3))
        assert await bench.numbers(bad) == (1,)

        still_broken = await bench.replayer.resolve(await _letter(bench), "replayed", by("operator"))
        assert (still_broken.resolved, still_broken.released) == (False, 0)

        bench.rule.failing = lambda _: None
        mended = await bench.replayer.resolve(await _letter(bench), "replayed", by("operator"))
        assert (mended.resolved, mended.released, mended.error) == (True, 3, None)
        assert await bench.numbers(bad) == (1, 2, 3, 4, 5)
        await bench.tell(topic, bad, 6)
        await eventually(lambda: _has(bench, bad, 1, 2, 3, 4, 5, 6))
    assert await bench.count("blocked_key") == 0


async def test_a_discarded_dead_letter_releases_what_waits_and_a_second_failure_blocks_again(
    bench: Bench, topic: str
) -> None:
    key = uuid4()
    bench.rule.failing = lambda event: ValueError("bug") if event.number in {1, 3} else None
    await bench.tell(topic, key, 1, 2, 3, 4)
    async with bench.subscriber(topic):
        await eventually(lambda: _blocked(bench, 3))
    first = await bench.replayer.resolve(await _letter(bench), "discarded", by("operator"))
    assert (first.resolved, first.released, first.error) == (True, 1, "handler_failed")
    assert await bench.numbers(key) == (2,)
    second = await bench.replayer.resolve(await _letter(bench), "discarded", by("operator"))
    assert (second.resolved, second.released, second.error) == (True, 1, None)
    assert await bench.numbers(key) == (2, 4)


async def _blocked(bench: Bench, wanted: int) -> bool:
    return await bench.count("blocked_record") == wanted


async def _letter(bench: Bench) -> UUID:
    async with bench.database.connection() as connection:
        found: UUID = await connection.fetchval("SELECT id FROM dead_letter WHERE resolution IS NULL")
    return found


async def test_two_workers_that_create_the_same_aggregate_lose_nothing(bench: Bench, topic: str) -> None:
    """A new row cannot be locked: the second insert is refused, and its batch decides again on the first's."""
    key = uuid4()
    records = [_record(topic, key, number) for number in range(2)]
    results = await asyncio.gather(*(bench.runner.consume([record]) for record in records), return_exceptions=True)
    for record, result in zip(records, results, strict=True):
        if isinstance(result, BaseException):
            await bench.runner.consume([record])
    assert sorted(await bench.numbers(key)) == [0, 1]


def _record(topic: str, key: UUID, number: int) -> Record:
    return Record(topic, 0, number, str(key).encode(), encode(envelope(Told(on=topic, account=key, number=number))))


async def test_trap_8_the_consumer_s_unsafe_defaults_are_replaced(bench: Bench, topic: str) -> None:
    async with bench.subscriber(topic) as subscriber:
        consumer = subscriber._subscriber.consumer
        assert isinstance(consumer, CarefulConsumer), "FastStream makes its consumers by the broker's builder"
        settings = {
            name: getattr(consumer, f"_{name}")
            for name in ("auto_offset_reset", "enable_auto_commit", "session_timeout_ms", "rebalance_timeout_ms")
        }
        assert settings == {
            "auto_offset_reset": "earliest",
            "enable_auto_commit": False,
            "session_timeout_ms": 30_000,
            "rebalance_timeout_ms": 60_000,
        }
        assert subscriber._subscriber.batch_timeout_ms <= 1, "FastStream sleeps as long after each empty poll"


async def test_trap_10_a_batch_costs_the_same_number_of_statements_whatever_its_size(bench: Bench, topic: str) -> None:
    """No row has a round trip of its own. Counted, never timed."""
    await _statements(bench, topic, 1)  # the connection learns the types it meets
    assert await _statements(bench, topic, 2) == await _statements(bench, topic, 200)


async def _statements(bench: Bench, topic: str, size: int) -> int:
    records = [_record(topic, uuid4(), number) for number in range(size)]
    seen: list[str] = []

    def note(query: LoggedQuery) -> None:
        seen.append(query.query)

    async with bench.database.connection() as connection:
        # The pool hands out the connection that came back last, so the batch runs on this one.
        connection.add_query_logger(note)
    await bench.runner.consume(records)
    async with bench.database.connection() as connection:
        connection.remove_query_logger(note)
    assert seen
    return len(seen)
