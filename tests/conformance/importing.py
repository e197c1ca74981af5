"""Importers of the reference service, and a file's way through them."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

from shared.contracts.event import Actor, Cause
from shared.files.faults import FileRefusedError, RowFault, row_fault
from shared.files.rows import Row, Wanted
from shared.messaging import imports
from shared.messaging.decision import Decision, Refused
from shared.messaging.import_worker import BATCH, ImportWorker
from shared.messaging.importing import Importer, Kinds, RowImporter, Written
from shared.messaging.imports import Import
from tests.conformance.events import Noted
from tests.conformance.stage import Account, Bench, accounts, eventually

ACTOR = Actor("operator-1", "operator")


CAUSE = Cause("import-1", actor=ACTOR, action="conformance:account:imported")


ACCOUNTS = [UUID(int=number) for number in range(3 * BATCH)]


class Accounts(RowImporter[UUID, Account]):
    """Opens the accounts of a file."""

    wanted = Wanted(("account",), (), 10_000)
    repository = accounts
    repeated = ("account", "account_repeated")

    def read(self, row: Row) -> UUID | list[RowFault]:
        try:
            return UUID(row.cells["account"])
        except ValueError:
            return [row_fault(row.line, "account", "cell_number")]

    async def identified(self, batch: Sequence[UUID]) -> Sequence[UUID]:
        return batch

    def decide(self, id_: UUID, asked: UUID, state: Account | None, known: Any) -> Decision[Account] | Refused:
        if state is not None and state.numbers:
            return Refused("conflict", "account_full")
        event = Noted(on="conformance.imported.v1", account=id_, number=1)
        return Decision(state or Account(id_, ()), (event,) if state is None else ())

    def outcome(self, before: Account | None, after: Account) -> str:
        return "opened" if before is None else "unchanged"

    def column(self, refused: Refused) -> str:
        return "account"


class Halting(Accounts):
    """Comes to a halt at its second batch."""

    halted: asyncio.Event

    async def apply(self, batch: Sequence[tuple[int, UUID]], written: Written) -> None:
        if batch[0][0] > BATCH + 1:
            self.halted.set()
            await asyncio.Event().wait()
        await super().apply(batch, written)


class Whole(Importer[str]):
    """Goes in as a whole, or not."""

    wanted = Wanted(("account",), (), 10_000)
    discarded: list[UUID]

    def read(self, row: Row) -> str:
        if row.cells["account"] == "?":
            raise FileRefusedError("file_format", message="file_format.csv", line=row.line)
        return row.cells["account"]

    async def apply(self, batch: Sequence[tuple[int, str]], written: Written) -> None:
        async with self.database.transaction() as connection:
            await written(connection, {"read": len(batch)}, [])

    async def finish(self) -> Refused | None:
        return Refused("conflict", "older") if self.begun.fields.get("older") else None

    async def discard(self) -> None:
        self.discarded.append(self.begun.id)


class Broken(Accounts):
    def decide(self, id_: UUID, asked: UUID, state: Account | None, known: Any) -> Decision[Account] | Refused:
        raise ZeroDivisionError


def content(*rows: object) -> bytes:
    return "\n".join(["account", *map(str, rows)]).encode()


async def sent(bench: Bench, file: bytes, kind: str = "accounts", **fields: str) -> UUID:
    id_ = uuid4()

    async def parts() -> AsyncIterator[bytes]:
        for first in range(0, len(file), 1_000):
            yield file[first : first + 1_000]

    async with bench.database.transaction() as connection:
        assert await imports.receive(connection, Import(id_, kind, fields, CAUSE), None, parts())
    return id_


async def found(bench: Bench, id_: UUID, kind: str = "accounts") -> Import:
    async with bench.database.connection() as connection:
        there = await imports.find(connection, kind, id_)
    assert there is not None
    return there


async def rows(bench: Bench, query: str) -> list[Any]:
    async with bench.database.connection() as connection:
        return [tuple(row) for row in await connection.fetch(query)]


@asynccontextmanager
async def working(bench: Bench, kinds: Kinds, kind: type[ImportWorker] = ImportWorker) -> AsyncIterator[ImportWorker]:
    worker = kind(bench.database, "conformance", kinds)
    task = asyncio.create_task(worker.run())
    yield worker
    worker.stop()
    async with asyncio.timeout(15):
        await task


async def taken_in(bench: Bench, id_: UUID, kinds: Kinds, kind: str = "accounts") -> Import:
    async def ended() -> bool:
        return (await found(bench, id_, kind)).ended_at is not None

    async with working(bench, kinds):
        await eventually(ended)
    return await found(bench, id_, kind)


KINDS: Kinds = {"accounts": Accounts}
