"""Which messages took effect: the memory that makes at least once into exactly once."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from shared.runtime.database import Connection
from shared.runtime.ids import in_order

_CLAIM = """
    INSERT INTO inbox (message_id) SELECT * FROM unnest($1::uuid[])
    ON CONFLICT DO NOTHING
    RETURNING message_id
"""


async def claim(connection: Connection, message_ids: Sequence[UUID]) -> set[UUID]:
    """Claim messages for this transaction. Returns those that nobody claimed before.

    In sorted order: two workers that meet on the same messages after a rebalance wait for each other instead of
    locking crosswise.
    """
    rows = await connection.fetch(_CLAIM, sorted(set(message_ids), key=in_order))
    return {row["message_id"] for row in rows}


async def forget(connection: Connection, before: datetime) -> None:
    """Drop claims older than every topic's retention: Kafka cannot deliver those messages again."""
    await connection.execute("DELETE FROM inbox WHERE received_at < $1", before)
