"""What has just arrived: pages that wait for it, or show it live. However many there are, one connection listens."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from shared.runtime.database import Connection, Database
from shared.runtime.failures import INFRASTRUCTURE

CHANNEL = "arrivals"
"""Told after each batch: pages that wait for an event look again."""

PAUSE_S = 1.0
"""Between two looks of one live page, however much arrives."""
ALIVE_S = 15.0
"""So that neither the store nor a proxy takes the silence for an end."""
LIVE_S = 300.0
"""Of one live page: then its browser asks anew, and who may not look any more is told so. As long as a token."""
AGAIN_S = 1.0
"""Between two tries to listen, while the store is away."""

_TELL = "SELECT pg_notify($1, '')"
_HAS = "SELECT EXISTS (SELECT FROM story WHERE correlation_id = $1)"


async def tell(connection: Connection) -> None:
    """Wake whoever waits, once this commits."""
    await connection.execute(_TELL, CHANNEL)


class Arrivals:
    """Of one process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: set[asyncio.Event] = set()
        self._listening: asyncio.Task[None] | None = None

    async def looks(self, stopping: asyncio.Event) -> AsyncIterator[None]:
        """Each time that something arrived, once in `PAUSE_S` at most; at once for the first time, and at least every
        `ALIVE_S`. Ends after `LIVE_S`, and with the service.
        """
        ends = asyncio.get_running_loop().time() + LIVE_S
        async with self._heard() as told:
            while not stopping.is_set() and asyncio.get_running_loop().time() < ends:
                told.clear()
                yield
                with suppress(TimeoutError):
                    async with asyncio.timeout(PAUSE_S):
                        await stopping.wait()
                with suppress(TimeoutError):
                    async with asyncio.timeout(ALIVE_S):
                        await _first(told, stopping)

    async def until_followed(self, correlation_id: str, seconds: float) -> bool:
        """Wait until an event of this command has arrived here, at most so long. False where none came."""
        with suppress(TimeoutError):
            async with self._heard() as told, asyncio.timeout(seconds):
                while not await self._has(correlation_id):
                    await told.wait()
                    told.clear()
                return True
        return False

    async def _has(self, correlation_id: str) -> bool:
        async with self._database.connection() as connection:
            return bool(await connection.fetchval(_HAS, correlation_id))

    @asynccontextmanager
    async def _heard(self) -> AsyncIterator[asyncio.Event]:
        """An event that is set each time that something arrives; who was not listening yet looks once more."""
        told = asyncio.Event()
        self._waiting.add(told)
        if self._listening is None:
            self._listening = asyncio.create_task(self._listen(), name="arrivals")
        try:
            yield told
        finally:
            self._waiting.discard(told)
            if not self._waiting and self._listening is not None:
                self._listening.cancel()
                self._listening = None

    async def _listen(self) -> None:
        while True:
            with suppress(*INFRASTRUCTURE):
                await self._hear()
            await asyncio.sleep(AGAIN_S)

    async def _hear(self) -> None:
        connection = await self._database.dedicated()
        try:
            await connection.add_listener(CHANNEL, lambda *_: self._wake())
            while True:
                self._wake()
                await asyncio.sleep(ALIVE_S)
                await connection.execute("SELECT 1")
        finally:
            connection.terminate()

    def _wake(self) -> None:
        for told in self._waiting:
            told.set()


async def _first(*events: asyncio.Event) -> None:
    waits = [asyncio.ensure_future(event.wait()) for event in events]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
