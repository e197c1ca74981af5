"""What the API reads: from the projected rows, never from the case, so never a paper of a consent."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import tuple_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.financing.domain.reasons import Purpose, ReferralState
from services.financing.store.tables import CaseRow, ConsentRow, NeedRow, ReferralRow
from shared.runtime.database import Database
from shared.sealing.rows import Part, SealedRows

R = TypeVar("R", NeedRow, ConsentRow, ReferralRow)

SEALED_REFERRALS = SealedRows("referral", Part("papers"), person="supplier_id", matter="id")

FIRMS = """
    SELECT 'referred' AS step, count(DISTINCT supplier_id) FROM referral
    UNION ALL SELECT 'financed', count(DISTINCT supplier_id) FROM referral
        WHERE state IN ('approved', 'disbursed', 'closed')
"""
WAITING = """
    SELECT partner,
        CASE WHEN answer_due_at < now() THEN 'overdue' WHEN answer_due_at < now() + interval '3 days' THEN 'soon'
            ELSE 'later' END AS due,
        count(*)
    FROM referral WHERE awaits = 'partner' GROUP BY 1, 2
"""


async def is_known(session: AsyncSession, supplier_id: UUID) -> bool:
    return (await session.exec(select(CaseRow.id).where(CaseRow.id == supplier_id))).first() is not None


async def row(session: AsyncSession, table: type[R], id_: UUID) -> R | None:
    return await session.get(table, id_)


async def rows_of(session: AsyncSession, table: type[R], supplier_id: UUID) -> Sequence[R]:
    query = select(table).where(col(table.supplier_id) == supplier_id).order_by(col(table.id))
    return (await session.exec(query)).all()


async def open_papers(database: Database, referrals: Sequence[ReferralRow]) -> None:
    """Open their papers, in their place. Outside of the rows' session."""
    values: list[dict[str, Any]] = [
        {"id": row.id, "supplier_id": row.supplier_id, "papers": row.papers} for row in referrals
    ]
    if any(each["papers"] is not None for each in values):
        async with database.connection() as connection:
            await SEALED_REFERRALS.open_values(connection, values)
        for row, each in zip(referrals, values, strict=True):
            row.papers = each["papers"]


async def needs(
    session: AsyncSession, purpose: Purpose | None, eligible_partner: str | None, after: UUID | None, limit: int
) -> Sequence[NeedRow]:
    """Open needs by id."""
    query = select(NeedRow).where(col(NeedRow.open)).order_by(col(NeedRow.id)).limit(limit)
    if purpose is not None:
        query = query.where(NeedRow.purpose == purpose)
    if eligible_partner is not None:
        query = query.where(col(NeedRow.eligible_partners).contains([eligible_partner]))
    if after is not None:
        query = query.where(col(NeedRow.id) > after)
    return (await session.exec(query)).all()


async def referrals(
    session: AsyncSession, partner: str | None, state: ReferralState | None, after: UUID | None, limit: int
) -> Sequence[ReferralRow]:
    """Referrals by id."""
    query = select(ReferralRow).order_by(col(ReferralRow.id)).limit(limit)
    if partner is not None:
        query = query.where(ReferralRow.partner == partner)
    if state is not None:
        query = query.where(ReferralRow.state == state)
    if after is not None:
        query = query.where(col(ReferralRow.id) > after)
    return (await session.exec(query)).all()


async def due(
    session: AsyncSession, partner: str | None, after: tuple[datetime, UUID] | None, limit: int
) -> Sequence[ReferralRow]:
    """Referrals that wait for their partner, by when it is to answer."""
    order = col(ReferralRow.answer_due_at), col(ReferralRow.id)
    query = (
        select(ReferralRow)
        .where(ReferralRow.awaits == "partner", col(ReferralRow.answer_due_at).is_not(None))
        .order_by(*order)
        .limit(limit)
    )
    if partner is not None:
        query = query.where(ReferralRow.partner == partner)
    if after is not None:
        query = query.where(tuple_(*order) > after)
    return (await session.exec(query)).all()
