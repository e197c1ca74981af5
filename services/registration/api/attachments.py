"""Files of certificates: given and opened by the firm's own people, and by operators."""

from collections.abc import Collection
from uuid import UUID

from fastapi import APIRouter

from services.registration import store
from shared.attachments import records
from shared.attachments.keeping import Attachments
from shared.runtime.database import Database
from shared.service import attaching
from shared.service.attaching import Rights
from shared.service.callers import Caller, Role, allow
from shared.service.http import Problem


def router(attachments: Attachments, database: Database) -> APIRouter:
    async def may_read(caller: Caller, supplier_id: UUID) -> None:
        caller.require_supplier(supplier_id)
        if await store.find_supplier(database, supplier_id) is None:
            raise Problem(404, "supplier_unknown")

    async def may_give(caller: Caller, supplier_id: UUID) -> None:
        caller.require_supplier(supplier_id)
        supplier = await store.find_supplier(database, supplier_id)
        if supplier is None:
            raise Problem(404, "supplier_unknown")
        if supplier.status == "withdrawn":
            raise Problem(409, "supplier_withdrawn")

    own = allow(Role.SUPPLIER, Role.OPERATOR)
    rights = Rights(give=own, read=own, erase=allow(Role.OPERATOR), may_give=may_give, may_read=may_read)
    return attaching.router("/suppliers", attachments, database, rights)


async def require_known(database: Database, supplier_id: UUID, digests: Collection[str]) -> None:
    """Raises Problem where a digest is of no attachment of this firm."""
    if not digests:
        return
    async with database.connection() as connection:
        known = await records.digests(connection, supplier_id)
    if not known.issuperset(digests):
        raise Problem(422, "attachment_unknown")
