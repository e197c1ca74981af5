"""What happened: written with each batch, read by whoever may see the firm."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from datetime import datetime
from uuid import UUID

from pydantic import TypeAdapter

from services.portal.domain.scope import OwnAnchor, OwnFirm, Scope
from services.portal.domain.story import Entry
from shared.runtime.database import Connection, Database, columns

CHANNEL = "news"
"""Told after each batch: pages that wait for an event look again."""

PAUSE_S = 1.0
"""Between two looks of one live page, however much arrives."""
ALIVE_S = 15.0

_FACTS, _REASONS = TypeAdapter(dict[str, str]), TypeAdapter(tuple[str, ...])

_WRITE = """
    INSERT INTO story (event_id, subject, at, type, correlation_id, causation_id, facts, reasons)
    SELECT * FROM unnest(
        $1::uuid[], $2::uuid[], $3::timestamptz[], $4::text[], $5::text[], $6::text[], $7::text[]::jsonb[],
        $8::text[]::jsonb[]
    )
    ON CONFLICT (event_id) DO NOTHING
"""
_READ = """
    SELECT event_id, subject, at, type, correlation_id, causation_id, facts, reasons FROM story
    WHERE subject = $1 AND ($2::timestamptz IS NULL OR (at, event_id) < ($2, $3))
    ORDER BY at DESC, event_id DESC LIMIT $4
"""
_HAS = "SELECT EXISTS (SELECT FROM story WHERE correlation_id = $1)"


async def write(connection: Connection, entries: Sequence[Entry]) -> None:
    """Keep these, and wake the pages that wait for them."""
    rows = [
        (
            each.event_id,
            each.subject,
            each.at,
            each.type,
            each.correlation_id,
            each.causation_id,
            _FACTS.dump_json(each.facts).decode(),
            _REASONS.dump_json(each.reasons).decode(),
        )
        for each in entries
    ]
    await connection.execute(_WRITE, *columns(rows))
    await connection.execute("SELECT pg_notify($1, '')", CHANNEL)


async def story_of(
    connection: Connection, scope: Scope, supplier_id: UUID, before: tuple[datetime, UUID] | None, limit: int
) -> list[Entry]:
    """What happened to a firm, the latest first. An anchor sees none of it: a story tells of other anchors too."""
    if isinstance(scope, OwnAnchor) or (isinstance(scope, OwnFirm) and scope.supplier_id != supplier_id):
        return []
    rows = await connection.fetch(_READ, supplier_id, *(before or (None, None)), limit)
    return [
        Entry(
            **{
                **row,
                "facts": _FACTS.validate_json(row["facts"]),
                "reasons": _REASONS.validate_json(row["reasons"]),
            }
        )
        for row in rows
    ]


async def news(database: Database, stopping: asyncio.Event) -> AsyncIterator[None]:
    """Each time that something arrived, once in `PAUSE_S` at most; at once for the first time, and at least every
    `ALIVE_S`, so that neither the store nor a proxy takes the silence for an end. Ends with the service.
    """
    connection = await database.dedicated()
    try:
        told = asyncio.Event()
        await connection.add_listener(CHANNEL, lambda *_: told.set())
        while not stopping.is_set():
            told.clear()
            yield
            with suppress(TimeoutError):
                async with asyncio.timeout(PAUSE_S):
                    await stopping.wait()
            with suppress(TimeoutError):
                async with asyncio.timeout(ALIVE_S):
                    await _first(told, stopping)
            await connection.execute("SELECT 1")
    finally:
        connection.terminate()


async def _first(*events: asyncio.Event) -> None:
    waits = [asyncio.ensure_future(event.wait()) for event in events]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()


async def until_followed(database: Database, correlation_id: str, seconds: float) -> bool:
    """Wait until an event of this command has arrived here, at most so long. False where none came."""
    connection = await database.dedicated()
    try:
        told = asyncio.Event()
        await connection.add_listener(CHANNEL, lambda *_: told.set())
        async with asyncio.timeout(seconds):
            while not await connection.fetchval(_HAS, correlation_id):
                await told.wait()
                told.clear()
    except TimeoutError:
        return False
    else:
        return True
    finally:
        connection.terminate()
