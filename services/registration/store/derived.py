"""Columns by which suppliers are found, of those that were stored before there were these."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from services.registration.domain.supplier import Supplier
from services.registration.domain.twins import LOOK_OUT
from services.registration.store import past, suppliers
from services.registration.store.people import people
from services.registration.store.tables import HELD_ONCE
from shared.messaging.routing import Slice
from shared.messaging.timers import wake
from shared.runtime import logging, metrics
from shared.runtime.clock import now
from shared.runtime.database import Connection, UniqueViolationError

STEP = 200
"""Suppliers of one step: some tens of milliseconds."""

_NEXT = "SELECT * FROM supplier WHERE id > $1 ORDER BY id LIMIT $2 FOR UPDATE"
SEAL_PEOPLE = "seal_people"
UNSEALED = """
    SELECT 'suppliers', count(*) FROM supplier WHERE EXISTS (
        SELECT FROM sweep WHERE kind = 'derive_suppliers' AND args ->> 'columns' = 'sealed' AND finished_at IS NULL
            AND (cursor IS NULL OR supplier.id > cursor)
    )
    UNION ALL SELECT 'people', count(*) FROM person WHERE EXISTS (
        SELECT FROM sweep WHERE kind = 'seal_people' AND finished_at IS NULL AND (cursor IS NULL OR person.id > cursor)
    )
"""
log = logging.get(__name__)
_NEXT_PEOPLE = "SELECT id FROM person WHERE id > $1 ORDER BY id LIMIT $2"


async def seal_people(connection: Connection, _: Mapping[str, str], after: UUID | None) -> Slice:
    """Save the next people as they are: their addresses are sealed by that."""
    ids = [row["id"] for row in await connection.fetch(_NEXT_PEOPLE, after or UUID(int=0), STEP)]
    await people.save_many(connection, (), [*(await people.load_many(connection, ids)).values()])
    return Slice(ids[-1] if ids else None, len(ids))


async def derive_suppliers(connection: Connection, args: Mapping[str, str], after: UUID | None) -> Slice:
    """Save the next suppliers as they are: what is derived from them is written with them. And have them compared."""
    found = await suppliers.all_of(connection, await connection.fetch(_NEXT, after or UUID(int=0), STEP))
    if not found:
        return Slice(None)
    await _save(connection, found)
    await past.seal_older(connection, [each.id for each in found])
    about = dict.fromkeys((each.id for each in found), f"derive_suppliers {args['columns']}")
    await wake(connection, LOOK_OUT, about, now(), anew=True)
    return Slice(max(each.id for each in found), len(found))


async def _save(connection: Connection, found: Sequence[Supplier]) -> None:
    """One whose RFC another one holds by now, since one was kept in clear and one sealed, stays as it is; the others do
    not wait for it.
    """
    try:
        async with connection.transaction():
            await suppliers.save_many(connection, (), found)
    except UniqueViolationError as error:
        if error.constraint_name != HELD_ONCE:
            raise
        if len(found) == 1:
            metrics.SWEEP_FAILURES.inc()
            log.error("sweep_left_out", kind="derive_suppliers", aggregate_id=str(found[0].id), error="rfc_held_twice")
            return
        for each in found:
            await _save(connection, [each])
