"""Anchors: join, look at, leave."""

from uuid import UUID

from fastapi import APIRouter

from services.registration import handlers, store
from services.registration.domain.anchor import anchor_id
from services.registration.handlers import JoinAnchor
from services.registration.store import anchors
from services.registration.views import AnchorBody, AnchorView, DepartureBody
from shared.messaging.commands import Commands
from shared.runtime.clock import now
from shared.runtime.database import Database
from shared.service.callers import Role, allow
from shared.service.http import RequestCause, accepted

BY_OPERATOR = allow(Role.OPERATOR)
BY_ANYBODY = allow(*Role)


def router(commands: Commands, database: Database) -> APIRouter:
    """The routes of anchors."""
    api = APIRouter(tags=["anchors"])

    @api.get("/anchors", dependencies=[BY_ANYBODY])
    async def list_() -> list[AnchorView]:
        return [AnchorView.of(anchor) for anchor in await store.all_anchors(database)]

    @api.post("/anchors", status_code=201, dependencies=[BY_OPERATOR])
    async def join(body: AnchorBody, cause: RequestCause) -> AnchorView:
        command = JoinAnchor(code=body.code, name=body.name, states=body.states)
        outcome = await commands.run(
            anchors,
            anchor_id(command.code),
            lambda state, _: handlers.join_anchor(state, command, now()),
            cause,
        )
        return AnchorView.of(accepted(outcome))

    @api.post("/anchors/{id_}/departure", dependencies=[BY_OPERATOR])
    async def leave(id_: UUID, body: DepartureBody, cause: RequestCause) -> AnchorView:
        outcome = await commands.run(
            anchors, id_, lambda state, _: handlers.leave_anchor(state, body.reason, now()), cause
        )
        return AnchorView.of(accepted(outcome))

    return api
