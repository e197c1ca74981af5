"""A relay that runs while a test looks at what it does."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from shared.messaging.relay import Relay
from tests.conformance.stage import Bench


@asynccontextmanager
async def running(relay: Relay) -> AsyncIterator[Relay]:
    task = asyncio.create_task(relay.run())
    try:
        yield relay
    finally:
        relay.stop()
        async with asyncio.timeout(15):
            await task


async def published(bench: Bench, but: int = 0) -> bool:
    """Whether so many entries are all that is still unpublished."""
    return await bench.count("outbox") == but
