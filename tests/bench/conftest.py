"""What a counted piece of work runs on."""

from collections.abc import AsyncIterator

import pytest

from shared.messaging import journal, tables
from shared.runtime.clock import now
from shared.runtime.database import Database
from tests.bench.workload import ACCOUNT


@pytest.fixture
async def store(store_url: str) -> AsyncIterator[Database]:
    """A store with the toy stage's tables, and one connection, so that what runs on it is what is counted."""
    database = Database(store_url, application="counters", pool_size=1)
    await database.open()
    async with database.connection() as connection:
        for statement in (*tables.ALL, ACCOUNT):
            await connection.execute(statement)
        await journal.ensure_partitions(connection, now())
    yield database
    await database.close()
