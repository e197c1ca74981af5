"""What a stage does of events that none of its handlers takes: nothing, until one does."""

from functools import partial
from uuid import uuid4

import pytest

from shared.contracts.event import Actor
from shared.messaging.batch import BatchRunner, Outcome
from shared.messaging.codec import Record, encode
from shared.messaging.replay import Replayer
from shared.messaging.routing import on
from shared.messaging.unit_of_work import unit_of_work
from tests.bench.counters import counted
from tests.conformance.events import Noted, Told
from tests.conformance.stage import Bench, accounts, by, envelope

TOPIC = "t.v1"


async def test_a_batch_without_anything_to_read_asks_only_whether_a_key_is_blocked(bench: Bench) -> None:
    records = _records(Noted, Noted)
    async with counted(bench.database) as cost:
        assert await bench.runner.consume(records) == Outcome(ignored=2)
    assert cost.statements == 1
    assert await bench.count("inbox") == 0


async def test_what_was_passed_by_takes_effect_once_a_build_reads_it(bench: Bench) -> None:
    records = _records(Told, Noted)
    assert await bench.runner.consume(records) == Outcome(applied=1, ignored=1)
    later = BatchRunner(bench.database, "portal", (*bench.routes, on(Noted, accounts, bench.rule.told)))
    assert await later.consume(records) == Outcome(applied=1, duplicate=1)
    assert await later.consume(records) == Outcome(duplicate=2)


@pytest.mark.parametrize("together", [True, False])
async def test_behind_a_blocked_key_it_waits_in_its_order_for_a_build_that_reads_it(
    bench: Bench, *, together: bool
) -> None:
    key = uuid4()
    events = [envelope(event(on=TOPIC, account=key, number=n)) for n, event in enumerate((Noted, Told, Noted, Told))]
    records = [Record(TOPIC, 0, offset, str(key).encode(), encode(each)) for offset, each in enumerate(events)]
    bench.rule.failing = lambda event: ValueError() if event.number == 1 else None
    for part in [records] if together else [[each] for each in records]:
        await bench.runner.consume(part)
    assert (await bench.count("dead_letter"), await bench.count("blocked_record")) == (1, 2)
    assert await bench.runner.consume(records) == Outcome(ignored=1, duplicate=3)
    bench.rule.failing = lambda _: None
    routes = (*bench.routes, on(Noted, accounts, bench.rule.told))
    replayer = Replayer(bench.database, "portal", BatchRunner(bench.database, "portal", routes))
    async with bench.database.connection() as connection:
        letter = await connection.fetchval("SELECT id FROM dead_letter")
    await replayer.resolve(letter, "replayed", by("somebody"))
    assert await bench.numbers(key) == (1, 2, 3)


async def test_what_was_released_unread_waits_again_when_it_comes_again(bench: Bench) -> None:
    key = uuid4()
    events = [envelope(event(on=TOPIC, account=key, number=n)) for n, event in enumerate((Noted, Told, Noted))]
    records = [Record(TOPIC, 0, offset, str(key).encode(), encode(each)) for offset, each in enumerate(events)]
    later = BatchRunner(bench.database, "portal", (*bench.routes, on(Noted, accounts, bench.rule.told)))
    for failing, runner in ((Told, bench.runner), (Noted, later)):
        bench.rule.failing = partial(_fails, failing)
        await runner.consume(records)
        assert await bench.count("blocked_record") == 1
        bench.rule.failing = lambda _: None
        async with bench.database.connection() as connection:
            letter = await connection.fetchval("SELECT id FROM dead_letter WHERE closed_at IS NULL")
        await Replayer(bench.database, "portal", runner).resolve(letter, "replayed", by("somebody"))
    assert await bench.numbers(key) == (1, 0, 2)


async def test_what_is_replayed_and_not_read_is_not_claimed(bench: Bench) -> None:
    (record,) = _records(Noted)
    async with unit_of_work(bench.database, "portal") as work:
        await bench.runner.decide_again(work, record, Actor("somebody"))
    later = BatchRunner(bench.database, "portal", (*bench.routes, on(Noted, accounts, bench.rule.told)))
    assert await later.consume([record]) == Outcome(applied=1)


async def test_what_nobody_can_read_is_set_aside_whatever_its_type(bench: Bench) -> None:
    (record,) = _records(Noted)
    assert record.value is not None
    wrong = record._replace(value=record.value.replace(b'"specversion":"1.0"', b'"specversion":"9"'))
    unknown = record._replace(offset=9, key=None, value=record.value.replace(Noted.TYPE.encode(), b"never.heard"))
    outcome = await bench.runner.consume([wrong, unknown])
    assert (outcome.dead, outcome.ignored) == (2, 0)


def _fails(type_: type[Told], event: Told) -> Exception | None:
    """The first of a kind."""
    return ValueError() if type(event) is type_ and event.number < 2 else None


def _records(*events: type[Told]) -> list[Record]:
    told = [envelope(event(on=TOPIC, account=uuid4(), number=1)) for event in events]
    return [Record(TOPIC, 0, place, str(each.data.key).encode(), encode(each)) for place, each in enumerate(told)]
