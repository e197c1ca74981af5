"""What looks after a stage's attachments: whether the object store answers, what is to be erased, what is left over."""

import asyncio
from contextlib import suppress
from datetime import timedelta
from uuid import UUID

from shared.attachments import records
from shared.attachments.keeping import Attachments
from shared.attachments.objects import Found, ObjectMissingError, ObjectsAwayError
from shared.runtime import logging, metrics
from shared.runtime.clock import now
from shared.runtime.database import Database
from shared.runtime.failures import INFRASTRUCTURE

LOOK_S = 30.0
"""Between two looks whether the object store answers: as often as other figures."""
HOUSE_LOOKS = 720
"""Looks between two times that house is kept: six hours."""
UNFINISHED_KEPT = timedelta(hours=1)
"""Of one that never came as a whole: its caller gave up long ago."""
ORPHANS_KEPT = timedelta(days=7)
"""Of an object that no record names, as after a store was restored: whoever restored the wrong copy finds out."""

log = logging.get(__name__)


async def run(attachments: Attachments, database: Database) -> None:
    """Look until cancelled."""
    while True:
        house_kept = False
        for _ in range(HOUSE_LOOKS):
            try:
                if not house_kept:
                    # First: what is due is erased in the store, whether the object store answers or not.
                    await keep_house(attachments, database)
                    house_kept = True
                await look(attachments)
            except ObjectsAwayError:
                metrics.ATTACHMENTS_AWAY.set(1)
            except INFRASTRUCTURE as error:
                log.warning("attachment_watch_waits", error=type(error).__name__)
            except Exception as error:  # noqa: BLE001 - a watch that ended would look like one that sees nothing
                log.error("attachment_watch_failed", error=type(error).__name__, at=logging.frames(error))
            await asyncio.sleep(LOOK_S)


async def look(attachments: Attachments) -> None:
    """Ask for what is not there. Raises ObjectsAwayError."""
    with suppress(ObjectMissingError):
        await attachments.objects.get(f"{attachments.service}/{UUID(int=0)}")
    metrics.ATTACHMENTS_AWAY.set(0)


async def keep_house(attachments: Attachments, database: Database) -> None:
    """Erase what is due, and remove what is left over. Raises ObjectsAwayError: what that keeps from being removed is
    unreadable already, and removed the next time.
    """
    after = timedelta(days=attachments.settings.erase_days)
    async with database.connection() as connection:
        await records.mark_gone(connection, attachments.gone, after)
        while await records.erase_due(connection):
            pass
    await seal_older(database)
    await _remove(attachments, database)
    await attachments.objects.sweep(now() - UNFINISHED_KEPT)
    await _sweep_orphans(attachments, database)


async def seal_older(database: Database) -> None:
    """What records of before have in clear is sealed."""
    sealed = records.PAGE
    while sealed == records.PAGE:
        async with database.transaction() as connection:
            sealed = await records.seal_older(connection)


async def _remove(attachments: Attachments, database: Database) -> None:
    async with database.connection() as connection:
        while going := await records.unremoved(connection, UNFINISHED_KEPT):
            for supplier_id, id_ in going:
                await attachments.objects.remove(attachments.path(supplier_id, id_))
            await records.removed(connection, [id_ for _, id_ in going])


async def _sweep_orphans(attachments: Attachments, database: Database) -> None:
    """Objects that no record names: counted at once, and removed when they are old."""
    orphans, waiting = 0, dict[UUID, Found]()
    async for found in attachments.objects.list(f"{attachments.service}/"):
        with suppress(ValueError):
            waiting[UUID(found.path.rpartition("/")[2])] = found
        if len(waiting) == records.PAGE:
            orphans += await _sweep_page(attachments, database, waiting)
            waiting = {}
    metrics.ATTACHMENT_ORPHANS.set(orphans + await _sweep_page(attachments, database, waiting))


async def _sweep_page(attachments: Attachments, database: Database, found: dict[UUID, Found]) -> int:
    async with database.connection() as connection:
        known = await records.known(connection, found.keys())
    orphans = [each for id_, each in found.items() if id_ not in known]
    for each in orphans:
        if now() - each.at > ORPHANS_KEPT:
            await attachments.objects.remove(each.path)
            log.warning("attachment_orphan_removed", object=each.path)
    return len(orphans)
