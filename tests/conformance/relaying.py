"""A relay that runs while a test looks at what it does."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, TypeVar

from shared.messaging.outbox import Unpublished
from shared.messaging.producer import Delivery, Publisher
from shared.messaging.relay import Relay
from shared.runtime.database import Database

if TYPE_CHECKING:
    from tests.conformance.stage import Bench

R = TypeVar("R", bound=Relay)


class WatchedRelay(Relay):
    """Gives a sign when it publishes and when it fails."""

    def __init__(self, database: Database, publisher: Publisher) -> None:
        super().__init__(database, publisher)
        self.publishes = asyncio.Event()
        self._failures = asyncio.Semaphore(0)

    async def failed(self) -> None:
        """Return when it fails once more."""
        await self._failures.acquire()

    async def _publish(self, entries: Sequence[Unpublished], delivery: Delivery) -> None:
        self.publishes.set()
        await super()._publish(entries, delivery)

    async def _failed(self, error: Exception, failures: int) -> None:
        self._failures.release()
        await super()._failed(error, failures)


@asynccontextmanager
async def running(relay: R) -> AsyncIterator[R]:
    task = asyncio.create_task(relay.run())
    try:
        yield relay
    finally:
        relay.stop()
        async with asyncio.timeout(15):
            await task


_WAITING = "SELECT coalesce(sum(coalesce(cardinality(ids), 1)), 0)::int FROM outbox WHERE topic = coalesce($1, topic)"


async def waiting(bench: "Bench", topic: str | None = None) -> int:
    """How many entries are unpublished, of all topics or of one."""
    async with bench.database.connection() as connection:
        found: int = await connection.fetchval(_WAITING, topic)
    return found


async def published(bench: "Bench", but: int = 0) -> bool:
    """Whether so many entries are all that is still unpublished."""
    return await waiting(bench) == but
