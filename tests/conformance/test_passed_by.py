"""What a stage does of events that none of its handlers takes: nothing, until one does."""

from uuid import uuid4

from shared.messaging.batch import BatchRunner, Outcome
from shared.messaging.codec import Record, encode
from shared.messaging.routing import on
from tests.bench.counters import counted
from tests.conformance.events import Noted, Told
from tests.conformance.stage import Bench, accounts, envelope

TOPIC = "t.v1"


async def test_a_batch_without_anything_to_read_asks_the_store_for_nothing(bench: Bench) -> None:
    records = _records(Noted, Noted)
    async with counted(bench.database) as cost:
        assert await bench.runner.consume(records) == Outcome(ignored=2)
    assert cost.round_trips == 0
    assert await bench.count("inbox") == 0


async def test_what_was_passed_by_takes_effect_once_a_build_reads_it(bench: Bench) -> None:
    records = _records(Told, Noted)
    assert await bench.runner.consume(records) == Outcome(applied=1, ignored=1)
    later = BatchRunner(bench.database, "portal", (*bench.routes, on(Noted, accounts, bench.rule.told)))
    assert await later.consume(records) == Outcome(applied=1, duplicate=1)
    assert await later.consume(records) == Outcome(duplicate=2)


async def test_behind_a_blocked_key_it_does_not_wait_and_what_is_read_does(bench: Bench) -> None:
    key = uuid4()
    told = [encode(envelope(event(on=TOPIC, account=key, number=1))) for event in (Noted, Told)]
    records = [Record(TOPIC, 0, offset, str(key).encode(), value) for offset, value in enumerate([b"no event", *told])]
    outcome = await bench.runner.consume(records)
    assert (outcome.dead, outcome.ignored, outcome.blocked) == (1, 1, 1)


async def test_what_nobody_can_read_is_set_aside_whatever_its_type(bench: Bench) -> None:
    (record,) = _records(Noted)
    assert record.value is not None
    wrong = record._replace(value=record.value.replace(b'"specversion":"1.0"', b'"specversion":"9"'))
    unknown = record._replace(offset=9, key=None, value=record.value.replace(Noted.TYPE.encode(), b"never.heard"))
    outcome = await bench.runner.consume([wrong, unknown])
    assert (outcome.dead, outcome.ignored) == (2, 0)


def _records(*events: type[Told]) -> list[Record]:
    told = [envelope(event(on=TOPIC, account=uuid4(), number=1)) for event in events]
    return [Record(TOPIC, 0, place, str(each.data.key).encode(), encode(each)) for place, each in enumerate(told)]
