from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
from sqlmodel import func, select

from shared.messaging.retry import INFRASTRUCTURE
from shared.runtime.database import READ_POOL_SIZE, Database


@pytest.fixture
async def database(store_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Database]:
    monkeypatch.setattr("shared.runtime.database.ACQUIRE_TIMEOUT_S", 0.2)
    monkeypatch.setattr("shared.runtime.database.STATEMENT_TIMEOUT_MS", "1000")
    database = Database(store_url, application="test", pool_size=1)
    await database.open()
    yield database
    await database.close()


async def test_a_read_that_the_store_cuts_off_fails_as_every_other_way_to_it_does(database: Database) -> None:
    with pytest.raises(INFRASTRUCTURE):
        async with database.session() as session:
            await session.exec(select(func.pg_terminate_backend(func.pg_backend_pid())))


async def test_every_way_to_the_store_names_its_service(database: Database) -> None:
    async with database.connection() as connection:
        assert await connection.fetchval("SELECT current_setting('application_name')") == "test"
    async with database.session() as session:
        assert (await session.exec(select(func.current_setting("application_name")))).one() == "test"


async def test_a_stuck_statement_gives_its_connection_back(database: Database) -> None:
    with pytest.raises(INFRASTRUCTURE):
        async with database.connection() as connection:
            await connection.execute("SELECT pg_sleep(5)")
    with pytest.raises(INFRASTRUCTURE):
        async with database.session() as session:
            await session.exec(select(func.pg_sleep(5)))


async def test_a_used_up_pool_is_a_store_that_is_away(database: Database) -> None:
    async with database.connection():
        with pytest.raises(INFRASTRUCTURE):
            await _begin(database)
    await _begin(database)


async def test_a_used_up_pool_of_reads_is_a_store_that_is_away(database: Database) -> None:
    async with AsyncExitStack() as held:
        for _ in range(READ_POOL_SIZE):
            await (await held.enter_async_context(database.session())).exec(select(1))
        with pytest.raises(INFRASTRUCTURE):
            await _read(database)
    await _read(database)


async def _begin(database: Database) -> None:
    async with database.transaction():
        pass


async def _read(database: Database) -> None:
    async with database.session() as session:
        await session.exec(select(1))
