"""Columns by which suppliers are found, of those that were stored before there were these."""

from collections.abc import Mapping
from uuid import UUID

from services.registration.domain.twins import LOOK_OUT
from services.registration.store import suppliers
from shared.messaging.routing import Slice
from shared.messaging.timers import wake
from shared.runtime.clock import now
from shared.runtime.database import Connection

STEP = 200
"""Suppliers of one step: some tens of milliseconds."""

_NEXT = "SELECT * FROM supplier WHERE id > $1 ORDER BY id LIMIT $2 FOR UPDATE"


async def derive_suppliers(connection: Connection, args: Mapping[str, str], after: UUID | None) -> Slice:
    """Save the next suppliers as they are: what is derived from them is written with them. And have them compared."""
    found = [suppliers.of(row) for row in await connection.fetch(_NEXT, after or UUID(int=0), STEP)]
    if not found:
        return Slice(None)
    await suppliers.save_many(connection, (), found)
    about = dict.fromkeys((each.id for each in found), f"derive_suppliers {args['columns']}")
    await wake(connection, LOOK_OUT, about, now(), anew=True)
    return Slice(max(each.id for each in found), len(found))
