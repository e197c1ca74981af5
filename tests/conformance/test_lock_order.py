"""Everybody locks in one order: references, then aggregates by the stage's table, then their ids. What locks crosswise
all the same is tried again, and costs nothing.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import asyncpg
import pytest
from asyncpg.connection import LoggedQuery
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from deploy.engines.postgres_server import PostgresServer
from shared.messaging.batch import BatchRunner
from shared.messaging.codec import Record, encode
from shared.messaging.decision import Decision, unchanged
from shared.messaging.repository import TableRepository
from shared.messaging.retry import TRY_AGAIN
from shared.messaging.routing import Reference, at, on
from shared.messaging.timers import TimerWorker
from shared.runtime.database import Connection
from tests.conformance.events import Noted, Told
from tests.conformance.stage import Account, Bench, Table, accounts, envelope, eventually

WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted"
"""Who waits for a row waits for its writer's transaction. No other test runs on this server meanwhile."""


class BookRow(Table, table=True):
    __tablename__ = "book"
    id: UUID = Field(primary_key=True)
    numbers: list[int] = Field(sa_type=JSONB)


class Books(TableRepository[Account]):
    """Another table of accounts; a test may have something happen before it is locked."""

    def __init__(self) -> None:
        super().__init__(BookRow, Account)
        self.before = asyncio.Event()
        self.before.set()
        self.reached = asyncio.Event()

    async def load_many(self, connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Account]:
        self.reached.set()
        await self.before.wait()
        return await super().load_many(connection, ids)


@pytest.fixture
async def books(bench: Bench) -> Books:
    """The second repository of the stage, and its events' route."""
    made = Books()
    async with bench.database.connection() as connection:
        await connection.execute("CREATE TABLE book (id uuid PRIMARY KEY, numbers jsonb NOT NULL)")
    bench.routes = (on(Told, accounts, bench.rule.told), on(Noted, made, bench.rule.told))
    bench.runner = BatchRunner(bench.database, "portal", bench.routes)
    return made


def _records(topic: str, *events: Told) -> list[Record]:
    return [
        Record(topic, 0, offset, str(event.account).encode(), encode(envelope(event)))
        for offset, event in enumerate(events)
    ]


@pytest.mark.usefixtures("books")
async def test_a_batch_locks_its_aggregates_in_the_order_of_the_table_whatever_its_own(
    bench: Bench, topic: str
) -> None:
    told, noted = Told(on=topic, account=uuid4(), number=1), Noted(on=topic, account=uuid4(), number=1)
    orders = [await _locked_by(bench, _records(topic, *events)) for events in ((told, noted), (noted, told))]
    assert orders == [["account", "book"]] * 2


async def _locked_by(bench: Bench, records: Sequence[Record]) -> list[str]:
    """The tables whose rows a batch locked, in order."""
    seen: list[str] = []

    def note(query: LoggedQuery) -> None:
        if query.query.endswith("FOR UPDATE"):
            seen.append(query.query.partition(" FROM ")[2].split()[0])

    async with bench.database.connection() as connection:
        connection.add_query_logger(note)
    await bench.runner.consume(records)
    async with bench.database.connection() as connection:
        connection.remove_query_logger(note)
    return seen


async def test_timers_of_two_kinds_share_no_transaction(bench: Bench, books: Books) -> None:
    """So no transaction takes the one's lock, then the other's: one may be shared, the other exclusive."""
    transactions: dict[str, set[int]] = {"first": set(), "second": set()}

    def reference(kind: str) -> Reference[None]:
        async def note(connection: Connection) -> None:
            transactions[kind].add(await connection.fetchval("SELECT txid_current()"))

        return note

    def ripe(state: Account | None, _: datetime, __: None) -> Decision[Account]:
        return unchanged(state)

    timers = tuple(
        at(kind, repository, ripe, reference=reference(kind))
        for kind, repository in (("first", accounts), ("second", books))
    )
    async with bench.database.connection() as connection:
        for kind in ("second", "first", "second", "first"):
            await connection.execute("INSERT INTO timer VALUES ($1, $2, now(), 'order')", kind, uuid4())
        await TimerWorker(bench.database, "conformance", timers).step(connection)
    assert await bench.count("timer") == 0
    assert [len(found) for found in transactions.values()] == [1, 1]
    assert not transactions["first"] & transactions["second"]


async def test_a_deadlock_costs_a_batch_its_try_and_nothing_else(
    bench: Bench, books: Books, topic: str, postgres: PostgresServer, store_url: str
) -> None:
    """With somebody who locks in the other order, as an operator by hand: the batch is the one that fails."""
    account, book = uuid4(), uuid4()
    await bench.runner.consume(
        _records(topic, Told(on=topic, account=account, number=1), Noted(on=topic, account=book, number=1))
    )
    by_hand = await asyncpg.connect(urlsplit(postgres.admin_dsn)._replace(path=urlsplit(store_url).path).geturl())
    await by_hand.execute("SET deadlock_timeout = '1h'")
    books.before.clear()
    books.reached.clear()
    again = _records(topic, Told(on=topic, account=account, number=2), Noted(on=topic, account=book, number=2))
    batch = asyncio.create_task(bench.runner.consume(again))
    async with by_hand.transaction():
        await by_hand.execute("SELECT FROM book WHERE id = $1 FOR UPDATE", book)
        await books.reached.wait()
        crosswise = asyncio.create_task(by_hand.execute("SELECT FROM account WHERE id = $1 FOR UPDATE", account))
        await eventually(lambda: _one_waits(bench))
        books.before.set()
        await crosswise
    await by_hand.close()
    with pytest.raises(TRY_AGAIN) as refused:
        await batch
    assert refused.type is asyncpg.DeadlockDetectedError
    outcome = await bench.runner.consume(again)
    assert (outcome.applied, outcome.duplicate, outcome.dead) == (2, 0, 0)


async def _one_waits(bench: Bench) -> bool:
    async with bench.database.connection() as connection:
        return bool(await connection.fetchval(WAITING))
