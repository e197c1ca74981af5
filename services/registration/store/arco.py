"""ARCO requests in and out of their table."""

from datetime import date
from uuid import UUID

from sqlalchemy import tuple_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.registration.domain.arco import ArcoRequest, Status
from services.registration.store.tables import ArcoRequestRow
from shared.messaging.repository import TableRepository
from shared.runtime.database import Connection

arco_requests = TableRepository(ArcoRequestRow, ArcoRequest)


async def arco_row(session: AsyncSession, id_: UUID) -> ArcoRequestRow | None:
    return await session.get(ArcoRequestRow, id_)


async def open_arco(connection: Connection, supplier_id: UUID) -> int:
    """How many of a firm's wait for their answer."""
    query = "SELECT count(*) FROM arco_request WHERE supplier_id = $1 AND status = 'received'"
    found: int = await connection.fetchval(query, supplier_id)
    return found


async def arco_of(session: AsyncSession, supplier_id: UUID, after: UUID | None, limit: int) -> list[ArcoRequestRow]:
    """A firm's, in the order in which they came."""
    query = select(ArcoRequestRow).where(ArcoRequestRow.supplier_id == supplier_id).order_by(col(ArcoRequestRow.id))
    if after is not None:
        query = query.where(col(ArcoRequestRow.id) > after)
    return list((await session.exec(query.limit(limit))).all())


async def all_arco(
    session: AsyncSession, status: Status, after: tuple[date, UUID] | None, limit: int
) -> list[ArcoRequestRow]:
    """Those of one status, by when they are to be answered."""
    order = col(ArcoRequestRow.answer_by), col(ArcoRequestRow.id)
    query = select(ArcoRequestRow).where(ArcoRequestRow.status == status).order_by(*order)
    if after is not None:
        query = query.where(tuple_(*order) > after)
    return list((await session.exec(query.limit(limit))).all())
