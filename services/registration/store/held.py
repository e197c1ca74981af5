"""What is held of a firm that it did not say itself, and whether anything personal of it is."""

from datetime import datetime
from typing import Literal, NamedTuple, get_args
from uuid import UUID

from services.registration.domain.prospect import Prospect
from services.registration.store import prospects
from shared.runtime.database import Connection

Kept = Literal["contact", "identity", "claim", "people", "attachments"]
PERSONAL = get_args(Kept)

_PROSPECTS = "SELECT * FROM prospect WHERE supplier_id = $1 ORDER BY id"
_MERGERS = """
    SELECT decided_at, remains = $1 AS went_on FROM twins
    WHERE (older = $1 OR newer = $1) AND status = 'merged' ORDER BY decided_at, id
"""
_PERSONAL = """
    SELECT contact IS NOT NULL AS contact, identity IS NOT NULL AS identity,
        EXISTS (SELECT FROM claim WHERE claim.id = supplier.id AND profile IS NOT NULL) AS claim,
        EXISTS (SELECT FROM person WHERE supplier_id = supplier.id AND email IS NOT NULL) AS people,
        EXISTS (SELECT FROM attachment WHERE supplier_id = supplier.id AND state = 'kept') AS attachments
    FROM supplier WHERE id = $1
"""


async def prospects_of(connection: Connection, firm: UUID) -> list[Prospect]:
    """Plants that are the firm."""
    return await prospects.prospects.all_of(connection, await connection.fetch(_PROSPECTS, firm))


class Merger(NamedTuple):
    decided_at: datetime
    went_on: bool


async def mergers_of(connection: Connection, firm: UUID) -> list[Merger]:
    """When operators said that it is one with another record."""
    return [Merger(**row) for row in await connection.fetch(_MERGERS, firm)]


async def personal_of(connection: Connection, firm: UUID) -> list[Kept]:
    """What of a person this store holds with the firm, by name."""
    row = await connection.fetchrow(_PERSONAL, firm)
    return [] if row is None else [name for name in PERSONAL if row[name]]
