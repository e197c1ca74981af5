"""A natural person consents to be introduced to anchors that it matches, and takes that back."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.registration import store
from services.registration.domain.anchor import Anchor
from services.registration.domain.introduction import IN_FORCE, Language, digest
from services.registration.domain.supplier import Supplier
from services.registration.handlers import SUPPLIER_UNKNOWN
from services.registration.handlers import introductions as handlers
from services.registration.handlers.introductions import Consenting
from services.registration.store import suppliers
from services.registration.views.introductions import IntroductionBody, IntroductionTextView, IntroductionView
from shared.messaging.commands import Commands
from shared.runtime.clock import now
from shared.runtime.database import Database
from shared.runtime.ids import new_id
from shared.service.callers import Caller, Role, allow
from shared.service.http import Create, Page, Paging, Part, Problem, Replace, Show, Strict, accepted, routes

Own = Annotated[Caller, allow(Role.SUPPLIER)]
OwnOrOperator = Annotated[Caller, allow(Role.SUPPLIER, Role.OPERATOR)]


def router(commands: Commands, database: Database) -> APIRouter:
    """The routes of introductions."""
    api = routes("introductions")
    _add_reading(api, database)

    @api.post("/suppliers/{supplier_id}/introductions", status_code=201)
    async def consent_to_introduction(
        supplier_id: UUID, body: Strict[IntroductionBody], caller: Own, create: Create
    ) -> IntroductionView:
        """Consent that an anchor, or every one, learns of the firm where it matches what the anchor asks.

        Of a natural person, and by the firm itself alone: a legal person needs no consent.
        """
        _require_own(caller, supplier_id)
        anchor = await _anchor(database, body.anchor_id)
        given = Consenting(new_id(), anchor, body.text_sha256, body.channel, caller.subject)
        return await create.run(
            commands,
            suppliers,
            supplier_id,
            lambda state, _: handlers.consent(state, given, IN_FORCE, now()),
            Part(IntroductionView.of_supplier, lambda _: given.id),
        )

    @api.post("/suppliers/{supplier_id}/introductions/{consent_id}/revocation")
    async def revoke_introduction(
        supplier_id: UUID, consent_id: UUID, caller: Own, replace: Replace
    ) -> IntroductionView:
        """Take a consent back: from now on what it allowed is shown no more, but to who buys while it buys."""
        _require_own(caller, supplier_id)
        return await replace.run(
            commands,
            suppliers,
            supplier_id,
            lambda state, _: handlers.revoke(state, consent_id, caller.subject, now()),
            lambda supplier: IntroductionView.of_supplier(supplier, consent_id),
        )

    return api


def _add_reading(api: APIRouter, database: Database) -> None:
    @api.get("/introduction-texts")
    async def show_introduction_text(
        _: Own, show: Show, anchor_id: UUID | None = None, lang: Annotated[Language, Query()] = "es"
    ) -> IntroductionTextView:
        """Show the exact words of a consent, and the hash that it sends back."""
        anchor = await _anchor(database, anchor_id)
        words = IN_FORCE.shown(None if anchor is None else anchor.name, lang)
        view = IntroductionTextView(
            version=IN_FORCE.version, language=lang, anchor_id=anchor_id, body=words, sha256=digest(words)
        )
        return show.shown(view)

    @api.get("/suppliers/{supplier_id}/introductions")
    async def list_introductions(supplier_id: UUID, caller: OwnOrOperator, paging: Paging) -> Page[IntroductionView]:
        """List a firm's consents in the order in which they were given, those that were taken back too."""
        supplier = await _known(database, supplier_id, caller)
        return Page[IntroductionView].of_all(supplier.introductions, paging, IntroductionView.of_consent)

    @api.get("/suppliers/{supplier_id}/introductions/{consent_id}")
    async def show_introduction(
        supplier_id: UUID, consent_id: UUID, caller: OwnOrOperator, show: Show
    ) -> IntroductionView:
        """Show one consent."""
        supplier = await _known(database, supplier_id, caller)
        return show.shown(IntroductionView.of_supplier(supplier, consent_id))


def _require_own(caller: Caller, supplier_id: UUID) -> None:
    """Stricter than `require_supplier`: nobody consents for a firm, whatever else they may see."""
    if caller.supplier_id != supplier_id:
        raise Problem(403, "not_yours", message="not_yours.supplier")


async def _known(database: Database, supplier_id: UUID, caller: Caller) -> Supplier:
    caller.require_supplier(supplier_id)
    return accepted(await store.find_supplier(database, supplier_id) or SUPPLIER_UNKNOWN)


async def _anchor(database: Database, anchor_id: UUID | None) -> Anchor | None:
    """Who is meant; None: everybody. Raises a problem where there is no such anchor, or it left."""
    if anchor_id is None:
        return None
    anchor = await store.find_anchor(database, anchor_id)
    if anchor is None or anchor.status != "joined":
        raise Problem(404, "anchor_unknown")
    return anchor
