"""Anchors: join, look at, leave."""

from uuid import UUID

from fastapi import APIRouter

from services.registration import handlers, store
from services.registration.domain.anchor import anchor_id as id_of
from services.registration.handlers import JoinAnchor
from services.registration.store import anchors
from services.registration.views import AnchorBody, AnchorView, DepartureBody
from shared.messaging.commands import Commands
from shared.runtime.clock import now
from shared.runtime.database import Database
from shared.service.callers import Role, allow
from shared.service.http import Change, Create, Page, Paging, Problem, Show, Strict, routes

BY_OPERATOR = allow(Role.OPERATOR)
BY_ANYBODY = allow(*Role)


def router(commands: Commands, database: Database) -> APIRouter:
    """The routes of anchors."""
    api = routes("anchors")

    @api.get("/anchors", dependencies=[BY_ANYBODY])
    async def list_anchors(paging: Paging) -> Page[AnchorView]:
        """List the anchors by their code, those that left too."""
        return Page[AnchorView].of_all(await store.all_anchors(database), paging, AnchorView.of)

    @api.get("/anchors/{anchor_id}", dependencies=[BY_ANYBODY])
    async def show_anchor(anchor_id: UUID, show: Show) -> AnchorView:
        """Show one anchor."""
        anchor = await store.find_anchor(database, anchor_id)
        if anchor is None:
            raise Problem(404, "anchor_unknown")
        return show.shown(AnchorView.of(anchor))

    @api.post("/anchors", status_code=201, dependencies=[BY_OPERATOR])
    async def join_anchor(body: Strict[AnchorBody], create: Create) -> AnchorView:
        """Let a large buyer join, or come back.

        The same again changes nothing: its code is its identity.
        """
        command = JoinAnchor(code=body.code, name=body.name, states=body.states)
        return await create.run(
            commands,
            anchors,
            id_of(command.code),
            lambda state, _: handlers.join_anchor(state, command, now()),
            AnchorView.of,
        )

    @api.post("/anchors/{anchor_id}/departure", dependencies=[BY_OPERATOR])
    async def leave_anchor(anchor_id: UUID, body: Strict[DepartureBody], change: Change) -> AnchorView:
        """Take note that a large buyer leaves."""
        return await change.run(
            commands,
            anchors,
            anchor_id,
            lambda state, _: handlers.leave_anchor(state, body.reason, now()),
            AnchorView.of,
        )

    return api
