"""What a stage promises of decisions that go on with what the store derives."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID, uuid4

from shared.contracts.event import Cause
from shared.messaging.decision import Decision, Then
from shared.messaging.repository import TableRepository, ToDerive
from shared.messaging.unit_of_work import unit_of_work
from shared.runtime.database import Connection
from tests.conformance.events import Noted
from tests.conformance.stage import Account, AccountRow, Bench

TOPIC = "conformance.noted.v1"
Derived = tuple[int, tuple[str, ...], tuple[int, ...] | None]


class Deriving(TableRepository[Account]):
    """Derives how many were asked for at once, what for, and what the account had before."""

    def __init__(self) -> None:
        super().__init__(AccountRow, Account)
        self.asked = 0

    async def derive(self, _: Connection, given: Sequence[ToDerive[Account]], __: datetime) -> Mapping[UUID, Derived]:
        self.asked += 1
        return {
            each.state.id: (
                len(given),
                tuple(sorted(each.wanted)),
                each.before.numbers if each.before else None,
            )
            for each in given
            if "nothing" not in each.wanted
        }


def noted(account: Account, number: int) -> Noted:
    return Noted(on=TOPIC, account=account.id, number=number)


def first(account: Account, wanted: str) -> Decision[Account]:
    def second(state: Account, derived: Derived, _: datetime) -> Decision[Account]:
        many, kinds, before = derived
        after = replace(state, numbers=(*state.numbers, many, len(kinds), -1 if before is None else len(before)))
        return Decision(after, (noted(state, 2),))

    return Decision(replace(account, numbers=(*account.numbers, 0)), (noted(account, 1),), then=Then(second, wanted))


async def test_a_second_step_is_taken_once_for_all_with_what_the_store_derived(bench: Bench) -> None:
    """Its state is what is saved, its events come behind those of the first steps, and have their cause."""
    repository, ids = Deriving(), [uuid4() for _ in range(3)]
    for round_ in (1, 2):
        async with unit_of_work(bench.database, "conformance") as work:
            await work.load(repository, ids)
            for id_ in ids[:2]:
                for wanted in ("one", "another"):
                    account = work.state(repository, id_) or Account(id_, ())
                    work.apply(repository, id_, first(account, wanted), Cause(f"{wanted} {round_}"))
            work.apply(repository, ids[2], first(Account(ids[2], ()), "nothing"), Cause("none"))
            await work.flush()
        assert repository.asked == round_, "once a transaction"
    assert [await bench.numbers(id_) for id_ in ids[:2]] == [(0, 0, 3, 2, -1, 0, 0, 3, 2, 5)] * 2
    assert await bench.numbers(ids[2]) == (0,), "what is left out is decided no further"
    async with bench.database.connection() as connection:
        rows = await connection.fetch("SELECT convert_from(body, 'UTF8')::jsonb AS told FROM journal ORDER BY id")
    told = [json.loads(row["told"]) for row in rows]
    mine = [(each["data"]["number"], each["correlationid"]) for each in told if each["data"]["account"] == str(ids[0])]
    assert mine == [
        (1, "one 1"),
        (1, "another 1"),
        (2, "another 1"),
        (1, "one 2"),
        (1, "another 2"),
        (2, "another 2"),
    ]
