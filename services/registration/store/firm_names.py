"""Names by which firms are compared, of suppliers that were registered before they had one."""

from collections.abc import Mapping
from uuid import UUID

from services.registration.domain.firm_name import parted
from shared.messaging.routing import Slice
from shared.runtime.database import Connection

STEP = 500
"""Suppliers of one step: some tens of milliseconds."""

_UNNAMED = """
    SELECT id, legal_name FROM supplier WHERE id > $1 AND name_key IS NULL ORDER BY id LIMIT $2 FOR UPDATE
"""
_NAME = """
    UPDATE supplier SET name_key = given.name_key FROM unnest($1::uuid[], $2::text[]) AS given (id, name_key)
    WHERE supplier.id = given.id
"""


async def name_suppliers(connection: Connection, _args: Mapping[str, str], after: UUID | None) -> Slice:
    """Give the next suppliers that lack one the name by which they are compared."""
    rows = await connection.fetch(_UNNAMED, after or UUID(int=0), STEP)
    if not rows:
        return Slice(None)
    ids = [row["id"] for row in rows]
    await connection.execute(_NAME, ids, [parted(row["legal_name"]).key for row in rows])
    return Slice(ids[-1], len(ids))
