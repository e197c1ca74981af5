"""What outsiders write stands for itself: what is refused holds up nothing, and all is judged by its arrival."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import UUID, uuid4

import pytest

from shared.messaging import dead_letters
from shared.messaging.batch import BatchRunner
from shared.messaging.codec import Record, encode
from shared.messaging.decision import Decision, RejectedEventError
from shared.messaging.replay import Replayer
from shared.messaging.routing import none, on_arrival
from shared.messaging.topics import partner_topics
from shared.runtime.clock import now
from tests.conformance.events import Told
from tests.conformance.stage import Account, Bench, accounts, by, envelope, eventually
from tests.conformance.test_dead_letters import garbage, listed, shown, told

ANSWERS = "partner.outsider.answers.v1"
ARRIVED = datetime(2026, 3, 2, 15, tzinfo=UTC)


def at(record: Record, moment: datetime) -> Record:
    return record._replace(arrived_ms=int(moment.timestamp() * 1000))


async def test_what_is_refused_blocks_nothing_that_comes_later(bench: Bench) -> None:
    key = uuid4()
    bench.rule.failing = lambda event: RejectedEventError("not_so") if event.number == 2 else None
    records = [garbage(key, 0, ANSWERS), *(told(key, number, number, ANSWERS) for number in (1, 2, 3))]
    outcome = await bench.runner.consume(records)
    assert (outcome.applied, outcome.dead, outcome.blocked) == (2, 2, 0)
    assert await bench.numbers(key) == (1, 3)
    letters = await listed(bench)
    assert [(letter.reason, letter.behind) for letter in letters] == [("not_json", 0), ("not_so", 0)]
    assert await bench.count("blocked_key") == await bench.count("blocked_record") == 0
    assert await bench.count("journal", "convert_from(body, 'UTF8')::jsonb -> 'data' ->> 'blocked' = 'true'") == 0

    bench.rule.failing = lambda _: None
    await bench.replayer.resolve(letters[1].id, "replayed", by("ana"))
    assert await bench.numbers(key) == (1, 3, 2)
    await bench.replayer.resolve(letters[0].id, "discarded", by("ana"))
    assert await listed(bench) == []
    assert [one.action for one in (await shown(bench, letters[1].id)).actions] == ["replayed"]


@pytest.mark.parametrize("resolved_before", [False, True])
async def test_what_waited_before_is_released_with_its_letter(bench: Bench, *, resolved_before: bool) -> None:
    """Once, a partner's letter blocked its key. What fails of it now is a letter of its own, and the rest goes on."""
    key = uuid4()
    bench.rule.failing = lambda event: RejectedEventError("not_so") if event.number in (1, 3) else None
    await bench.runner.consume([told(key, 1, 0, ANSWERS)])
    [letter] = await listed(bench)
    blocked_by = "INSERT INTO blocked_key (topic, key, dead_letter_id) VALUES ($1, $2, $3)"
    async with bench.database.transaction() as connection:
        await connection.execute(blocked_by, ANSWERS, str(key).encode(), letter.id)
        await dead_letters.block(connection, [told(key, number, number, ANSWERS) for number in (2, 3, 4)], now())
        if resolved_before:
            await connection.execute("UPDATE dead_letter SET resolution = 'discarded' WHERE id = $1", letter.id)
    replayed = await bench.replayer.resolve(letter.id, "discarded", by("ana"))
    assert (replayed.resolved, replayed.released, replayed.next) == (True, 2, None)
    assert await bench.numbers(key) == (2, 4)
    [left] = await listed(bench)
    assert (left.reason, left.behind, left.offset) == ("not_so", 0, 3)
    assert await bench.count("blocked_key") == await bench.count("blocked_record") == 0


async def test_a_stage_s_own_topic_keeps_its_order(bench: Bench) -> None:
    key = uuid4()
    bench.rule.failing = lambda event: RejectedEventError("not_so") if event.number == 1 else None
    outcome = await bench.runner.consume([told(key, 1, 0), told(key, 2, 1)])
    assert (outcome.dead, outcome.blocked) == (1, 1)


