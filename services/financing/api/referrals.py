"""HTTP of referrals."""

from uuid import UUID

from fastapi import APIRouter

from services.financing.api.access import Firm, Operator, Own, own_row
from services.financing.domain.reasons import ReferralState
from services.financing.domain.terms import Terms
from services.financing.handlers import referrals as handlers
from services.financing.store import queries
from services.financing.store.cases import cases
from services.financing.store.tables import ReferralRow
from services.financing.views.referrals import AuthorisationBody, ReferralBody, ReferralLine, ReferralView
from shared.contracts.event import Moment, PartnerCode
from shared.messaging.commands import Commands
from shared.messaging.routing import Reference
from shared.runtime.clock import now
from shared.runtime.database import Database
from shared.service.http import Change, Create, Page, Paging, Part, Replace, Show, Strict, routes


def router(commands: Commands, database: Database, terms: Reference[Terms]) -> APIRouter:
    api = routes("referrals")

    @api.post("/referrals", status_code=201)
    async def send_referral(body: Strict[ReferralBody], caller: Own, create: Create) -> ReferralView:
        """Send a firm's need to a partner, if a product can serve it and the firm's consent carries it."""
        caller.require_supplier(body.supplier_id)
        return await create.run(
            commands,
            cases,
            body.supplier_id,
            lambda case, known: handlers.refer(case, body.asked(), now(), known),
            Part(ReferralView.of_referral, lambda case: case.referrals[-1].id),
            terms,
        )

    @api.get("/referrals")
    async def list_referrals(
        _: Operator, paging: Paging, partner: PartnerCode | None = None, state: ReferralState | None = None
    ) -> Page[ReferralLine]:
        """List the referrals of all firms, without amounts."""
        async with database.session() as session:
            rows = await queries.referrals(session, partner, state, paging.position(UUID), paging.fetch)
        return Page[ReferralLine].of_rows(rows, paging, ReferralLine.of, lambda row: row.id)

    @api.get("/referrals/due")
    async def list_due(_: Operator, paging: Paging, partner: PartnerCode | None = None) -> Page[ReferralLine]:
        """List the referrals that wait for their partner, the one that is to answer first before the others."""
        async with database.session() as session:
            rows = await queries.due(session, partner, paging.position(tuple[Moment, UUID]), paging.fetch)
        return Page[ReferralLine].of_rows(rows, paging, ReferralLine.of, lambda row: (row.answer_due_at, row.id))

    @api.get("/referrals/{referral_id}")
    async def show_referral(referral_id: UUID, caller: Own, show: Show) -> ReferralView:
        """Show one referral with what the partner said, until that is erased."""
        return show.shown(
            ReferralView.of(await own_row(database, ReferralRow, referral_id, caller, "referral_unknown"))
        )

    @api.post("/referrals/{referral_id}/information")
    async def report_information(referral_id: UUID, caller: Own, change: Change) -> ReferralView:
        """Say that the firm has handed the partner what it asked for, on the partner's own channel."""
        supplier_id = (await own_row(database, ReferralRow, referral_id, caller, "referral_unknown")).supplier_id
        return await change.run(
            commands,
            cases,
            supplier_id,
            lambda case, known: handlers.inform(case, referral_id, now(), known),
            lambda case: ReferralView.of_referral(case, referral_id),
            terms,
        )

    @api.put("/referrals/{referral_id}/credit-authorisation")
    async def record_authorisation(
        referral_id: UUID, body: Strict[AuthorisationBody], caller: Firm, replace: Replace
    ) -> ReferralView:
        """Say that the firm let a lender ask for its credit report: whom, under which folio and until when.

        The authorisation belongs to the lender. No report is taken, nor anything that is in one; the rest goes with the
        referral's papers.
        """
        supplier_id = (await own_row(database, ReferralRow, referral_id, caller, "referral_unknown")).supplier_id
        return await replace.run(
            commands,
            cases,
            supplier_id,
            lambda case, known: handlers.authorise(case, referral_id, body.authorisation(), now(), known),
            lambda case: ReferralView.of_referral(case, referral_id),
            terms,
        )

    return api
