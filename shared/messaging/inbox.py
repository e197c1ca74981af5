"""Which messages took effect: the memory that makes at least once into exactly once.

Whoever decides an event claims its id, whenever that is. A record that is set aside, or waits behind one, claims its
place: its event may still come, under its id, by another record or to a later build.
"""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from shared.messaging.topics import EVENT_RETENTION_MS
from shared.runtime.database import Connection
from shared.runtime.ids import in_order

KEPT = timedelta(milliseconds=3 * EVENT_RETENTION_MS)
"""What is published again may be twice as old as Kafka keeps records, and then lies there for as long once more: no
message can come back after its claim is forgotten."""

_CLAIM = """
    WITH claimed AS (
        INSERT INTO inbox (message_id)
        SELECT given.* FROM set_config('plan_cache_mode', 'force_generic_plan', true), unnest($1::uuid[]) AS given
        ON CONFLICT DO NOTHING
        RETURNING message_id
    )
    SELECT * FROM unnest($1::uuid[]) EXCEPT ALL SELECT message_id FROM claimed
"""
"""Gives those that were claimed before: mostly none, so hardly a row travels.

For the rest of its transaction PostgreSQL plans no statement anew that it has planned before (docs/decisions/0128).
"""

_KNOWN = "SELECT message_id FROM inbox WHERE message_id = ANY($1::uuid[])"

_FORGET = """
    DELETE FROM inbox
    WHERE ctid = ANY(ARRAY(SELECT ctid FROM inbox WHERE received_at < now() - $1::interval LIMIT $2))
"""
FORGOTTEN_AT_ONCE = 10_000
"""Far below what a statement's time allows, and few enough not to hold anybody up."""


async def claim(connection: Connection, message_ids: Sequence[UUID]) -> set[UUID]:
    """Claim messages for this transaction. Returns those that nobody claimed before.

    In sorted order: two workers that meet on the same messages after a rebalance wait for each other instead of
    locking crosswise.
    """
    distinct = set(message_ids)
    known = await connection.fetch(_CLAIM, sorted(distinct, key=in_order))
    return distinct.difference(row[0] for row in known)


async def known(connection: Connection, message_ids: Sequence[UUID]) -> frozenset[UUID]:
    """Those that somebody claimed before."""
    return frozenset(row[0] for row in await connection.fetch(_KNOWN, message_ids))


async def give_back(connection: Connection, message_ids: Sequence[UUID]) -> None:
    """Undo claims of this transaction: what was claimed here is not decided here."""
    await connection.execute("DELETE FROM inbox WHERE message_id = ANY($1::uuid[])", message_ids)


async def forget(connection: Connection, kept: timedelta) -> None:
    """Drop claims that are older than any message that can still come again."""
    deleted = f"DELETE {FORGOTTEN_AT_ONCE}"
    while deleted == f"DELETE {FORGOTTEN_AT_ONCE}":
        deleted = await connection.execute(_FORGET, kept, FORGOTTEN_AT_ONCE)
