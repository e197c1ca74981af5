"""What is held of a firm that it did not say itself, and whether anything personal of it is."""

from typing import Literal, get_args
from uuid import UUID

from services.registration.domain.prospect import Prospect
from services.registration.domain.twins import Twins
from services.registration.store import prospects, twins
from shared.runtime.database import Connection

Side = Literal["holder", "claimant"]
Kept = Literal["contact", "identity", "claim", "people", "attachments"]
PERSONAL = get_args(Kept)

_PROSPECTS = "SELECT * FROM prospect WHERE supplier_id = $1 ORDER BY id"
_TWINS = "SELECT * FROM twins WHERE older = $1 OR newer = $1 ORDER BY id"
_DISPUTED = """
    SELECT CASE WHEN one.disputed THEN 'claimant' ELSE 'holder' END AS side FROM supplier AS one
    WHERE id = $1 AND (disputed OR EXISTS (SELECT FROM supplier AS other WHERE other.rfc = one.rfc AND other.disputed))
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


async def twins_with(connection: Connection, firm: UUID) -> list[Twins]:
    """What it was compared with and found like."""
    return await twins.twins.all_of(connection, await connection.fetch(_TWINS, firm))


async def sides_of(connection: Connection, firm: UUID) -> list[Side]:
    """On which side of a dispute of its RFC it is, if of one."""
    return [row["side"] for row in await connection.fetch(_DISPUTED, firm)]


async def personal_of(connection: Connection, firm: UUID) -> list[Kept]:
    """What of a person this store holds with the firm, by name."""
    row = await connection.fetchrow(_PERSONAL, firm)
    return [] if row is None else [name for name in PERSONAL if row[name]]
