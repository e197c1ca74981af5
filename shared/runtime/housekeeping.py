"""What every store needs from time to time: the next months' partitions, and an inbox that forgets."""

import asyncio
from datetime import timedelta

from shared.messaging import inbox, journal
from shared.messaging.topics import EVENT_RETENTION_MS
from shared.runtime import logging
from shared.runtime.clock import now
from shared.runtime.database import Database

INBOX_KEPT = timedelta(milliseconds=2 * EVENT_RETENTION_MS)
"""Twice what Kafka keeps: no message can come back after its claim is forgotten."""
EVERY_S = 6 * 3600.0

log = logging.get(__name__)


async def run(database: Database) -> None:
    """Keep house again and again, until cancelled; a service does it by itself before it starts."""
    while True:
        await asyncio.sleep(EVERY_S)
        try:
            await keep_house(database)
        except Exception as error:  # noqa: BLE001 - the next round tries again; the journal has its default partition
            log.error("housekeeping_failed", error=type(error).__name__)


async def keep_house(database: Database) -> None:
    async with database.connection() as connection:
        await journal.ensure_partitions(connection, now())
        await inbox.forget(connection, now() - INBOX_KEPT)
