"""Columns by which suppliers are found, of those that were stored before there were these."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from services.registration.domain.supplier import Supplier
from services.registration.domain.twins import LOOK_OUT
from services.registration.store import past, suppliers
from services.registration.store.arco import arco_requests
from services.registration.store.people import people
from services.registration.store.tables import (
    ARCO_IN_CLEAR,
    HELD_ONCE,
    PAST_IN_CLEAR,
    PERSON_IN_CLEAR,
    SUPPLIER_IN_CLEAR,
    ArcoRequestRow,
    PersonRow,
)
from shared.attachments import records
from shared.messaging.rewriting import rewritten
from shared.messaging.routing import Slice
from shared.messaging.timers import wake
from shared.runtime import logging, metrics
from shared.runtime.clock import now
from shared.runtime.database import Connection, UniqueViolationError
from shared.sealing.rows import COUNTED

STEP = 200
"""Suppliers of one step: some tens of milliseconds."""

_NEXT = "SELECT * FROM supplier WHERE id > $1 ORDER BY id LIMIT $2 FOR UPDATE"
SEAL_PEOPLE, SEAL_ARCO = "seal_people", "seal_arco"
SEAL_SUPPLIERS = "seal_suppliers"
UNSEALED = f"""
    SELECT 'suppliers', count(*) FROM (SELECT FROM supplier WHERE {SUPPLIER_IN_CLEAR} LIMIT {COUNTED}) AS kept
    UNION ALL SELECT 'profiles', count(*) FROM (SELECT FROM supplier_past WHERE {PAST_IN_CLEAR} LIMIT {COUNTED}) AS kept
    UNION ALL SELECT 'people', count(*) FROM (SELECT FROM person WHERE {PERSON_IN_CLEAR} LIMIT {COUNTED}) AS kept
    UNION ALL SELECT 'requests', count(*) FROM (SELECT FROM arco_request WHERE {ARCO_IN_CLEAR} LIMIT {COUNTED}) AS kept
    UNION ALL {records.UNSEALED}
"""  # noqa: S608 - conditions of its own tables
SUPPLIERS_WANTED = f"""
    SELECT EXISTS (SELECT FROM supplier WHERE {SUPPLIER_IN_CLEAR})
        OR EXISTS (SELECT FROM supplier_past WHERE {PAST_IN_CLEAR})
"""  # noqa: S608 - conditions of its own tables
ARCO_WANTED = f"SELECT EXISTS (SELECT FROM arco_request WHERE {ARCO_IN_CLEAR})"  # noqa: S608 - conditions of its own tables
PEOPLE_WANTED = f"SELECT EXISTS (SELECT FROM person WHERE {PERSON_IN_CLEAR})"  # noqa: S608 - conditions of its own tables
_NEXT_IN_CLEAR = f"""
    (SELECT id FROM supplier WHERE id > $1 AND ({SUPPLIER_IN_CLEAR}) ORDER BY id LIMIT $2)
    UNION (
        SELECT supplier_id FROM supplier_past WHERE supplier_id > $1 AND ({PAST_IN_CLEAR}) ORDER BY supplier_id LIMIT $2
    )
    ORDER BY id LIMIT $2
"""  # noqa: S608 - conditions of its own tables
log = logging.get(__name__)

people_sealed = rewritten(SEAL_PEOPLE, PersonRow, people, PERSON_IN_CLEAR)
arco_sealed = rewritten(SEAL_ARCO, ArcoRequestRow, arco_requests, ARCO_IN_CLEAR)


async def derive_suppliers(connection: Connection, args: Mapping[str, str], after: UUID | None) -> Slice:
    """Save the next suppliers as they are: what is derived from them is written with them. And have them compared."""
    found = await suppliers.all_of(connection, await connection.fetch(_NEXT, after or UUID(int=0), STEP))
    if not found:
        return Slice(None)
    await _derive(connection, found, f"derive_suppliers {args['columns']}")
    return Slice(max(each.id for each in found), len(found))


async def seal_suppliers(connection: Connection, _: Mapping[str, str], after: UUID | None) -> Slice:
    """Save the next suppliers that are in clear, now or as they were, which seals them. And have them compared."""
    rows = await connection.fetch(_NEXT_IN_CLEAR, after or UUID(int=0), STEP)
    if not rows:
        return Slice(None)
    ids = [row["id"] for row in rows]
    await _derive(connection, [*(await suppliers.load_many(connection, ids)).values()], SEAL_SUPPLIERS)
    await past.seal_older(connection, ids)
    return Slice(ids[-1], len(ids))


async def _derive(connection: Connection, found: Sequence[Supplier], why: str) -> None:
    await _save(connection, found, why)
    await wake(connection, LOOK_OUT, dict.fromkeys((each.id for each in found), why), now(), anew=True)


async def _save(connection: Connection, found: Sequence[Supplier], why: str) -> None:
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
            log.error("sweep_left_out", kind=why, aggregate_id=str(found[0].id), error="rfc_held_twice")
            return
        for each in found:
            await _save(connection, [each], why)
