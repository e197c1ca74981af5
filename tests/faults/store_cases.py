"""Faults of a store that is there and does not do: silent connections, no writes, locks that others hold."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from shared.runtime.servers import KEEPALIVE
from tests.faults import traffic
from tests.faults.cases import case
from tests.faults.plant import Plant
from tests.faults.source import Source

GIVEN_UP_S = KEEPALIVE["IDLE"] + KEEPALIVE["INTVL"] * KEEPALIVE["CNT"]
"""After so long the store's own keepalives end a connection that the network has lost."""
STUCK_SEEN_S = 45.0
"""A batch is stuck after 30 s; the rest is for the other process, whose batch may have begun later."""
SILENT_SEEN_S = 60.0
LOCKED_S = 20.0
READ_S = 8.0
READ_ONLY = "default_transaction_read_only"


@asynccontextmanager
async def held(plant: Plant, statement: str) -> AsyncIterator[None]:
    """The statement's locks, for the block."""
    connection = await asyncpg.connect(plant.store)
    transaction = connection.transaction()
    await transaction.start()
    await connection.execute(statement)
    try:
        yield
    finally:
        await transaction.rollback()
        await connection.close()


@case(down=True)
async def store_silent(plant: Plant, _: Source) -> None:
    """Every connection passes nothing any more and nobody is told, as behind a firewall that forgot them."""
    plant.postgres_net.silence(GIVEN_UP_S)
    await plant.note_readiness(SILENT_SEEN_S)


@case(down=True)
async def store_read_only_with_its_sessions(plant: Plant, _: Source) -> None:
    """As a primary that is demoted and goes on answering."""
    plant.postgres.execute(f"ALTER SYSTEM SET {READ_ONLY} = on; SELECT pg_reload_conf();")
    try:
        await plant.note_readiness()
    finally:
        plant.postgres.execute(f"ALTER SYSTEM RESET {READ_ONLY}; SELECT pg_reload_conf();")


@case(down=True)
async def batch_hangs(plant: Plant, source: Source) -> None:
    """Somebody holds the inbox. The client's fetcher goes on meanwhile: health comes from what was done."""
    async with held(plant, "LOCK TABLE inbox IN ACCESS EXCLUSIVE MODE"):
        await plant.note_readiness(STUCK_SEEN_S)
        assert max([await worker.lag() for worker in plant.workers]) > 0, "a batch under way is no lag"


@case(more=("I6",))
async def partition_due_while_the_journal_is_read(plant: Plant, source: Source) -> None:
    """A report reads all of the journal while a process that starts has next months' partitions to make."""
    [last] = await plant.query(
        "SELECT max(inhrelid::regclass::text) AS name FROM pg_inherits WHERE inhparent = 'journal'::regclass"
        " AND inhrelid::regclass::text LIKE 'journal_2%'"
    )
    await plant.query(f"DROP TABLE {last['name']}")
    await plant.workers[0].stop()
    async with held(plant, "SELECT count(*) FROM journal"):
        plant.workers[0].start()
        await plant.until(plant.workers[0].ready, LOCKED_S)
        begun = source.sent[-1][1]
        await asyncio.sleep(READ_S)
    plant.neighbours_s = await traffic.time_to_effect(plant, source, begun)
