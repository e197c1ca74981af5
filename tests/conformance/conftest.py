"""The stage under test, on a store of its own."""

from collections.abc import AsyncIterator

import pytest

from shared.messaging import journal, tables
from shared.messaging.batch import BatchRunner
from shared.messaging.replay import Replayer
from shared.messaging.routing import on
from shared.runtime.clock import now
from shared.runtime.database import Database
from tests.conformance.events import Stated, Told
from tests.conformance.stage import Bench, Rule, accounts
from tests.conftest import Broker


@pytest.fixture
async def bench(store_url: str, broker: Broker) -> AsyncIterator[Bench]:
    database = Database(store_url, application="conformance")
    await database.open()
    async with database.connection() as connection:
        for statement in tables.ALL:
            await connection.execute(statement)
        await connection.execute("CREATE TABLE account (id uuid PRIMARY KEY, numbers jsonb NOT NULL)")
        await journal.ensure_partitions(connection, now())
    rule = Rule()
    routes = (on(Told, accounts, rule.told), on(Stated, accounts, rule.told))
    runner = BatchRunner(database, "portal", routes)
    yield Bench(database, broker, rule, routes, runner, Replayer(database, "portal", runner))
    await database.close()
