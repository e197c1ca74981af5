"""HTTP of partners and of what they offer."""

from fastapi import APIRouter

from services.financing.api.access import BY_OPERATOR, BY_PARTIES
from services.financing.domain.ids import partner_id
from services.financing.domain.terms import Terms
from services.financing.handlers import partners as handlers
from services.financing.store.terms import alone_with_partners, partners
from services.financing.views.partners import PartnerBody, PartnerView, ProductView
from shared.messaging.commands import Commands
from shared.messaging.routing import Reference
from shared.runtime.database import Database
from shared.service.http import RequestCause, accepted


def router(commands: Commands, database: Database, terms: Reference[Terms]) -> APIRouter:
    api = APIRouter(tags=["partners"])

    @api.get("/partners", dependencies=BY_PARTIES)
    async def all_partners() -> list[PartnerView]:
        async with database.transaction() as connection:
            known = await terms(connection)
        return [PartnerView.model_validate(partner) for partner in known.partners]

    @api.post("/partners", dependencies=BY_OPERATOR)
    async def put_partner(body: PartnerBody, cause: RequestCause) -> PartnerView:
        outcome = await commands.run(
            partners,
            partner_id(body.code),
            lambda partner, _: handlers.put(partner, body.partner()),
            cause,
            alone_with_partners,
        )
        return PartnerView.model_validate(accepted(outcome))

    @api.get("/products", dependencies=BY_PARTIES)
    async def products() -> list[ProductView]:
        async with database.transaction() as connection:
            return ProductView.all_of((await terms(connection)).products)

    return api
