"""Columns by which suppliers are found, of those that were stored before there were these."""

from collections.abc import Mapping
from uuid import UUID

from services.registration.store import suppliers
from shared.messaging.routing import Slice
from shared.runtime.database import Connection

STEP = 200
"""Suppliers of one step: some tens of milliseconds."""

_BEFORE = "SELECT * FROM supplier WHERE id > $1 AND marks IS NULL ORDER BY id LIMIT $2 FOR UPDATE"
"""`marks` is the column that came last."""


async def derive_suppliers(connection: Connection, _args: Mapping[str, str], after: UUID | None) -> Slice:
    """Save the next suppliers that lack a column as they are: what is derived from them is written with them."""
    found = [suppliers.of(row) for row in await connection.fetch(_BEFORE, after or UUID(int=0), STEP)]
    if not found:
        return Slice(None)
    await suppliers.save_many(connection, (), found)
    return Slice(max(each.id for each in found), len(found))
