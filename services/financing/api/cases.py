"""HTTP of needs: one firm's case, and all needs for operators."""

from uuid import UUID

from fastapi import APIRouter

from services.financing.api.access import Firm, Operator, Own
from services.financing.domain.reasons import Purpose
from services.financing.store import queries
from services.financing.store.cases import cases
from services.financing.store.refusals import refused_of
from services.financing.store.sendings import sendings_of
from services.financing.store.tables import ConsentRow, NeedRow, ReferralRow
from services.financing.views.cases import CaseView, NeedView, RefusedAnswerView
from services.financing.views.consents import PapersView
from shared.contracts.event import PartnerCode
from shared.runtime.database import Database
from shared.service.http import Page, Paging, Problem, Show, routes


def router(database: Database) -> APIRouter:
    api = routes("cases")

    @api.get("/cases/{supplier_id}")
    async def show_case(supplier_id: UUID, caller: Own, show: Show) -> CaseView:
        """Show what a firm needs, with the products that could serve it, its consents and its referrals."""
        caller.require_supplier(supplier_id)
        async with database.session() as session:
            if not await queries.is_known(session, supplier_id):
                raise Problem(404, "supplier_unknown")
            needs = await queries.rows_of(session, NeedRow, supplier_id)
            consents = await queries.rows_of(session, ConsentRow, supplier_id)
            referrals = await queries.rows_of(session, ReferralRow, supplier_id)
            sendings = await sendings_of(session, supplier_id)
        await queries.open_papers(database, referrals)
        return show.shown(CaseView.of_case(supplier_id, needs, consents, referrals, sendings, caller))

    @api.get("/cases/{supplier_id}/papers")
    async def show_papers(supplier_id: UUID, caller: Firm, show: Show) -> PapersView:
        """Show a firm the data that it handed over with its consents, as long as they are held."""
        if caller.supplier_id != supplier_id:
            raise Problem(403, "not_yours", message="not_yours.supplier")
        async with database.connection() as connection:
            case = (await cases.load_many(connection, [supplier_id])).get(supplier_id)
        if case is None:
            raise Problem(404, "supplier_unknown")
        return show.shown(PapersView.of_case(case))

    @api.get("/cases/{supplier_id}/refusals")
    async def list_refusals(supplier_id: UUID, caller: Firm, paging: Paging) -> Page[RefusedAnswerView]:
        """List for a firm what partners wrote about its referrals that had no effect, as long as that is held."""
        if caller.supplier_id != supplier_id:
            raise Problem(403, "not_yours", message="not_yours.supplier")
        async with database.session() as session:
            if not await queries.is_known(session, supplier_id):
                raise Problem(404, "supplier_unknown")
        async with database.connection() as connection:
            rows = await refused_of(connection, supplier_id, paging.position(UUID), paging.fetch)
        return Page[RefusedAnswerView].of_rows(rows, paging, RefusedAnswerView.of, lambda row: row.id)

    @api.get("/needs")
    async def list_needs(
        _: Operator, paging: Paging, purpose: Purpose | None = None, eligible_partner: PartnerCode | None = None
    ) -> Page[NeedView]:
        """List the open needs of all firms."""
        async with database.session() as session:
            rows = await queries.needs(session, purpose, eligible_partner, paging.position(UUID), paging.fetch)
        return Page[NeedView].of_rows(rows, paging, NeedView.of, lambda row: row.id)

    return api
