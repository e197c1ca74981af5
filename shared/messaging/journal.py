"""The journal: what a stage decided."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

import asyncpg

from shared.contracts.envelope import Envelope
from shared.contracts.event import Actor, EventData
from shared.messaging import actors, outbox, sealed_events
from shared.messaging.codec import data_of, encode
from shared.messaging.topics import MAX_EVENT_BYTES
from shared.runtime import logging
from shared.runtime.database import Connection

PARTITIONS_LOCK = 0x5044_5003
"""Advisory lock of whoever makes a partition."""

PARTITION_LOCK_TIMEOUT_S = 1
"""Who waits for a lock on the journal keeps every decision waiting behind it."""

LARGEST_BODY = MAX_EVENT_BYTES - 65_536
"""Leaves room for the key and for the batch that an event travels in."""

_APPEND = f"""
    WITH written AS (
        INSERT INTO journal (event_id, topic, key, type, body, actor)
        SELECT event_id, topic, key, type, body, actor::jsonb
        FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::text[], $5::bytea[], $6::text[])
            WITH ORDINALITY AS given(event_id, topic, key, type, body, actor, position)
        ORDER BY position
        RETURNING id, recorded_at, topic
    ), todo AS ({outbox.PUT.format(written="written", together="$8")})
    SELECT pg_notify($7, '') FROM (SELECT count(*) FROM todo) AS appended
"""

_REDACT = "SELECT journal_redact($1::uuid[], $2, $3, $4::text[], $5::text[])"
_PARTITION = "SELECT journal_partition($1, $2, $3)"
_DECIDED = """
    SELECT id, event_id, topic, type, recorded_at, actor FROM journal
    WHERE key = $1 AND id > $2 AND ($4::uuid[] IS NULL OR event_id = ANY($4)) ORDER BY id LIMIT $3
"""
_TOLD = """
    WITH told AS (
        SELECT type, body, recorded_at, actor, row_number() OVER (ORDER BY id) AS number
        FROM journal WHERE key = $1 AND type = ANY($2)
    )
    SELECT number, type, body, recorded_at, actor FROM told
    WHERE number > coalesce((SELECT max(number) - 1 FROM told WHERE type = $5 AND number <= $3), $3)
        AND number <= $3 + $4
    ORDER BY number
"""

_LAST_TOLD = """
    SELECT type, body, recorded_at, actor FROM journal
    WHERE key = $1 AND type = $2 AND recorded_at <= $5 AND convert_from(body, 'UTF8')::jsonb -> 'data' ->> $3 = $4
    ORDER BY id DESC LIMIT 1
