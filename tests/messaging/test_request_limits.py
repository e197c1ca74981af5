"""Buckets that processes share."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from shared.messaging import request_limits
from shared.messaging.request_limits import RequestLimits
from shared.runtime.database import Database
from tests.conftest import Migrated

SLOWLY = 1e-4
"""Tokens a second: none comes while a test runs."""
AT_ONCE = 1e6


@pytest.fixture
async def database(migrated: Migrated) -> AsyncIterator[Database]:
    found = Database(await migrated("registration"), application="test")
    await found.open()
    yield found
    await found.close()


async def test_many_at_once_get_no_more_than_the_burst(database: Database) -> None:
    processes = RequestLimits(database), RequestLimits(database)
    waits = await asyncio.gather(*(processes[each % 2].take("it", "a", SLOWLY, 7) for each in range(40)))
    assert waits.count(0) == 7
    assert all(0 < wait <= 1 / SLOWLY for wait in waits if wait)


async def test_one_caller_and_one_limit_do_not_wait_for_another(database: Database) -> None:
    limits = RequestLimits(database)
    assert [await limits.take(*who, SLOWLY, 1) for who in (("it", "a"), ("it", "b"), ("other", "a"))] == [0, 0, 0]
    assert await limits.take("it", "a", SLOWLY, 1) > 0


async def test_a_bucket_fills_again(database: Database) -> None:
    limits = RequestLimits(database)
    assert [await limits.take("it", "a", AT_ONCE, 1) for _ in range(20)].count(0) > 1


async def test_full_buckets_are_forgotten_and_others_are_not(database: Database) -> None:
    limits = RequestLimits(database)
    await limits.take("it", "full", AT_ONCE, 1)
    await limits.take("it", "empty", SLOWLY, 1)
    async with database.connection() as connection:
        await request_limits.forget(connection)
        assert await connection.fetchval("SELECT count(*) FROM request_limit") == 1
    assert await limits.take("it", "empty", SLOWLY, 1) > 0
