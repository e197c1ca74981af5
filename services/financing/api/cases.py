"""HTTP of needs: one firm's case, and all needs for operators."""

from uuid import UUID

from fastapi import APIRouter

from services.financing.api.access import BY_OPERATOR, Limit, Own
from services.financing.domain.reasons import Purpose
from services.financing.store import queries
from services.financing.store.tables import ConsentRow, NeedRow, ReferralRow
from services.financing.views.cases import CaseView, NeedPage
from shared.runtime.database import Database
from shared.service.http import Problem


def router(database: Database) -> APIRouter:
    api = APIRouter(tags=["cases"])

    @api.get("/cases/{supplier_id}")
    async def case(supplier_id: UUID, caller: Own) -> CaseView:
        caller.require_supplier(supplier_id)
        async with database.session() as session:
            if not await queries.is_known(session, supplier_id):
                raise Problem(404, "supplier_unknown", "Nothing is known of this firm here yet.")
            return CaseView.of_case(
                supplier_id,
                await queries.rows_of(session, NeedRow, supplier_id),
                await queries.rows_of(session, ConsentRow, supplier_id),
                await queries.rows_of(session, ReferralRow, supplier_id),
            )

    @api.get("/needs", dependencies=BY_OPERATOR)
    async def needs(
        purpose: Purpose | None = None,
        eligible_partner: str | None = None,
        cursor: UUID | None = None,
        limit: Limit = 50,
    ) -> NeedPage:
        async with database.session() as session:
            return NeedPage.of_rows(await queries.needs(session, purpose, eligible_partner, cursor, limit + 1), limit)

    return api
