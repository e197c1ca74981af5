"""HTTP of consents: the words to show, the firm's own yes, and its withdrawal."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.financing.api.access import BY_PARTIES, Firm, Own
from services.financing.domain.consent_text import show
from services.financing.domain.reasons import DataClass, Purpose
from services.financing.domain.terms import Terms
from services.financing.handlers import consents as handlers
from services.financing.store.cases import cases, suppliers_of_consents
from services.financing.views.consents import ConsentBody, ConsentTextView, ConsentView
from shared.messaging.commands import Commands
from shared.messaging.routing import Reference
from shared.runtime.clock import now
from shared.runtime.database import Database
from shared.service.http import Problem, RequestCause, accepted


def router(commands: Commands, database: Database, terms: Reference[Terms]) -> APIRouter:
    api = APIRouter(tags=["consents"])

    @api.get("/consent-texts/{partner}", dependencies=BY_PARTIES)
    async def text(
        partner: str,
        purpose: Annotated[list[Purpose], Query(min_length=1)],
        data_class: Annotated[list[DataClass], Query(min_length=1)],
        expires_on: date | None = None,
    ) -> ConsentTextView:
        async with database.transaction() as connection:
            known = await terms(connection)
        found = known.partner(partner)
        if found is None:
            raise Problem(404, "partner_unknown", handlers.DETAILS["partner_unknown"])
        last_day = expires_on or handlers.latest_expiry(known, now())
        shown = show(known.text_for(found), found.name, purpose, data_class, last_day)
        return ConsentTextView(
            partner=partner,
            version=shown.version,
            body=shown.body,
            sha256=shown.sha256,
            purposes=tuple(purpose),
            data_classes=tuple(data_class),
            expires_on=last_day,
        )

    @api.post("/consents", status_code=201)
    async def give(body: ConsentBody, caller: Firm, cause: RequestCause) -> ConsentView:
        # Not require_supplier: nobody may consent for a firm, whatever else it may see.
        if caller.supplier_id != body.supplier_id:
            raise Problem(403, "not_yours", "Only the firm itself can consent; sign in as that firm.")
        outcome = await commands.run(
            cases,
            body.supplier_id,
            lambda case, known: handlers.give(case, body.offered(), now(), known),
            cause,
            terms,
        )
        return ConsentView.last_to(accepted(outcome), body.partner)

    @api.post("/consents/{consent_id}/revocation")
    async def revoke(consent_id: UUID, caller: Own, cause: RequestCause) -> ConsentView:
        async with database.connection() as connection:
            supplier_id = (await suppliers_of_consents(connection, [consent_id])).get(consent_id)
        if supplier_id is None:
            raise Problem(404, "consent_unknown", "There is no such consent.")
        caller.require_supplier(supplier_id)
        outcome = await commands.run(
            cases, supplier_id, lambda case, known: handlers.revoke(case, consent_id, now(), known), cause, terms
        )
        return ConsentView.of_consent(accepted(outcome), consent_id)

    return api
