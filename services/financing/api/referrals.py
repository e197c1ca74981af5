"""HTTP of referrals."""

from uuid import UUID

from fastapi import APIRouter

from services.financing.api.access import BY_OPERATOR, Limit, Own
from services.financing.domain.reasons import ReferralState
from services.financing.domain.terms import Terms
from services.financing.handlers import referrals as handlers
from services.financing.store import queries
from services.financing.store.cases import cases, suppliers_of_referrals
from services.financing.views.referrals import ReferralBody, ReferralPage, ReferralView
from shared.messaging.commands import Commands
from shared.messaging.routing import Reference
from shared.runtime.clock import now
from shared.runtime.database import Database
from shared.service.http import Problem, RequestCause, accepted


def router(commands: Commands, database: Database, terms: Reference[Terms]) -> APIRouter:
    api = APIRouter(tags=["referrals"])

    @api.post("/referrals", status_code=201)
    async def refer(body: ReferralBody, caller: Own, cause: RequestCause) -> ReferralView:
        caller.require_supplier(body.supplier_id)
        outcome = await commands.run(
            cases,
            body.supplier_id,
            lambda case, known: handlers.refer(case, body.asked(), now(), known),
            cause,
            terms,
        )
        sent = accepted(outcome)
        return ReferralView.of_referral(sent, sent.referrals[-1].id)

    @api.get("/referrals", dependencies=BY_OPERATOR)
    async def referrals(
        partner: str | None = None,
        state: ReferralState | None = None,
        cursor: UUID | None = None,
        limit: Limit = 50,
    ) -> ReferralPage:
        async with database.session() as session:
            return ReferralPage.of_rows(await queries.referrals(session, partner, state, cursor, limit + 1), limit)

    @api.post("/referrals/{referral_id}/information")
    async def information(referral_id: UUID, caller: Own, cause: RequestCause) -> ReferralView:
        async with database.connection() as connection:
            supplier_id = (await suppliers_of_referrals(connection, [referral_id])).get(referral_id)
        if supplier_id is None:
            raise Problem(404, "referral_unknown", "There is no such referral.")
        caller.require_supplier(supplier_id)
        outcome = await commands.run(
            cases, supplier_id, lambda case, known: handlers.inform(case, referral_id, now(), known), cause, terms
        )
        return ReferralView.of_referral(accepted(outcome), referral_id)

    return api
