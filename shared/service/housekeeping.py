"""What every store needs from time to time: the next months' partitions, and to forget what is past its use.

Age is judged by the store's clock: that of one host, weeks ahead, would empty the inbox for all.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial

import asyncpg

from shared.messaging import dead_letters, idempotency, imports, inbox, journal, request_limits, skips
from shared.messaging.topics import PARTNER_RETENTION_MS
from shared.runtime import logging
from shared.runtime.database import Connection, Database
from shared.sealing import keys
from shared.sealing.encryption import seals

PARTNERS_BYTES_KEPT = timedelta(milliseconds=PARTNER_RETENTION_MS)
"""As long as Kafka keeps what partners write; counted from the day on which a dead letter was closed."""
PARTNERS_BYTES_AT_MOST = timedelta(days=60)
"""From the day on which a dead letter came: one that nobody settles, and that names nobody, would be kept for ever."""
ANSWERS_KEPT = timedelta(days=7)
"""A client that sends a request again does so within hours; an office that was closed, within days."""
IMPORTS_KEPT = timedelta(days=30)
"""Whoever sent a file has long seen what became of it; what went in, and who sent it, is on record elsewhere."""
PARTITION_TRIES, PARTITION_PAUSE_S = 10, 60.0
"""A report over the journal takes minutes."""
EVERY_S = 6 * 3600.0

log = logging.get(__name__)


Forget = Callable[[Connection], Awaitable[None]]
"""Forgets what a stage keeps for a while."""


async def run(database: Database, own: Forget | None = None) -> None:
    """Keep house again and again, until cancelled."""
    while True:
        chores: dict[str, Callable[[Database], Awaitable[None]]] = {
            "ensure_next_partitions": ensure_next_partitions,
            "forget": partial(forget, own=own),
            "rewrap_keys": rewrap_keys,
        }
        for name, chore in chores.items():
            try:
                await chore(database)
            except Exception as error:  # noqa: BLE001 - the next round tries again; the journal has its default partition
                log.error("housekeeping_failed", chore=name, error=type(error).__name__)
        await asyncio.sleep(EVERY_S)


async def ensure_partitions(database: Database) -> None:
    """The one chore that a service does before it starts, for this month alone."""
    async with database.connection() as connection:
        await journal.ensure_partitions(connection, months_ahead=0)


async def ensure_next_partitions(database: Database) -> None:
    """Whoever reads the journal is waited for again and again, each time so shortly that decisions go on."""
    for left in reversed(range(PARTITION_TRIES)):
        try:
            async with database.connection() as connection:
                await journal.ensure_partitions(connection)
        except asyncpg.LockNotAvailableError:
            if not left:
                raise
        else:
            return
        await asyncio.sleep(PARTITION_PAUSE_S)


async def rewrap_keys(database: Database) -> None:
    """Wrap keys of persons with the newest key encryption key."""
    if not seals():
        return
    away, last, goes_on = 0, None, True
    async with database.connection() as connection:
        while goes_on:
            done = await keys.rewrap(connection, last)
            away, last, goes_on = away + done.away, done.last, done.last is not None
    if away:
        log.error("keys_not_rewrapped", keys=away)


async def forget(database: Database, *, own: Forget | None = None) -> None:
    """It may take long: a service works meanwhile."""
    async with database.connection() as connection:
        await idempotency.forget(connection, ANSWERS_KEPT)
        await imports.forget(connection, IMPORTS_KEPT)
        await request_limits.forget(connection)
        await inbox.forget(connection, inbox.KEPT)
        await skips.forget(connection)
        await dead_letters.look_at_older(connection)
        await dead_letters.forget(connection, PARTNERS_BYTES_KEPT, PARTNERS_BYTES_AT_MOST)
        if own is not None:
            await own(connection)
