"""What a stage promises about timers, sweeps and commands."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID, uuid4

import pytest

from shared.contracts.event import Cause
from shared.messaging.commands import Commands
from shared.messaging.decision import Decision, SweepRequest, Timer
from shared.messaging.routing import Slice, Slices, at, over
from shared.messaging.sweeps import AIM_S, FEWEST, SweepWorker, aimed
from shared.messaging.timers import TimerWorker, wake
from shared.runtime.clock import now
from shared.runtime.database import Connection
from tests.conformance.stage import Account, Bench, accounts, eventually
from tests.conformance.sweeping import (
    CAUSE,
    CLOCK_TICK,
    SWEPT,
    all_accounts,
    commands,
    opened,
    opener,
    ripe,
    running,
    sweeper,
    swept,
    timer,
)

__all__ = ["commands"]


async def _is(bench: Bench, id_: UUID, *numbers: int) -> bool:
    return await bench.numbers(id_) == numbers


async def test_a_due_moment_is_decided_at_its_time_and_once(bench: Bench, commands: Commands) -> None:
    soon, later = uuid4(), uuid4()
    async with running(timer(bench), timer(bench)):
        await commands.run(accounts, soon, lambda a, _: opened(a, soon, now() + timedelta(seconds=0.3)), CAUSE)
        await commands.run(accounts, later, lambda a, _: opened(a, later, now() + timedelta(hours=1)), CAUSE)
        await eventually(lambda: _is(bench, soon, CLOCK_TICK))
    again = timer(bench)
    async with running(again):
        await again.idle.wait()
    assert await bench.numbers(soon) == (CLOCK_TICK,), "a restart fires nothing twice"
    assert await bench.numbers(later) == ()
    assert await bench.count("timer") == 1


async def test_a_moment_missed_while_nobody_ran_is_made_up_for(bench: Bench, commands: Commands) -> None:
    id_ = uuid4()
    await commands.run(accounts, id_, lambda a, _: opened(a, id_, now() - timedelta(days=2)), CAUSE)
    async with running(timer(bench)):
        await eventually(lambda: _is(bench, id_, CLOCK_TICK))


async def test_a_cancelled_moment_never_comes(bench: Bench, commands: Commands) -> None:
    id_ = uuid4()
    await commands.run(accounts, id_, lambda a, _: opened(a, id_, now() + timedelta(hours=1)), CAUSE)
    await commands.run(accounts, id_, lambda a, _: Decision(a, timers=(Timer("ripe", None),)), CAUSE)
    assert await bench.count("timer") == 0


async def test_a_moment_that_fails_is_put_off_unless_it_was_moved_meanwhile(bench: Bench, commands: Commands) -> None:
    stays, moved, next_month = uuid4(), uuid4(), now() + timedelta(days=30)
    await commands.run(accounts, stays, lambda a, _: opened(a, stays, now()), CAUSE)
    await commands.run(accounts, moved, lambda a, _: opened(a, moved, now()), CAUSE)

    async def fails_while_one_is_moved(_: Connection) -> None:
        await commands.run(accounts, moved, lambda a, _: opened(a, moved, next_month), CAUSE)
        raise ValueError

    failing = at("ripe", accounts, lambda a, now, _: ripe(a, now), reference=fails_while_one_is_moved)
    async with bench.database.connection() as connection:
        await TimerWorker(bench.database, "conformance", (failing,)).step(connection)
        times = {row["aggregate_id"]: row["at"] for row in await connection.fetch("SELECT * FROM timer")}
    assert times[moved] == next_month
    assert now() < times[stays] < next_month


async def test_a_sweep_reaches_every_aggregate_once_in_chunks(
    bench: Bench, commands: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.messaging.sweeps.CHUNK", 7)
    ids = [uuid4() for _ in range(30)]
    await commands.run_many(accounts, {id_: opener(id_) for id_ in ids}, CAUSE)
    await commands.run(accounts, ids[0], lambda a, _: Decision(a, sweeps=(SweepRequest("all"),)), CAUSE)
    async with running(sweeper(bench), sweeper(bench)):
        await eventually(lambda: _swept(bench))
    assert [await bench.numbers(id_) for id_ in ids] == [(SWEPT,)] * 30
    assert await bench.count("journal") == 30


async def test_equal_sweeps_of_one_transaction_are_one(bench: Bench, commands: Commands) -> None:
    ids = [uuid4() for _ in range(3)]

    def asks(id_: UUID, where: str):
        return lambda account, _: Decision(Account(id_, ()), sweeps=(SweepRequest("all", {"area": where}),))

    await commands.run_many(
        accounts, {ids[0]: asks(ids[0], "P01"), ids[1]: asks(ids[1], "P01"), ids[2]: asks(ids[2], "P02")}, CAUSE
    )
    assert await bench.count("sweep") == 2


async def test_a_sweep_that_nobody_has_begun_serves_again_whoever_asked_for_it(
    bench: Bench, commands: Commands
) -> None:
    async def ask(cause: Cause) -> None:
        await commands.run(accounts, uuid4(), _asking, cause)

    def _asking(_: Account | None, __: object) -> Decision[Account]:
        return Decision(Account(uuid4(), ()), sweeps=(SweepRequest("all"),))

    await ask(CAUSE)
    await ask(CAUSE)
    assert await bench.count("sweep") == 1
    await ask(Cause("another-one"))
    assert await bench.count("sweep") == 2, "each names who asked"
    async with bench.database.transaction() as connection:
        # As its worker does, which may have read what there was before.
        await connection.fetch("SELECT id FROM sweep FOR UPDATE")
        await ask(CAUSE)
    assert await bench.count("sweep") == 3
    async with bench.database.connection() as connection:
        await connection.execute("UPDATE sweep SET cursor = gen_random_uuid()")
    await ask(CAUSE)
    assert await bench.count("sweep") == 4


async def test_a_sweep_that_merges_names_who_asked_last(bench: Bench, commands: Commands) -> None:
    async def ask(cause: Cause) -> None:
        sweep = SweepRequest("all", {"b": "2", "a": "1"}, merges=True)
        await commands.run(accounts, uuid4(), lambda *_: Decision(Account(uuid4(), ()), sweeps=(sweep,)), cause)

    await ask(CAUSE)
    await ask(Cause("another-one"))
    async with bench.database.transaction() as connection:
        # As its worker does: from then on the sweep may have read what there was before.
        (row,) = await connection.fetch("SELECT correlation_id FROM sweep FOR UPDATE")
        assert row["correlation_id"] == "another-one"
        await ask(CAUSE)
    assert await bench.count("sweep") == 2


async def test_a_sweep_that_waits_gets_what_else_is_asked_of_it(bench: Bench, commands: Commands) -> None:
    async def ask(args: dict[str, str], also: dict[str, str]) -> None:
        sweep = SweepRequest("all", args, merges=True, also=also)
        await commands.run(accounts, uuid4(), lambda *_: Decision(Account(uuid4(), ()), sweeps=(sweep,)), CAUSE)

    await ask({"a": "1"}, {})
    await ask({"a": "1"}, {"b": "2"})
    await ask({"a": "1"}, {})
    await ask({"a": "2"}, {"b": "2"})
    async with bench.database.connection() as connection:
        rows = await connection.fetch("SELECT args FROM sweep ORDER BY requested_at")
    assert [json.loads(row["args"]) for row in rows] == [{"a": "1", "b": "2"}, {"a": "2", "b": "2"}]


async def test_a_sweep_in_slices_goes_on_where_it_stopped_and_asks_for_what_follows(
    bench: Bench, commands: Commands
) -> None:
    ids = [uuid4() for _ in range(3)]
    await commands.run_many(accounts, {id_: opener(id_) for id_ in ids}, CAUSE)
    stops = [None, *(UUID(int=number) for number in range(1, 4))]
    seen: list[UUID | None] = []

    async def step(_: Connection, args: Mapping[str, str], after: UUID | None) -> Slice:
        seen.append(after)
        following = dict(zip(stops, [*stops[1:], None], strict=True))[after]
        return Slice(following, 10, () if following else (SweepRequest("all", args),))

    sweeps = (Slices("slices", step), over("all", accounts, swept, select=all_accounts))
    for kind in ("all", "slices"):
        request = SweepRequest(kind, {"by": kind})
        await commands.run(accounts, ids[0], partial(_asks, request), CAUSE)
    async with bench.database.connection() as connection:
        worker = SweepWorker(bench.database, "conformance", sweeps)
        await worker.step(connection)
        assert seen == [None], "what is named first goes before what was asked for earlier"
        while await worker.step(connection) == 0:
            pass
    assert seen == stops
    assert [await bench.numbers(id_) for id_ in ids] == [(SWEPT, SWEPT)] * 3
    async with bench.database.connection() as connection:
        rows = await connection.fetch("SELECT kind, touched, correlation_id FROM sweep ORDER BY kind, requested_at")
    assert [tuple(row) for row in rows] == [
        ("all", 3, CAUSE.correlation_id),
        ("all", 3, CAUSE.correlation_id),
        ("slices", 30, CAUSE.correlation_id),
    ]


def _asks(request: SweepRequest, account: Account | None, _: object) -> Decision[Account]:
    return Decision(account, sweeps=(request,))


def test_chunks_are_as_large_as_their_time_allows() -> None:
    assert aimed(100, AIM_S * 2, 500) == 50
    assert aimed(100, AIM_S / 2, 500) == 200
    assert aimed(400, AIM_S / 2, 500) == 500
    assert aimed(100, AIM_S / 9, 500) == 200
    assert aimed(1, 10.0, 500) == FEWEST


async def test_one_aggregate_that_fails_does_not_stop_a_sweep(bench: Bench, commands: Commands) -> None:
    ids = sorted(uuid4() for _ in range(5))
    await commands.run_many(accounts, {id_: opener(id_) for id_ in ids}, CAUSE)
    await commands.run(accounts, ids[2], lambda *_: Decision(Account(ids[2], (SWEPT,))), CAUSE)
    sweep = SweepRequest("all", {"fail": "yes"})
    await commands.run(accounts, ids[0], lambda a, _: Decision(a, sweeps=(sweep,)), CAUSE)
    async with running(sweeper(bench)):
        await eventually(lambda: _swept(bench))
    assert [len(await bench.numbers(id_)) for id_ in ids] == [1] * 5
    assert await bench.count("journal") == 4


async def _swept(bench: Bench) -> bool:
    return await bench.count("sweep", "finished_at IS NULL") == 0


async def test_an_event_carries_the_correlation_of_what_began_its_chain(bench: Bench, topic: str) -> None:
    bench.rule.answer_on = topic
    told = (await bench.tell(topic, uuid4(), 1))[0]
    async with bench.subscriber(topic):
        await eventually(lambda: _journalled(bench, 1))
    async with bench.database.connection() as connection:
        body = await connection.fetchval("SELECT convert_from(body, 'UTF8')::jsonb ->> 'correlationid' FROM journal")
        cause = await connection.fetchval("SELECT convert_from(body, 'UTF8')::jsonb ->> 'causationid' FROM journal")
    assert (body, cause) == (told.cause.correlation_id, str(told.id))


async def _journalled(bench: Bench, wanted: int) -> bool:
    return await bench.count("journal") == wanted


async def test_an_aggregate_is_woken_at_the_earliest_time_or_anew(bench: Bench) -> None:
    id_, hour, start = uuid4(), timedelta(hours=1), now()

    async def woken(at: datetime, *, anew: bool = False) -> datetime:
        async with bench.database.transaction() as connection:
            await wake(connection, "ripe", {id_: CAUSE.correlation_id}, at, anew=anew)
            found: datetime = await connection.fetchval("SELECT at FROM timer WHERE aggregate_id = $1", id_)
        return found

    assert await woken(start + 2 * hour) == start + 2 * hour
    assert await woken(start + 3 * hour) == start + 2 * hour
    assert await woken(start + hour) == start + hour
    assert await woken(start + 3 * hour, anew=True) == start + 3 * hour
    # Due already: it may be decided at this moment by what was known before, so it fires once more.
    assert await woken(start - hour) == start - hour
    assert timedelta(0) < await woken(start + 3 * hour) - now() <= timedelta(minutes=1)
