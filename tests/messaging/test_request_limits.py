"""Buckets that processes share."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from shared.messaging import request_limits
from shared.messaging.request_limits import RequestLimits
from shared.runtime.database import Database
from tests.bench.counters import counted
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


async def test_what_is_asked_at_a_time_is_counted_one_by_one(database: Database) -> None:
    """By one statement, whoever asks: what one caller takes too much is refused to it alone."""
    limits = RequestLimits(database)
    assert await limits.take("it", "a", SLOWLY, 3) == 0
    asked = [("it", "a", 3)] * 4 + [("it", "b", 1)] * 2 + [("other", "a", 5)] * 4
    async with counted(database) as cost:
        waits = await asyncio.gather(*(limits.take(name, who, SLOWLY, burst) for name, who, burst in asked))
    assert [wait == 0 for wait in waits] == [True, True, False, False, True, False, True, True, True, True]
    assert all(wait > 0.9 / SLOWLY for wait in waits if wait)
    assert cost.statements == 1
    assert [await limits.take("other", "a", SLOWLY, 5) == 0 for _ in range(2)] == [True, False]


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
