"""What must be unique besides an aggregate's own key: a conflict is its record's trouble, and never tried for ever."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID, uuid4

import asyncpg
import pytest

from deploy.target.services import present
from shared.contracts.event import Cause
from shared.messaging.codec import Record, encode
from shared.messaging.commands import About, Commands, CommandUnit
from shared.messaging.decision import Decision, Refused
from shared.messaging.routing import at
from shared.messaging.timers import TimerWorker
from shared.runtime.database import Connection
from tests.conformance.events import Told
from tests.conformance.stage import Account, Bench, accounts, envelope
from tests.conftest import Migrated

CAUSE = Cause(correlation_id="unique")
TAKEN = 7


@pytest.fixture(autouse=True)
async def second_index(bench: Bench) -> None:
    """No two accounts begin with the same number."""
    async with bench.database.connection() as connection:
        await connection.execute("CREATE UNIQUE INDEX account_first ON account ((numbers -> 0))")


async def test_a_record_that_meets_another_unique_index_is_set_aside(bench: Bench, topic: str) -> None:
    keys = [uuid4() for _ in range(3)]
    numbers = zip(keys, (TAKEN, TAKEN, 8), strict=True)
    outcome = await bench.runner.consume([_told(topic, *each, offset) for offset, each in enumerate(numbers)])
    assert (outcome.applied, outcome.dead) == (2, 1)
    assert [await bench.numbers(key) for key in keys] == [(TAKEN,), (), (8,)]
    assert await bench.count("dead_letter", "error = 'UniqueViolationError'") == 1


def _told(topic: str, key: UUID, number: int, offset: int) -> Record:
    return Record(topic, 0, offset, str(key).encode(), encode(envelope(Told(on=topic, account=key, number=number))))


def _open(
    id_: UUID, known: Callable[[object], bool]
) -> Callable[[Account | None, object], Decision[Account] | Refused]:
    def decide(_: Account | None, found: object) -> Decision[Account] | Refused:
        return Refused("invalid", "taken") if known(found) else Decision(Account(id_, (TAKEN,)))

    return decide


async def test_of_two_commands_that_want_the_same_the_second_decides_again_on_what_the_first_wrote(
    bench: Bench,
) -> None:
    both_looked, asked = asyncio.Barrier(2), 0

    async def taken(connection: Connection, _: Sequence[str]) -> bool:
        nonlocal asked
        asked += 1
        found: bool = await connection.fetchval("SELECT EXISTS (SELECT FROM account WHERE numbers -> 0 = '7')")
        if asked <= both_looked.parties:
            await both_looked.wait()
        return found

    async def run(id_: UUID) -> Account | Refused:
        commands = Commands(bench.database, "conformance")
        return await commands.run(accounts, id_, _open(id_, bool), CAUSE, About(taken, ()))

    outcomes = await asyncio.gather(*(run(uuid4()) for _ in range(2)))
    assert {type(outcome) for outcome in outcomes} == {Account, Refused}
    assert asked == both_looked.parties + 1


async def test_of_two_commands_over_several_the_second_decides_again_too(bench: Bench) -> None:
    """Seen: 500 for the second of two, where a command on one aggregate is told what the first wrote."""
    both_looked, asked = asyncio.Barrier(2), 0

    async def run(id_: UUID, other: UUID) -> bool:
        async def decide(unit: CommandUnit) -> bool:
            nonlocal asked
            asked += 1
            found: bool = await unit.connection.fetchval("SELECT EXISTS (SELECT FROM account WHERE numbers -> 0 = '7')")
            if asked <= both_looked.parties:
                await both_looked.wait()
            await unit.load(accounts, [id_, other])
            for each, number in ((id_, TAKEN), (other, TAKEN + asked)):
                if not found:
                    unit.apply(accounts, each, Decision(Account(each, (number,))))
            return found

        return await Commands(bench.database, "conformance").run_unit(CAUSE, decide)

    assert {*await asyncio.gather(run(uuid4(), uuid4()), run(uuid4(), uuid4()))} == {True, False}
    assert asked == both_looked.parties + 1


async def test_two_commands_that_lock_crosswise_are_both_decided(bench: Bench) -> None:
    one, other, both_locked, asked = uuid4(), uuid4(), asyncio.Barrier(2), 0

    async def run(first: UUID, second: UUID) -> None:
        async def decide(unit: CommandUnit) -> None:
            nonlocal asked
            asked += 1
            await unit.load(accounts, [first])
            if asked <= both_locked.parties:
                await both_locked.wait()
            await unit.load(accounts, [second])
            for id_ in (first, second):
                before = unit.state(accounts, id_)
                assert before is not None
                unit.apply(accounts, id_, Decision(Account(id_, (*before.numbers, asked))))

        await Commands(bench.database, "conformance").run_unit(CAUSE, decide)

    commands = Commands(bench.database, "conformance")
    for number, id_ in enumerate((one, other)):
        await commands.run(accounts, id_, lambda *_, id_=id_, number=number: Decision(Account(id_, (number,))), CAUSE)
    await asyncio.gather(run(one, other), run(other, one))
    assert asked == both_locked.parties + 1
    assert {len(await bench.numbers(id_)) for id_ in (one, other)} == {3}


async def test_a_command_that_meets_it_each_time_fails_with_it(bench: Bench) -> None:
    commands, first, second = Commands(bench.database, "conformance"), uuid4(), uuid4()
    await commands.run(accounts, first, _open(first, lambda _: False), CAUSE)
    with pytest.raises(asyncpg.UniqueViolationError):
        await commands.run(accounts, second, _open(second, lambda _: False), CAUSE)


async def test_a_timer_that_meets_it_is_put_off(bench: Bench) -> None:
    commands, first, second = Commands(bench.database, "conformance"), uuid4(), uuid4()
    await commands.run(accounts, first, _open(first, lambda _: False), CAUSE)

    def ripe(_: Account | None, __: datetime) -> Decision[Account]:
        return Decision(Account(second, (TAKEN,)))

    async with bench.database.connection() as connection:
        await connection.execute("INSERT INTO timer VALUES ('ripe', $1, now(), 'unique')", second)
        assert await TimerWorker(bench.database, "conformance", (at("ripe", accounts, ripe),)).step(connection) == 0
    assert await bench.count("timer", "at > now()") == 1


@pytest.mark.parametrize("service", present())
async def test_every_primary_key_has_the_name_by_which_a_conflict_on_it_is_known(
    service: str, migrated: Migrated
) -> None:
    connection = await asyncpg.connect(await migrated(service), timeout=10)
    other = await connection.fetch(
        "SELECT conname FROM pg_constraint JOIN pg_class AS t ON t.oid = conrelid"
        " WHERE contype = 'p' AND conname <> relname || '_pkey' AND relname <> 'alembic_version'"
        " AND relnamespace = 'public'::regnamespace"
    )
    await connection.close()
    assert not other
