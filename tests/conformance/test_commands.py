"""What a stage promises to people: many commands at once share their transactions, and none its neighbour's trouble."""

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

from shared.contracts.event import Actor, Cause
from shared.messaging.commands import About, Commands, CommandUnit
from shared.messaging.decision import Decision, Refused
from shared.messaging.routing import none
from shared.messaging.together import GROUP
from shared.runtime.database import Connection
from tests.conformance.stage import Account, Bench, accounts

CAUSE = Cause(correlation_id="commands")


async def _asked(connection: Connection, names: Sequence[str]) -> tuple[int, list[str]]:
    """The transaction that it runs in, and all that its commands name."""
    return await connection.fetchval("SELECT txid_current()"), list(names)


async def _run(commands: Commands, id_: UUID, decide: Any, reference: Any = none, cause: Cause = CAUSE) -> Any:
    return await commands.run(accounts, id_, decide, cause, reference)


def _note(number: int, seen: list):
    def decide(state: Account | None, known: object) -> Decision[Account] | Refused:
        seen.append(known)
        if number < 0:
            return Refused("invalid", "negative")
        if number == 13:
            raise RuntimeError("a bug that only this command meets")
        before = state or Account(TARGET, ())
        return Decision(Account(before.id, (*before.numbers, number)))

    return decide


TARGET = UUID(int=7)


async def test_commands_that_come_in_together_share_transactions_and_keep_their_order(bench: Bench) -> None:
    commands = Commands(bench.database, "conformance")
    seen: list[Any] = []
    about = [About(_asked, (f"n{number}",)) for number in range(20)]
    asked = [_run(commands, TARGET, _note(n + 20, seen), about[n]) for n in range(20)]
    outcomes = await asyncio.gather(*asked)
    assert outcomes[-1] == Account(TARGET, tuple(range(20, 40)))
    assert len({transaction for transaction, _ in seen}) == 1
    assert seen[-1][1] == [f"n{number}" for number in range(20)], "one look-up for all"


async def test_a_refused_and_a_failing_command_leave_the_others_alone(bench: Bench) -> None:
    commands = Commands(bench.database, "conformance")
    seen: list[Any] = []
    numbers = (1, 2, -3, 13, 4)
    asked = [_run(commands, TARGET, _note(number, seen)) for number in numbers]
    outcomes = await asyncio.gather(*asked, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [Account, Account, Refused, RuntimeError, Account]
    assert await bench.numbers(TARGET) == (1, 2, 4)


async def test_two_commands_that_make_the_same_aggregate_both_count(bench: Bench) -> None:
    """From two processes: the second insert is refused by the store, and decided again on the first's."""
    key = uuid4()
    seen: list[Any] = []
    ones = [Commands(bench.database, "conformance") for _ in range(2)]

    def decide(state: Account | None, _: object) -> Decision[Account]:
        seen.append(state)
        return Decision(Account(key, (*(state.numbers if state else ()), len(seen))))

    await asyncio.gather(*(_run(commands, key, decide) for commands in ones))
    assert len(await bench.numbers(key)) == 2


async def test_a_file_of_thousands_of_rows_lets_others_have_their_turn(bench: Bench) -> None:
    """Seen: an import of 5,000 firms kept `/live` from answering for seconds."""
    turns, seen = [0], list[int]()

    async def answering() -> None:
        while True:
            turns[0] += 1
            await asyncio.sleep(0)

    def opened(id_: UUID):
        def decide(_: Account | None, __: object) -> Decision[Account]:
            seen.append(turns[0])
            return Decision(Account(id_, (1,)))

        return decide

    others = asyncio.create_task(answering())
    ids = [uuid4() for _ in range(1_000)]
    await Commands(bench.database, "conformance").run_many(accounts, {id_: opened(id_) for id_ in ids}, CAUSE)
    others.cancel()
    assert len(set(seen)) == len(ids) / GROUP


ANA = Cause("chosen-by-the-caller", actor=Actor("ana", "operator"), action="registration:supplier:changed")


async def test_each_command_of_a_shared_transaction_is_on_record(bench: Bench) -> None:
    """Seen: of twelve changes under one correlation, which the caller chooses, three were on record."""
    commands = Commands(bench.database, "conformance")
    changes = [_note(number, []) for number in range(20, 32)]
    await asyncio.gather(*(_run(commands, TARGET, change, cause=ANA) for change in changes))
    assert await bench.count("audit") == len(changes)


async def test_each_command_of_a_file_is_on_record(bench: Bench) -> None:
    commands = Commands(bench.database, "conformance")
    await commands.run_many(accounts, {UUID(int=n): _note_of(UUID(int=n)) for n in range(1, 4)}, ANA)
    await commands.run_many(accounts, {UUID(int=n): _note_of(UUID(int=n)) for n in range(1, 4)}, ANA)
    assert await bench.count("audit") == 6


async def test_a_command_over_several_aggregates_is_on_record_once_for_each_that_it_is_about(bench: Bench) -> None:
    commands = Commands(bench.database, "conformance")
    parts, firm = [uuid4(), uuid4()], uuid4()

    async def decide(unit: CommandUnit) -> None:
        await unit.load(accounts, parts)
        for part in parts:
            unit.apply(accounts, part, Decision(Account(part, (1,))), about=firm)
        unit.apply(accounts, parts[0], Decision(Account(parts[0], (2,))))

    for _ in range(2):
        await commands.run_unit(ANA, decide)
    assert await bench.count("audit", f"about = '{firm}'") == 2
    assert await bench.count("audit") == 4


def _note_of(id_: UUID):
    def decide(state: Account | None, _: object) -> Decision[Account]:
        return Decision(Account(id_, (*(state.numbers if state else ()), 1)))

    return decide
