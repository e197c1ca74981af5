"""A worker outlives what it did not expect."""

import asyncio
from typing import ClassVar

import asyncpg
import pytest

from shared.messaging.relay import Relay
from shared.messaging.retry import Backoff
from shared.messaging.worker import Worker
from shared.runtime.database import Connection, Database
from tests.conformance.stage import eventually


class Clumsy(Worker):
    """Fails at its first step with an error that is nobody's infrastructure."""

    name: ClassVar[str] = "clumsy"
    channel: ClassVar[str] = "clumsy"
    steps = 0

    async def step(self, connection: Connection) -> float:
        self.steps += 1
        if self.steps == 1:
            raise KeyError("a secret")
        self.stop()
        return 0


async def test_an_error_of_ours_is_said_with_its_place_and_tried_again(
    store_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    worker = Clumsy(Database(store_url, application="worker"))
    async with asyncio.timeout(30):
        await worker.run()
    said = "".join(capsys.readouterr())
    assert worker.steps == 2
    assert "worker_failed" in said
    assert "test_worker.py" in said
    assert "a secret" not in said


async def test_what_must_outlive_a_crash_is_waited_for_as_the_server_says(store_url: str) -> None:
    database = Database(store_url, application="worker")
    watching = await asyncpg.connect(store_url)
    await watching.execute(f"ALTER DATABASE {store_url.rpartition('/')[2]} SET synchronous_commit = 'remote_write'")
    for durable, found in ((True, "remote_write"), (False, "off")):
        connection = await database.dedicated(durable=durable)
        assert await connection.fetchval("SHOW synchronous_commit") == found
        await connection.close()
    await watching.close()


def test_the_relay_alone_may_lose_what_it_did() -> None:
    """It sends again what comes back, and readers know it by its id."""
    assert [worker for worker in Worker.__subclasses__() if not worker.durable] == [Relay]


class Leading(Worker):
    """Has nothing to do but to be the leader."""

    name: ClassVar[str] = "leading"
    channel: ClassVar[str] = "leading"
    leader_wait_s: ClassVar[float] = 0.2
    lock: int | None = 1

    async def step(self, connection: Connection) -> float:
        return 60


async def test_who_waits_to_lead_on_a_connection_that_works_is_not_failing(store_url: str) -> None:
    database = Database(store_url, application="worker")
    workers = [Leading(database, Backoff(1.0, 1.0)) for _ in range(2)]
    running = [asyncio.create_task(worker.run()) for worker in workers]
    watching = await asyncpg.connect(store_url)
    await eventually(lambda: _cut(watching, "NOT granted"))
    await eventually(lambda: _failing(workers, 1))
    await eventually(lambda: _failing(workers, 0))
    assert await _cut(watching, "granted"), "somebody was still the leader"
    for worker in workers:
        worker.stop()
    await asyncio.gather(*running)
    await watching.close()


async def _cut(connection: Connection, where: str) -> bool:
    """End the connections that hold the leader's lock, or wait for it."""
    found = await connection.fetch(
        "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"
        f" AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND {where}"
    )
    return bool(found)


async def _failing(workers: list[Leading], wanted: int) -> bool:
    return sum(worker.failing_since is not None for worker in workers) == wanted
