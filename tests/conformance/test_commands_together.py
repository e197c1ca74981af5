"""Commands that are decided together, or at once."""

import asyncio
from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from shared.messaging.commands import Commands, Decide
from shared.messaging.decision import Decision, Refused
from tests.conformance.stage import Account, Bench, accounts
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