class Clocked:
    """A stage that writes down when what it is told arrived, if it arrived in time."""

    def __init__(self, bench: Bench) -> None:
        self.arrivals: list[datetime] = []
        self.latest = ARRIVED
        self.routes = (on_arrival(Told, accounts, self._told, reference=none),)
        self.runner = BatchRunner(bench.database, "portal", self.routes)
        self.replayer = Replayer(bench.database, "portal", self.runner)

    def _told(
        self, known: Account | None, event: Told, arrived_at: datetime, at: datetime, _: None
    ) -> Decision[Account]:
        assert arrived_at <= at
        self.arrivals.append(arrived_at)
        if arrived_at > self.latest:
            raise RejectedEventError("too_late")
        before = known or Account(event.account, ())
        return Decision(replace(before, numbers=(*before.numbers, event.number)))


async def test_an_arrival_is_kept_with_what_is_set_aside_and_with_what_waits(bench: Bench) -> None:
    key, later = uuid4(), ARRIVED + timedelta(minutes=5)
    clocked = Clocked(bench)
    await clocked.runner.consume([at(told(key, 1, 0), later), at(told(key, 2, 1), ARRIVED)])
    clocked.arrivals.clear()
    clocked.latest = later
    [letter] = await listed(bench)
    await clocked.replayer.resolve(letter.id, "replayed", by("ana"))
    assert clocked.arrivals == [later, ARRIVED]
    assert await bench.numbers(key) == (1, 2)


async def test_where_nobody_said_when_it_arrived_it_had_when_it_was_set_aside(bench: Bench) -> None:
    key = uuid4()
    clocked = Clocked(bench)
    await clocked.runner.consume([at(told(key, 1, 0), ARRIVED + timedelta(minutes=5)), told(key, 2, 1)])
    async with bench.database.transaction() as connection:
        await connection.execute("UPDATE dead_letter SET arrived_ms = NULL, at = $1", ARRIVED)
        await connection.execute("UPDATE blocked_record SET arrived_ms = NULL, at = $1", ARRIVED)
    clocked.arrivals.clear()
    [letter] = await listed(bench)
    await clocked.replayer.resolve(letter.id, "replayed", by("ana"))
    assert clocked.arrivals == [ARRIVED, ARRIVED]


async def test_nothing_arrived_after_it_was_consumed_and_nobody_s_clock_but_the_broker_s_counts(bench: Bench) -> None:
    clocked = Clocked(bench)
    clocked.latest = now() + timedelta(days=1)
    before = now()
    ahead, without = told(uuid4(), 1, 0), told(uuid4(), 1, 1)
    await clocked.runner.consume([at(ahead, now() + timedelta(hours=1)), without])
    assert all(before <= arrived <= now() for arrived in clocked.arrivals)


async def test_the_broker_says_when_a_record_arrived(bench: Bench, topic: str) -> None:
    """Not its writer, who is ten years behind here. Where a topic has only the writer's time, nobody says it."""
    clocked = Clocked(bench)
    clocked.latest = now() + timedelta(days=1)
    behind = partner_topics("outsider")[1].config
    judged = await bench.broker.create_topic(f"partner.{uuid4().hex[:8]}.answers.v1", 1, **behind)
    long_ago = int((now() - timedelta(days=3650)).timestamp() * 1000)
    keys = {name: uuid4() for name in (judged, topic)}
    for name, key in keys.items():
        await bench.send(
            [(name, str(key).encode(), encode(envelope(Told(on=name, account=key, number=1))))], timestamp_ms=long_ago
        )
    sent = now()
    for name, key in keys.items():
        async with replace(bench, routes=clocked.routes).subscriber(name):
            await eventually(partial(_told, bench, key))
    by_the_broker, by_nobody = clocked.arrivals
    assert abs(by_the_broker - sent) < timedelta(minutes=1)
    assert sent <= by_nobody <= now()


async def _told(bench: Bench, key: UUID) -> bool:
    return await bench.numbers(key) == (1,)
