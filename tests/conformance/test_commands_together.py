"""Commands that are decided together, or at once."""

import asyncio
from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from asyncpg.connection import LoggedQuery

from shared.messaging.commands import Commands, Decide
from shared.messaging.decision import Decision, Refused
from shared.messaging.idempotency import KEY_REUSED, Again, Once
from shared.messaging.routing import none
from tests.conformance.stage import Account, Bench, accounts, eventually
from tests.conformance.sweeping import CAUSE, opener


@pytest.fixture
def commands(bench: Bench) -> Commands:
    return Commands(bench.database, "conformance")


async def test_a_refused_command_writes_nothing_and_the_others_go_in(bench: Bench, commands: Commands) -> None:
    good, bad = uuid4(), uuid4()
    refused = Refused("conflict", "no")
    decide: dict[UUID, Decide[Account, None]] = {good: opener(good), bad: lambda *_: refused}
    outcomes = await commands.run_many(accounts, decide, CAUSE)
    assert outcomes == {good: Account(good, ()), bad: refused}
    assert await bench.count("account") == 1


async def test_two_commands_on_the_same_new_aggregate_both_count(bench: Bench, commands: Commands) -> None:
    id_ = uuid4()

    def add(number: int) -> Decide[Account, None]:
        def decide(account: Account | None, _: None) -> Decision[Account] | Refused:
            before = account or Account(id_, ())
            return Decision(replace(before, numbers=(*before.numbers, number)))

        return decide

    async def run(number: int) -> None:
        await commands.run(accounts, id_, add(number), CAUSE)

    await asyncio.gather(*(run(number) for number in range(5)))
    assert sorted(await bench.numbers(id_)) == [0, 1, 2, 3, 4]


async def test_groups_whose_repeats_are_of_each_other_wait_and_do_not_lock_crosswise(
    bench: Bench, commands: Commands
) -> None:
    """What is repeated is locked with what is decided, in one order."""
    locked: list[list[UUID]] = []
    two, one = sorted((uuid4(), uuid4()), key=lambda id_: id_.int, reverse=True)
    await commands.run_once(accounts, one, opener(one), CAUSE, none, Once(b"key", b"request"))
    await commands.run(accounts, two, opener(two), CAUSE)

    def note(query: LoggedQuery) -> None:
        if query.query.endswith("FOR UPDATE"):
            locked.append(list(query.args[0]))

    async with bench.database.connection() as connection:
        connection.add_query_logger(note)
    again = await commands.run_once(accounts, two, opener(two), CAUSE, none, Once(b"key", b"request"))
    other = await commands.run_once(accounts, two, opener(two), CAUSE, none, Once(b"key", b"another"))
    assert again == Again(Account(one, ()), one)
    assert other == KEY_REUSED
    assert locked == [[one, two], [two]], "at once; and nothing of what is not repeated"


async def test_what_refuses_a_repeat_may_be_what_the_first_did_meanwhile(bench: Bench, commands: Commands) -> None:
    """The second one waits for the first one's lock, and had looked for an answer before."""
    id_ = uuid4()
    await commands.run(accounts, id_, opener(id_), CAUSE)

    def once(account: Account | None, _: None) -> Decision[Account] | Refused:
        assert account is not None
        return Refused("conflict", "twice") if account.numbers else Decision(replace(account, numbers=(1,)))

    async with bench.database.transaction() as connection:
        await accounts.load_many(connection, [id_])
        second = asyncio.create_task(commands.run_once(accounts, id_, once, CAUSE, none, Once(b"key", b"request")))
        await eventually(lambda: waits(bench))
        await accounts.save_many(connection, (), [Account(id_, (1,))])
        await connection.execute("INSERT INTO idempotency VALUES ('key', 'request', $1, now())", id_.bytes + id_.bytes)
    assert await second == Again(Account(id_, (1,)), id_)


async def waits(bench: Bench) -> bool:
    async with bench.database.connection() as connection:
        return bool(await connection.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"))
