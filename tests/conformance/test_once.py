"""An event takes effect once, by whichever of its records, and whoever looked at it before could not read it."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from uuid import uuid4

import pytest

from shared.messaging.batch import BatchRunner
from shared.messaging.codec import SKIPPED, Record, encode
from shared.messaging.topics import EVENT_TYPES
from tests.conformance.events import Told
from tests.conformance.stage import Bench, by, envelope


class Log:
    """Records of one key in one partition, as they lie there."""

    def __init__(self, topic: str) -> None:
        self._topic = topic
        self.key = uuid4()
        self._events: dict[int, bytes] = {}
        self._end = 0

    def record(self, number: int) -> Record:
        """The next record, with the event of this number: the same event each time."""
        told = Told(on=self._topic, account=self.key, number=number)
        value = self._events.setdefault(number, encode(envelope(told)))
        self._end += 1
        return Record(self._topic, 0, self._end, str(self.key).encode(), value)

    def records(self, *numbers: int) -> list[Record]:
        return [self.record(number) for number in numbers]


@pytest.fixture
def log(topic: str) -> Log:
    return Log(topic)


@contextmanager
def older_build() -> Iterator[None]:
    """One that does not know the event."""
    kept = EVENT_TYPES.pop(Told.TYPE)
    try:
        yield
    finally:
        EVENT_TYPES[Told.TYPE] = kept


def skipped(record: Record) -> Record:
    return record._replace(refused=SKIPPED)


async def resolve(bench: Bench, resolution: str = "replayed") -> None:
    """Each open letter, oldest first."""
    async with bench.database.connection() as connection:
        letters = await connection.fetch('SELECT id FROM dead_letter WHERE closed_at IS NULL ORDER BY at, "offset"')
    for letter in letters:
        replayed = await bench.replayer.resolve(letter["id"], resolution, by("luis"))  # type: ignore[arg-type]
        assert replayed.error is None
    assert await bench.count("blocked_record") == await bench.count("blocked_key") == 0


@pytest.fixture
def runner(bench: Bench) -> BatchRunner:
    return bench.runner


async def test_the_same_record_is_unknown_to_an_older_build_and_known_to_the_next(
    bench: Bench, runner: BatchRunner, log: Log
) -> None:
    """Its offset was not committed between the two: a rolling deploy."""
    (record,) = log.records(1)
    with older_build():
        await runner.consume([record])
    assert (await runner.consume([record])).duplicate == 1
    await resolve(bench)
    assert await bench.numbers(log.key) == (1,)


@pytest.mark.parametrize("batch", [1, 4])
async def test_a_round_that_goes_out_twice_to_an_older_build(
    bench: Bench, runner: BatchRunner, log: Log, batch: int
) -> None:
    records = log.records(1, 2, 1, 2)
    with older_build():
        for start in range(0, 4, batch):
            await runner.consume(records[start : start + batch])
    await resolve(bench)
    assert await bench.numbers(log.key) == (1, 2)


async def test_a_copy_that_a_newer_build_reads_waits_in_its_place(bench: Bench, runner: BatchRunner, log: Log) -> None:
    with older_build():
        await runner.consume(log.records(1))
    await runner.consume(log.records(2, 1, 2))
    await resolve(bench)
    assert await bench.numbers(log.key) == (1, 2)


async def test_a_topic_that_comes_again_after_a_replay(bench: Bench, runner: BatchRunner, log: Log) -> None:
    records = log.records(1)
    with older_build():
        await runner.consume(records)
    await resolve(bench)
    records += log.records(2)
    await runner.consume(records[1:])
    again = await runner.consume([*records, *log.records(1)])
    assert (again.duplicate, await bench.numbers(log.key)) == (3, (1, 2))


async def test_a_position_that_is_skipped_after_its_event_took_effect(
    bench: Bench, runner: BatchRunner, log: Log
) -> None:
    records = log.records(0, 1, 2)
    await runner.consume(records)
    await runner.consume([skipped(records[0]), *records[1:]])
    await resolve(bench)
    assert await bench.numbers(log.key) == (0, 1, 2)


@pytest.mark.parametrize("first", ["skipped", "unknown", "failed"])
async def test_what_was_set_aside_and_a_copy_behind_it(bench: Bench, runner: BatchRunner, log: Log, first: str) -> None:
    await set_aside(bench, runner, log.record(1), first)
    await runner.consume(log.records(1, 2))
    await resolve(bench)
    assert await bench.numbers(log.key) == (1, 2)


async def set_aside(bench: Bench, runner: BatchRunner, record: Record, how: str) -> None:
    if how == "skipped":
        await runner.consume([skipped(record)])
    elif how == "unknown":
        with older_build():
            await runner.consume([record])
    else:
        bench.rule.failing = lambda _: ValueError("a bug")
        await runner.consume([record])
        bench.rule.failing = lambda _: None
    assert await bench.count("dead_letter", "closed_at IS NULL") == 1


@pytest.mark.parametrize("by", [nullcontext, older_build])
@pytest.mark.parametrize("how", ["skipped", "unknown", "failed"])
async def test_what_was_discarded_does_not_come_back(
    bench: Bench, runner: BatchRunner, log: Log, how: str, by: Callable[[], AbstractContextManager[None]]
) -> None:
    """By whichever build it was discarded, which may not be able to read it."""
    record = log.record(1)
    await set_aside(bench, runner, record, how)
    with by():
        await resolve(bench, "discarded")
    await runner.consume([record, *log.records(1, 2)])
    assert await bench.numbers(log.key) == (2,)


async def test_an_event_still_comes_after_a_record_of_its_id_that_is_not_it(
    bench: Bench, runner: BatchRunner, log: Log
) -> None:
    astray = log.record(1)._replace(key=str(uuid4()).encode())
    await runner.consume([astray])
    await resolve(bench, "discarded")
    await runner.consume(log.records(1))
    assert await bench.numbers(log.key) == (1,)


async def test_what_waits_does_not_wait_twice(bench: Bench, runner: BatchRunner, log: Log) -> None:
    await set_aside(bench, runner, log.record(1), "failed")
    waiting = log.records(2, 3)
    assert (await runner.consume(waiting)).blocked == 2
    assert (await runner.consume(waiting)).duplicate == 2
    await resolve(bench)
    assert await bench.numbers(log.key) == (1, 2, 3)
