"""Who may call what, and see which row."""

from typing import Annotated, TypeVar
from uuid import UUID

from services.financing.store import queries
from services.financing.store.tables import ConsentRow, ReferralRow
from shared.runtime.database import Database
from shared.service.callers import Caller, Role, allow
from shared.service.http import Problem

R = TypeVar("R", ConsentRow, ReferralRow)

Firm = Annotated[Caller, allow(Role.SUPPLIER)]
Own = Annotated[Caller, allow(Role.SUPPLIER, Role.OPERATOR)]
Operator = Annotated[Caller, allow(Role.OPERATOR)]


async def own_row(database: Database, table: type[R], id_: UUID, caller: Caller, unknown: str) -> R:
    """The row, of the caller's own firm; a problem of the code `unknown` where there is none."""
    async with database.session() as session:
        row = await queries.row(session, table, id_)
    if row is None:
        raise Problem(404, unknown)
    caller.require_supplier(row.supplier_id)
    if isinstance(row, ReferralRow):
        await queries.open_papers(database, [row])
    return row
