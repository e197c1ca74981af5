"""Prospects: plants of public registers, whom operators invite."""

import re
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from services.registration.domain.prospect import ActOn, Prospect, ProspectStatus
from services.registration.handlers import prospects as handlers
from services.registration.handlers.prospects import PROSPECT_UNKNOWN
from services.registration.settings import RegistrationSettings
from services.registration.store import prospects as store
from services.registration.store import supplier_of
from services.registration.store.prospects import Filters, prospects
from services.registration.views.prospects import (
    InvitationBody,
    Known,
    LinkBody,
    NoteBody,
    ProspectCoverage,
    ProspectView,
    SuggestionView,
)
from shared.contracts.event import AreaCode, StateCode
from shared.messaging.commands import Commands, CommandUnit
from shared.runtime.clock import now
from shared.runtime.database import Database
from shared.service import imported
from shared.service.callers import Caller, Role, allow
from shared.service.http import Change, Page, Paging, Problem, Show, Strict, accepted, routes
from shared.service.http.pages import Number
from shared.service.imported import ImportView
from shared.service.upload import Send, form_schema

BY_OPERATOR = allow(Role.OPERATOR)
Operator = Annotated[Caller, BY_OPERATOR]
PROSPECTS = "prospects"
EDITION = r"^(19|20)[0-9]{2}(-(0[1-9]|1[0-2]))?$"


def router(settings: RegistrationSettings, commands: Commands, database: Database) -> APIRouter:
    """The routes of prospects."""
    api = routes("prospects", prefix="/prospects")
    _add_imports(api, settings, database)
    _add_reading(api, database)
    _add_acting(api, commands)
    return api


def _add_imports(api: APIRouter, settings: RegistrationSettings, database: Database) -> None:
    fields = form_schema(optional={"edition": {"type": "string", "pattern": EDITION, "maxLength": 7}})

    @api.post("/imports", status_code=201, openapi_extra=fields, dependencies=[BY_OPERATOR])
    async def import_prospects(send: Send) -> ImportView:
        """Bring in the plants of a public register: SEMARNAT's RETC or INEGI's DENUE, known by their columns.

        A plant that is known already, by the register's own number, is as the file says then; what operators did with
        it stays. `edition`, as `2025-11`, is of a register that does not say it row by row. Telephones, mail addresses,
        streets and the names of natural persons are not kept.
        """
        async with send.receive(settings.import_max_bytes, "edition") as upload:
            edition = upload.fields.get("edition")
            if edition is not None and re.fullmatch(EDITION, edition) is None:
                raise Problem(422, "edition_form")
            return await send.take_in(database, PROSPECTS, upload, {} if edition is None else {"edition": edition})

    @api.get("/imports/{import_id}", dependencies=[BY_OPERATOR])
    async def show_prospect_import(import_id: UUID, show: Show) -> ImportView:
        """Show how far an import of prospects is, and which of its rows were refused."""
        return show.shown(await imported.show(database, PROSPECTS, import_id))


def _add_reading(api: APIRouter, database: Database) -> None:
    @api.get("", dependencies=[BY_OPERATOR])
    async def list_prospects(
        paging: Paging,
        area: AreaCode | None = None,
        state: StateCode | None = None,
        confidence: Known | None = None,
        status: ProspectStatus | None = None,
    ) -> Page[ProspectView]:
        """List the prospects, those with the highest confidence first: of the area where one is given, else their
        highest.
        """
        after = paging.position(tuple[Number, UUID])
        async with database.connection() as connection:
            filters = Filters(area, state, status, confidence)
            found = await store.page_of_prospects(connection, filters, after, paging.fetch)
        return Page[ProspectView].of_rows(
            found, paging, lambda each: ProspectView.of(each.prospect), lambda each: (each.grade, each.prospect.id)
        )

    @api.get("/coverage", dependencies=[BY_OPERATOR])
    async def list_prospect_coverage(
        paging: Paging, area: AreaCode | None = None, state: StateCode | None = None
    ) -> Page[ProspectCoverage]:
        """List by area and state how many firms are registered, and how many prospects there are by confidence."""
        found = await store.coverage(database, area, state)
        return Page[ProspectCoverage].of_all(found, paging, ProspectCoverage.of_covered)

    @api.get("/suggestions", dependencies=[BY_OPERATOR])
    async def list_suggestions(paging: Paging, prospect_id: UUID | None = None) -> Page[SuggestionView]:
        """List the prospects that seem to be registered: a supplier has their name, but for its company form, in their
        state or with a plant there. An operator says whether it is the same firm.
        """
        after = paging.position(tuple[UUID, UUID])
        async with database.connection() as connection:
            found = await store.suggestions(connection, prospect_id, after, paging.fetch)
        return Page[SuggestionView].of_rows(
            found, paging, SuggestionView.of_suggestion, lambda each: (each.prospect.id, each.supplier_id)
        )

    @api.get("/{prospect_id}", dependencies=[BY_OPERATOR])
    async def show_prospect(prospect_id: UUID, show: Show) -> ProspectView:
        """Show one prospect."""
        async with database.connection() as connection:
            found = await store.prospect_of(connection, prospect_id)
        return show.shown(ProspectView.of(accepted(found or PROSPECT_UNKNOWN)))


def _add_acting(api: APIRouter, commands: Commands) -> None:
    async def act(prospect_id: UUID, change: Change, done: ActOn, **changed: UUID | None) -> ProspectView:
        return await change.run(
            commands, prospects, prospect_id, lambda state, _: handlers.act(state, done, **changed), ProspectView.of
        )

    @api.post("/{prospect_id}/invitation")
    async def invite_prospect(
        prospect_id: UUID, body: Strict[InvitationBody], caller: Operator, change: Change
    ) -> ProspectView:
        """Take note that a plant was invited, by which channel and by whom."""
        return await act(prospect_id, change, ActOn("invite", caller.subject, now(), body.channel, body.note))

    @api.post("/{prospect_id}/refusal")
    async def decline_prospect(
        prospect_id: UUID, body: Strict[NoteBody], caller: Operator, change: Change
    ) -> ProspectView:
        """Take note that a plant is not interested."""
        return await act(prospect_id, change, ActOn("decline", caller.subject, now(), None, body.note))

    @api.post("/{prospect_id}/reopening")
    async def reopen_prospect(
        prospect_id: UUID, body: Strict[NoteBody], caller: Operator, change: Change
    ) -> ProspectView:
        """Make it a prospect again, as it was before somebody erred: invited, declined or linked."""
        done = ActOn("reopen", caller.subject, now(), None, body.note)
        return await act(prospect_id, change, done, supplier_id=None)

    @api.post("/{prospect_id}/link")
    async def link_prospect(
        prospect_id: UUID, body: Strict[LinkBody], caller: Operator, change: Change
    ) -> ProspectView:
        """Say whether a supplier is this plant's firm: then it is registered, else that one is suggested no more."""
        caller.require_outsider(body.supplier_id)

        async def decide(unit: CommandUnit) -> Prospect | None:
            supplier = await supplier_of(unit.connection, body.supplier_id)
            await unit.load(prospects, [prospect_id])
            state: Prospect | None = unit.state(prospects, prospect_id)
            if state is not None:
                change.check(ProspectView.of(state))
            done = ActOn("link", caller.subject, now())
            asked = handlers.link(state, supplier, done) if body.same else handlers.part(state, body.supplier_id)
            decision = accepted(asked)
            unit.apply(prospects, prospect_id, decision)
            return decision.state

        return change.shown(ProspectView.of(await commands.run_unit(change.cause, decide)))
