"""What is kept of a request that may come again, and what its repeat finds."""

from collections.abc import AsyncIterator
from typing import NamedTuple
from uuid import UUID

import pytest

from shared.messaging.idempotency import ANSWER_GONE, KEY_REUSED, Again, Answers, Once
from shared.runtime.database import Connection, Database
from tests.conftest import Migrated

AGGREGATE, PART = UUID(int=7), UUID(int=8)


class Case(NamedTuple):
    paper: str
    part: UUID


@pytest.fixture
async def connection(migrated: Migrated) -> AsyncIterator[Connection]:
    database = Database(await migrated("registration"), application="test")
    await database.open()
    async with database.transaction() as found:
        yield found
    await database.close()


async def again(connection: Connection, once: Once[Case], state: Case | None) -> object:
    answers = Answers()
    await answers.load(connection, [once])
    return answers.find(once, {AGGREGATE: state}.get)


@pytest.mark.parametrize("within", [True, False])
async def test_of_an_answer_ids_are_kept_and_nothing_that_it_said(connection: Connection, within: bool) -> None:
    once: Once[Case] = Once(b"key", b"request", (lambda case: case.part) if within else None)
    assert await again(connection, once, None) is None
    given = Answers()
    given.give(once, AGGREGATE, Case("411733.00", PART))
    await given.flush(connection)
    made = PART if within else AGGREGATE
    assert await connection.fetchval("SELECT answer FROM idempotency") == AGGREGATE.bytes + made.bytes
    erased = Case("", PART)
    assert await again(connection, once, erased) == Again(erased, made)
    assert await again(connection, once, None) == ANSWER_GONE
    assert await again(connection, Once(b"key", b"another"), erased) == KEY_REUSED


async def test_an_answer_that_a_release_before_kept_is_given_to_nobody(connection: Connection) -> None:
    kept = b'{"papers": {"amount": "411733.00"}}'
    await connection.execute("INSERT INTO idempotency VALUES ('key', 'request', $1, now())", kept)
    assert await again(connection, Once(b"key", b"request"), Case("", PART)) == ANSWER_GONE