"""

log = logging.get(__name__)


class EventTooLargeError(ValueError):
    """A decision gave an event that the broker would refuse: it would stop every later one of its partition."""


class Entry(NamedTuple):
    """One journal entry, without what the event says."""

    id: int
    event_id: UUID
    topic: str
    type: str
    recorded_at: datetime
    actor: Actor | None


class Told(NamedTuple):
    """One journal entry, with what the event says."""

    number: int
    """Among those of its aggregate that were asked for, from 1 in the order in which they were decided."""
    data: EventData
    recorded_at: datetime
    actor: Actor | None


async def append(connection: Connection, envelopes: Sequence[Envelope]) -> None:
    """Write events to the journal and to the outbox, and wake the relay when the transaction commits.

    The caller holds the locks of the aggregates: that makes the order of ids the order of commits, per aggregate.
    """
    if not envelopes:
        return
    bodies = [encode(envelope) for envelope in envelopes]
    for envelope, body in zip(envelopes, bodies, strict=True):
        if len(body) > LARGEST_BODY:
            raise EventTooLargeError(f"{envelope.data.TYPE} has {len(body)} bytes, allowed are {LARGEST_BODY}")
    if any(envelope.data.PERSONAL for envelope in envelopes):
        bodies = await sealed_events.seal(connection, envelopes, bodies)
    await connection.execute(
        _APPEND,
        [envelope.id for envelope in envelopes],
        [envelope.data.topic for envelope in envelopes],
        [envelope.data.key for envelope in envelopes],
        [envelope.data.TYPE for envelope in envelopes],
        bodies,
        [actors.kept(envelope.cause.actor) for envelope in envelopes],
        outbox.CHANNEL,
        outbox.together(),
    )


async def decided(
    connection: Connection, key: UUID, after: int, limit: int, events: Sequence[UUID] | None = None
) -> list[Entry]:
    """The first entries of an aggregate after this id, the oldest first; only of these events where they are named."""
    rows = await connection.fetch(_DECIDED, key, after, limit, events)
    return [Entry(**{**row, "actor": actors.of(row["actor"])}) for row in rows]


async def told(
    connection: Connection,
    key: UUID,
    types: Sequence[type[EventData]],
    after: int,
    limit: int,
    whole: type[EventData] | None = None,
) -> list[Told]:
    """The first entries of these types on an aggregate after this number, the oldest first, with what they say.

    Before them those since the last of the type `whole`, for whoever has to know what the others add to.
    """
    names = [type_.TYPE for type_ in types]
    rows = await connection.fetch(_TOLD, key, names, after, limit, whole.TYPE if whole else None)
    return [
        Told(row["number"], data_of(row["type"], row["body"]), row["recorded_at"], actors.of(row["actor"]))
        for row in rows
    ]


async def last_told(
    connection: Connection, key: UUID, type_: type[EventData], field: str, value: str, until: datetime
) -> Told | None:
    """The last entry of this type on an aggregate whose field has this value, of those that were decided by then."""
    row = await connection.fetchrow(_LAST_TOLD, key, type_.TYPE, field, value, until)
    if row is None:
        return None
    return Told(0, data_of(row["type"], row["body"]), row["recorded_at"], actors.of(row["actor"]))


async def redact(
    connection: Connection, keys: Sequence[UUID], type_: str, id_field: str, ids: Sequence[str], fields: Sequence[str]
) -> None:
    """Take fields out of the `data` of the entries of these keys and this type whose `id_field` is one of the ids.

    What stays is the envelope and the rest of the data: the proof that something was said, without what was erased.
    An entry that the relay has not fetched yet goes out without them too; one that it has goes out as it was.
    """
    await connection.execute(_REDACT, keys, type_, id_field, ids, fields)


async def ensure_partitions(connection: Connection, today: datetime | None = None, months_ahead: int = 3) -> None:
    """Create the journal's partitions of this month and the next ones, by the store's clock unless a day is given.

    Raises asyncpg.LockNotAvailableError when a reader or a writer of the journal is in the way for too long.
    """
    if today is None:
        today = await connection.fetchval("SELECT now()")
    year, month = today.year, today.month
    for _ in range(months_ahead + 1):
        start = datetime(year, month, 1, tzinfo=UTC)
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
        end = datetime(year, month, 1, tzinfo=UTC)
        await _ensure_partition(connection, start, end)


async def _ensure_partition(connection: Connection, start: datetime, end: datetime) -> None:
    name = f"journal_{start:%Y_%m}"
    try:
        async with connection.transaction():
            # What is looked for first does not see what another process is about to commit.
            await connection.execute("SELECT pg_advisory_xact_lock($1)", PARTITIONS_LOCK)
            if await connection.fetchval("SELECT to_regclass($1)", name) is None:
                await _make_partition(connection, name, start, end)
    except asyncpg.CheckViolationError:
        # Rows of this month are in the default partition already: they, and its later ones, are safe there.
        log.error("journal_partition_refused", partition=name)


async def _make_partition(connection: Connection, name: str, start: datetime, end: datetime) -> None:
    """Made alone and attached. The default partition is locked all the same; it is empty, and who reads all of the
    journal reads it too: so nobody is kept waiting for longer than the lock's timeout.
    """
    await connection.execute(f"SET LOCAL lock_timeout = '{PARTITION_LOCK_TIMEOUT_S}s'")
    await connection.execute(_PARTITION, name, start, end)
