"""HTTP of partners."""

from fastapi import APIRouter

from services.financing.api.access import Operator, Own
from services.financing.domain.ids import partner_id
from services.financing.domain.terms import Terms
from services.financing.handlers import partners as handlers
from services.financing.store.terms import partners, promised_encryption
from services.financing.views.partners import PartnerBody, PartnerView
from shared.contracts.event import PartnerCode
from shared.messaging.commands import Commands
from shared.messaging.routing import Reference
from shared.runtime.clock import now
from shared.runtime.database import Database
from shared.service.http import Page, Paging, Problem, Replace, Show, Strict, routes


def router(commands: Commands, database: Database, terms: Reference[Terms]) -> APIRouter:
    api = routes("partners")

    async def in_force() -> Terms:
        async with database.transaction() as connection:
            return await terms(connection)

    @api.get("/partners")
    async def list_partners(_: Own, paging: Paging) -> Page[PartnerView]:
        """List the institutions that take referrals."""
        return Page[PartnerView].of_all((await in_force()).partners, paging, PartnerView.of)

    @api.get("/partners/{code}")
    async def show_partner(code: PartnerCode, _: Own, show: Show) -> PartnerView:
        """Show one partner."""
        found = (await in_force()).partner(code)
        if found is None:
            raise Problem(404, "partner_unknown")
        return show.shown(PartnerView.of(found))

    @api.put("/partners/{code}")
    async def put_partner(code: PartnerCode, body: Strict[PartnerBody], _: Operator, replace: Replace) -> PartnerView:
        """Add a partner or another edition of one. Every case with needs is judged again.

        `If-Match: *` adds one that is not there yet.
        """
        return await replace.run(
            commands,
            partners,
            partner_id(code),
            lambda known, promised: handlers.put(known, body.partner(code, known), promised, now()),
            PartnerView.of,
            promised_encryption,
        )

    return api
