"""The stage under test, on a store of its own."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from shared.messaging import journal, tables
from shared.messaging.batch import BatchRunner
from shared.messaging.replay import Replayer
from shared.messaging.routing import on
from shared.runtime.clock import now
from shared.runtime.database import Database
from shared.testing.databases import Templates, leave_empty
from tests.conformance.events import Stated, Told
from tests.conformance.stage import Bench, Rule, accounts
from tests.conftest import Broker


async def _with_accounts(url: str) -> None:
    connection = await asyncpg.connect(url)
    for statement in (*tables.ALL, "CREATE TABLE account (id uuid PRIMARY KEY, numbers jsonb NOT NULL)"):
        await connection.execute(statement)
    await journal.ensure_partitions(connection, now())
    await connection.close()


@pytest.fixture
async def store_url(templates: Templates, request: pytest.FixtureRequest) -> AsyncIterator[str]:
    """A database of its own, dropped after the test: the bench's where there is one, else an empty one."""
    bench = "bench" in request.fixturenames
    url = await (templates.copy("bench", _with_accounts) if bench else templates.copy("empty", leave_empty))
    yield url
    await templates.drop(url)


@pytest.fixture
async def bench(store_url: str, broker: Broker) -> AsyncIterator[Bench]:
    database = Database(store_url, application="conformance")
    await database.open()
    rule = Rule()
    routes = (on(Told, accounts, rule.told), on(Stated, accounts, rule.told))
    runner = BatchRunner(database, "portal", routes)
    yield Bench(database, broker, rule, routes, runner, Replayer(database, "portal", runner))
    await database.close()
