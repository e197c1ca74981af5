"""A sweep over the firms of a requirement, and a firm that is decided at the same moment: neither undoes the other."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from uuid import UUID

from services.matching.domain.pairs import Wanted
from services.matching.domain.rematch import Offering
from services.matching.handlers import requirements as handlers
from services.matching.store.demand import requirements
from services.matching.store.offerings import offerings
from services.matching.store.rematching import Rematching
from shared.messaging.repository import ToDerive
from shared.messaging.sweep_requests import request_sweeps
from shared.runtime.clock import now
from shared.runtime.database import Connection
from shared.testing.stage import StageUnderTest
from tests.conformance.stage import eventually
from tests.matching.given import SUPPLIER, process, registered
from tests.matching.test_consume import CAUSE, JOINED, publish

PAIRS = "SELECT requirement_id, points FROM pair"
DUE = "SELECT requirement_id, points FROM due"


async def test_a_firm_that_changes_just_now_is_waited_for_and_left_to_itself(stage: StageUnderTest) -> None:
    await stage.consume(JOINED, registered())
    asked = await publish(stage, materials=("acero",))
    step = await _begun(stage, asked.id)
    async with _deciding(stage, "judged", materials=("zinc",)) as connection:
        slice_ = asyncio.create_task(_step(stage, step, asked.id))
        await eventually(partial(_somebody_waits, connection))
    assert await slice_ == 0
    assert await stage.rows(DUE) == await stage.rows(PAIRS) == []


async def test_a_requirement_that_changes_while_a_firm_is_told_is_told_next(stage: StageUnderTest) -> None:
    await stage.consume(JOINED, registered())
    asked = await publish(stage)
    step = await _begun(stage, asked.id)
    assert await _step(stage, step, asked.id) == 1
    wanted = replace(asked.specification, annual_volume=200_000)
    await stage.commands.run(requirements, asked.id, lambda state, _: handlers.change(state, wanted, now()), CAUSE)
    step = await _begun(stage, asked.id)
    async with _deciding(stage, "due") as connection:
        slice_ = asyncio.create_task(_step(stage, step, asked.id))
        await eventually(partial(_somebody_waits, connection))
    assert await slice_ == 1
    assert await stage.rows(PAIRS) == [{"requirement_id": asked.id, "points": 10_000}]
    assert await stage.rows(DUE) == [{"requirement_id": asked.id, "points": 9_000}]
    await stage.sweep()
    assert await stage.rows(PAIRS) == [{"requirement_id": asked.id, "points": 9_000}]
    assert await stage.rows(DUE) == []


async def _begun(stage: StageUnderTest, id_: UUID) -> Rematching:
    """A sweep that whoever came before has made way for."""
    step = Rematching()
    assert await _step(stage, step, id_, begun=False) == 0
    return step


async def _step(stage: StageUnderTest, step: Rematching, id_: UUID, *, begun: bool = True) -> int:
    async with stage.database.transaction() as connection:
        slice_ = await step(connection, {"requirement_id": str(id_)}, UUID(int=0) if begun else None)
        await request_sweeps(connection, [(each, CAUSE) for each in slice_.sweeps], now())
    return slice_.touched


@asynccontextmanager
async def _deciding(
    stage: StageUnderTest, wanted: Wanted, materials: tuple[str, ...] = ("acero",)
) -> AsyncIterator[Connection]:
    """The transaction of a decision about the firm, which commits behind the block."""
    async with stage.database.transaction() as connection:
        known: Offering = (await offerings.load_many(connection, [SUPPLIER]))[SUPPLIER]
        assert known.profile
        after = replace(known, profile=replace(known.profile, processes=(process(materials=materials),)))
        await offerings.derive(connection, [ToDerive(known, after if wanted == "judged" else known, {wanted})], now())
        yield connection


async def _somebody_waits(connection: Connection) -> bool:
    """For a row: for the transaction that holds it."""
    waiting = "locktype = 'transactionid' AND NOT granted"
    found: bool = await connection.fetchval(f"SELECT EXISTS (SELECT FROM pg_locks WHERE {waiting})")
    return found
