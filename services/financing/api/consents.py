"""HTTP of consents: the words to show, the firm's own yes, and its withdrawal."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request

from services.financing.api.access import Firm, Operator, Own, own_row
from services.financing.domain.consent_text import Choice
from services.financing.domain.reasons import DataClass, Purpose
from services.financing.domain.terms import Terms
from services.financing.handlers import consents as handlers
from services.financing.store import texts
from services.financing.store.cases import cases
from services.financing.store.tables import ConsentRow
from services.financing.views.consents import (
    MOST_NAMED,
    ConsentBody,
    ConsentProofView,
    ConsentTextView,
    ConsentView,
    RegisteredBody,
    blocked,
)
from shared.contracts.acts import UNBLOCKED, ProofGround
from shared.contracts.event import Day, PartnerCode
from shared.messaging import audit
from shared.messaging.commands import Commands
from shared.messaging.routing import Reference
from shared.runtime.clock import now
from shared.runtime.database import Database
from shared.service.http import Change, Create, Part, Problem, Replace, Show, Strict, routes


def router(commands: Commands, database: Database, terms: Reference[Terms]) -> APIRouter:
    api = routes("consents")

    @api.get("/consent-texts/{partner}")
    async def show_consent_text(
        partner: PartnerCode,
        _: Own,
        show: Show,
        purpose: Annotated[list[Purpose], Query(min_length=1, max_length=MOST_NAMED)],
        data_class: Annotated[list[DataClass], Query(min_length=1, max_length=MOST_NAMED)],
        expires_on: Day | None = None,
    ) -> ConsentTextView:
        """Show the exact words of a choice, and the hash that the consent sends back."""
        async with database.transaction() as connection:
            known = await terms(connection)
        found = known.partner(partner)
        if found is None:
            raise Problem(404, "partner_unknown")
        last_day = expires_on or handlers.latest_expiry(known, now())
        shown, _promised = handlers.words(found, Choice(purpose, data_class, last_day), known)
        view = ConsentTextView(
            partner=partner,
            version=shown.version,
            body=shown.body,
            sha256=shown.sha256,
            purposes=tuple(purpose),
            data_classes=tuple(data_class),
            expires_on=last_day,
        )
        return show.shown(view)

    @api.post("/consents", status_code=201)
    async def give_consent(body: Strict[ConsentBody], caller: Firm, create: Create) -> ConsentView:
        """Let one partner have named classes of data for named purposes.

        Only the firm itself can. The last consent to a partner replaces those before.
        """
        # Not require_supplier: nobody may consent for a firm, whatever else it may see.
        if caller.supplier_id != body.supplier_id:
            raise Problem(403, "not_yours", message="not_yours.consent")
        return await create.run(
            commands,
            cases,
            body.supplier_id,
            lambda case, known: handlers.give(case, body.offered(caller.subject), now(), known),
            Part(partial(ConsentView.of_consent, caller), lambda case: case.last_to(body.partner)),
            terms,
        )

    @api.get("/consents/{consent_id}")
    async def show_consent(consent_id: UUID, caller: Own, show: Show) -> ConsentView:
        """Show one consent, without the data that were handed over with it."""
        row = await own_row(database, ConsentRow, consent_id, caller, "consent_unknown")
        return show.shown(ConsentView.seen_by(caller, row))

    @api.get("/consents/{consent_id}/text")
    async def prove_consent(
        request: Request, consent_id: UUID, caller: Own, show: Show, ground: ProofGround | None = None
    ) -> ConsentProofView:
        """Show the exact text that a firm consented to, with who gave the consent, when and how.

        It is kept by its hash, whatever its partner, a product or the text is called by now. Once the consent is no
        longer in force it is blocked: the firm sees it, and operators on a ground, which goes into the audit log.
        """
        consent = await own_row(database, ConsentRow, consent_id, caller, "consent_unknown")
        if blocked(consent, caller):
            if ground is None:
                raise Problem(409, "proof_blocked")
            opened = request.state.cause._replace(action=f"financing:{UNBLOCKED[ground]}")
            async with database.transaction() as connection:
                await audit.record_act(connection, opened, consent.supplier_id)
        async with database.session() as session:
            kept = await texts.text(session, consent.text_sha256)
        return show.shown(ConsentProofView.of_consent(consent, None if kept is None else kept.body))

    @api.post("/consents/{consent_id}/revocation")
    async def revoke_consent(consent_id: UUID, caller: Own, replace: Replace) -> ConsentView:
        """Take back all that the firm agreed to with this partner: referrals are withdrawn, data erased, at once.

        The firm's other consents to the partner go with it, and the partner is told to erase what has ended too.
        """
        supplier_id = (await own_row(database, ConsentRow, consent_id, caller, "consent_unknown")).supplier_id
        return await replace.run(
            commands,
            cases,
            supplier_id,
            lambda case, known: handlers.revoke(case, consent_id, now(), known),
            lambda case: ConsentView.of_consent(caller, case, consent_id),
            terms,
        )

    @api.post("/consents/{consent_id}/identity")
    async def confirm_identity(
        consent_id: UUID, body: Strict[RegisteredBody], caller: Operator, change: Change
    ) -> ConsentView:
        """Compare the identity of a consent with what the firm registered with, which the operator sends.

        A natural person is not referred before: registration publishes neither RFC nor name. Nothing of it is kept.
        """
        row = await own_row(database, ConsentRow, consent_id, caller, "consent_unknown")
        caller.require_outsider(row.supplier_id)
        return await change.run(
            commands,
            cases,
            row.supplier_id,
            lambda case, known: handlers.confirm_identity(case, consent_id, body.rfc, body.legal_name, now(), known),
            lambda case: ConsentView.of_consent(caller, case, consent_id),
            terms,
        )

    return api
