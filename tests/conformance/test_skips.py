"""A record that a service cannot get past is passed by where an operator says so, and becomes a dead letter."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from shared.i18n import LANGUAGES, Catalogue, Language
from shared.messaging import skips, tables
from shared.messaging.batch import BatchRunner
from shared.messaging.codec import SKIPPED, Record, encode, record_id
from shared.messaging.dead_letter_queries import VALUE_NOT_KEPT
from shared.messaging.dlq_limit import DlqLimit, Resumer
from shared.messaging.producer import partition_of
from shared.messaging.skips import Position, Skip, Skips, Standing
from shared.messaging.topics import MAX_EVENT_BYTES
from tests.conformance.events import Told
from tests.conformance.fatal import FATAL
from tests.conformance.stage import Bench, by, envelope, eventually
from tests.conformance.test_dead_letters import listed, shown, told
from tests.conftest import Broker
from tests.faults import stage
from tests.faults.plant import START_S
from tests.faults.worker import Worker, environment

TOPIC = "conformance.dead-letters.v1"


async def skipping(bench: Bench, *offsets: int, limit: DlqLimit | None = None) -> BatchRunner:
    """A runner of a process that knows of these."""
    known = Skips()
    async with bench.database.connection() as connection:
        for offset in offsets:
            await skips.ask(connection, Skip(topic=TOPIC, partition=0, offset=offset, reason="it kills us"), by("ana"))
        await known.load(connection)
    return BatchRunner(bench.database, "portal", bench.routes, limit, known)


async def test_it_becomes_a_dead_letter_with_its_value_and_with_who_wished_it_and_why(bench: Bench) -> None:
    bad, good = uuid4(), uuid4()
    runner = await skipping(bench, 1)
    records = [told(bad, 1, 0), told(bad, 2, 1), told(bad, 3, 2), told(good, 1, 3)]
    outcome = await runner.consume(records)
    assert (outcome.applied, outcome.dead, outcome.blocked) == (2, 1, 1)
    [letter] = await listed(bench)
    assert (letter.reason, letter.offset, letter.behind) == ("skipped", 1, 1)
    whole = await shown(bench, letter.id)
    assert [(one.action, one.by, one.reason) for one in whole.actions] == [("skipped", "ana", "it kills us")]
    assert (await runner.consume(records)).duplicate == 4, "however often it comes"

    await bench.replayer.resolve(letter.id, "replayed", by("luis"))
    assert (await bench.numbers(bad), await bench.numbers(good)) == ((1, 2, 3), (1,))


async def test_behind_a_blocked_key_it_keeps_its_reason(bench: Bench) -> None:
    key = uuid4()
    bench.rule.failing = lambda event: ValueError("bug") if event.number == 1 else None
    await (await skipping(bench, 1)).consume([told(key, 1, 0), told(key, 2, 1)])
    [first] = await listed(bench)
    await bench.replayer.resolve(first.id, "discarded", by("ana"))
    [second] = await listed(bench)
    assert (second.reason, second.offset) == ("skipped", 1)
    assert [one.action for one in (await shown(bench, second.id)).actions] == ["skipped"]


async def test_an_operator_s_wish_is_no_fault_of_the_build(bench: Bench) -> None:
    runner = await skipping(bench, *range(10), limit=DlqLimit(max_ratio=0.1, min_count=1, window=10))
    assert (await runner.consume([told(uuid4(), 1, offset) for offset in range(10)])).dead == 10


async def test_a_process_that_runs_hears_of_it(bench: Bench) -> None:
    known = Skips()
    resumer = Resumer(bench.database, [], known)
    async with bench.database.connection() as connection:
        await skips.ask(connection, Skip(topic=TOPIC, partition=0, offset=0, reason="it hangs"), by("ana"))
        await resumer.step(connection)
    [marked] = await known.mark(bench.database, [told(uuid4(), 1, 0)])
    assert marked.refused is not None
    assert marked.refused.reason == SKIPPED.reason


async def test_a_wish_is_open_until_its_record_came(bench: Bench) -> None:
    """As a dead letter, behind one, or as what the inbox knew already."""

    async def open_() -> list[int]:
        async with bench.database.connection() as connection:
            return [wish.offset for wish in await skips.wishes(connection)]

    key, known = uuid4(), told(uuid4(), 1, 7)
    await bench.runner.consume([known])
    runner = await skipping(bench, 0, 1, 2, 9)
    assert await open_() == [0, 1, 2, 9]
    await runner.consume([told(key, 1, 0), told(key, 2, 1), known._replace(offset=2)])
    assert await open_() == [9]
    async with bench.database.connection() as connection:
        assert await skips.withdraw(connection, Position(topic=TOPIC, partition=0, offset=0), by("ana")) is None


async def test_a_wish_that_was_taken_back_counts_no_more_whatever_a_process_has_heard(bench: Bench) -> None:
    runner = await skipping(bench, 0, 1)
    async with bench.database.connection() as connection:
        await skips.withdraw(connection, Position(topic=TOPIC, partition=0, offset=0), by("ana"))
    outcome = await runner.consume([told(uuid4(), 1, 0), told(uuid4(), 1, 1)])
    assert (outcome.applied, outcome.dead) == (1, 1)


@pytest.mark.parametrize(
    ("offset", "found", "code"),
    [
        (4, Standing(0), "topic_missing"),
        (4, Standing(2), "partition_unknown"),
        (4, Standing(3, 0, 4, 0), "position_beyond"),
        (4, Standing(3, 0, 9, 5), "position_consumed"),
        (4, Standing(3, 5, 9, None), "position_removed"),
        (4, Standing(3, 0, 9, 4), None),
        (4, Standing(3, 4, 5, None), None),
    ],
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_position_that_nobody_can_mean_is_told_what_to_do(
    offset: int, found: Standing, code: str | None, language: Language
) -> None:
    fault = skips.fault(Position(topic=TOPIC, partition=2, offset=offset), found)
    assert (fault and fault["code"]) == code
    if fault:
        sentence = Catalogue("shared.service").text(fault["code"], language, **fault["params"])
        assert sentence not in ("", fault["code"])


@pytest.mark.parametrize("known", ["applied", "copied", "not an event", "skipped by the build before"])
async def test_what_the_inbox_knows_is_a_duplicate_whatever_is_wished(bench: Bench, known: str) -> None:
    """Its group is set back, or somebody wrote the wish by hand for a position that is past."""
    key = uuid4()
    record = told(key, 1, 4)
    if known == "not an event":
        record = record._replace(value=b"-")
    before = record._replace(offset=2) if known == "copied" else record
    if known == "skipped by the build before":
        async with bench.database.connection() as connection:
            await connection.execute("INSERT INTO inbox (message_id) VALUES ($1)", record_id(record))
    else:
        await bench.runner.consume([before])
    letters = await listed(bench)
    outcome = await (await skipping(bench, 4)).consume([record])
    assert (outcome.duplicate, outcome.dead) == (1, 0)
    assert await listed(bench) == letters


@pytest.mark.parametrize("forgotten", [False, True])
async def test_what_was_skipped_takes_effect_once_however_it_comes_again(bench: Bench, *, forgotten: bool) -> None:
    """As a copy that was sent again, and as itself, also when the wish is forgotten."""
    key = uuid4()
    runner = await skipping(bench, 0)
    record = told(key, 1, 0)
    await runner.consume([record])
    [letter] = await listed(bench)
    await bench.replayer.resolve(letter.id, "replayed", by("luis"))
    again = bench.runner if forgotten else runner
    assert (await again.consume([record, record._replace(offset=9)])).duplicate == 2
    assert await bench.numbers(key) == (1,)


async def test_a_replay_of_what_was_not_kept_says_so_and_the_letter_keeps_its_reason(bench: Bench) -> None:
    """Also of one that waited behind another: its reason outlives its value."""
    key, value = str(uuid4()).encode(), b" " * (MAX_EVENT_BYTES + 1)
    await bench.runner.consume([Record(TOPIC, 0, offset, key, value) for offset in range(2)])
    assert await bench.count("blocked_record", "value IS NULL") == 1
    for offset in range(2):
        [letter] = await listed(bench)
        assert (letter.reason, letter.offset, letter.error) == ("too_large", offset, f"{len(value)} bytes")
        replayed = await bench.replayer.resolve(letter.id, "replayed", by("ana"))
        assert (replayed.resolved, replayed.error) == (False, VALUE_NOT_KEPT)
        [again] = await listed(bench)
        assert (again.reason, again.error, again.attempts) == ("too_large", letter.error, 2)
        assert [one.reason for one in (await shown(bench, letter.id)).actions] == [VALUE_NOT_KEPT]
        await bench.replayer.resolve(letter.id, "discarded", by("ana"))
    assert await listed(bench) == []


@pytest.fixture
async def dying(bench: Bench, broker: Broker, store_url: str, tmp_path: Path) -> tuple[Worker, str]:
    """A process that its first record will kill at every start, and its topic."""
    async with bench.database.connection() as connection:
        for statement in stage.STATEMENTS[len(tables.ALL) :]:
            await connection.execute(statement)
    kafka, name = broker.settings(), f"dying.{uuid4().hex}"
    topics = [await broker.create_topic(f"{name}.{kind}.v1") for kind in ("told", "noted")]
    settings = environment(store_url, kafka, topics)
    return Worker("1", settings, tmp_path / "service.log", module="tests.conformance.fatal"), topics[0]


async def test_a_process_that_dies_at_each_start_gets_past_it(
    bench: Bench, dying: tuple[Worker, str], store_url: str
) -> None:
    """By the statement of the runbook: nobody answers HTTP for long enough."""
    worker, topic = dying
    key = uuid4()
    values = [encode(envelope(Told(on=topic, account=key, number=number))) for number in (12, 13)]
    assert FATAL in values[1]
    other = encode(envelope(Told(on=topic, account=(free := uuid4()), number=1)))
    keyed = [(str(key).encode(), value) for value in values] + [(str(free).encode(), other)]
    await bench.send([(topic, each, value) for each, value in keyed])
    store = await asyncpg.connect(store_url)
    for _ in range(2):
        worker.start()
        await eventually(lambda: _is_dead(worker), START_S)
    await store.execute(
        "INSERT INTO skip (topic, partition, \"offset\", reason, by) VALUES ($1, $2, 1, 'it kills us', 'ana')",
        topic,
        partition_of(str(key).encode(), 3),
    )
    worker.start()
    await eventually(lambda: _has(store, key, [12]), START_S)
    await eventually(lambda: _has(store, free, [1]), START_S)
    assert await store.fetchval("SELECT reason FROM dead_letter") == "skipped"
    assert await store.fetchval("SELECT by FROM dead_letter_action WHERE action = 'skipped'") == "ana"
    assert await worker.stop()
    await store.close()


async def _is_dead(worker: Worker) -> bool:
    return worker.process is not None and worker.process.poll() is not None


async def _has(store: Any, key: UUID, numbers: Sequence[int]) -> bool:
    rows = await store.fetch("SELECT number FROM effect WHERE hop = 1 AND key = $1 ORDER BY serial", key)
    return [row["number"] for row in rows] == [*numbers]
