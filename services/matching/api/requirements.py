"""Requirements: publish, change, close, look at."""

from typing import Annotated, Literal
from uuid import UUID, uuid5

from fastapi import APIRouter, Header, Query

from services.matching.api.access import Buyer, Reader, acts_for
from services.matching.domain.requirement import Requirement
from services.matching.handlers import requirements as handlers
from services.matching.handlers.refusal import refused
from services.matching.store import queries
from services.matching.store.demand import publishing, requirements
from services.matching.views.requirements import (
    AskedSpecification,
    ClosureBody,
    PublishBody,
    RequirementPage,
    RequirementView,
)
from shared.contracts.event import AreaCode
from shared.messaging.commands import Commands
from shared.messaging.decision import Refused
from shared.runtime.clock import now
from shared.runtime.database import Database
from shared.runtime.ids import new_id
from shared.service.callers import SEES_ALL, Caller
from shared.service.http import RequestCause, accepted

IdempotencyKey = Annotated[str | None, Header(min_length=8, max_length=100)]
"""The same key of the same anchor is the same requirement: a request that is sent again publishes once."""

Limit = Annotated[int, Query(ge=1, le=500)]


def router(commands: Commands, database: Database) -> APIRouter:
    """The routes of requirements."""
    api = APIRouter(tags=["requirements"])

    async def own(requirement_id: UUID, caller: Caller) -> Requirement:
        """The requirement, if the caller may act on it."""
        known: Requirement | Refused = await queries.find_requirement(database, requirement_id) or refused(
            "requirement_unknown"
        )
        acts_for(caller, accepted(known).anchor_id)
        return accepted(known)

    @api.post("/requirements", status_code=201)
    async def publish(
        body: PublishBody, caller: Buyer, cause: RequestCause, idempotency_key: IdempotencyKey = None
    ) -> RequirementView:
        anchor_id = acts_for(caller, body.anchor_id)
        id_ = new_id() if idempotency_key is None else uuid5(anchor_id, f"key|{idempotency_key}")
        asked = body.specification.specification()
        outcome = await commands.run(
            requirements,
            id_,
            lambda state, anchors: handlers.publish(state, id_, anchors.get(anchor_id), asked, now()),
            cause,
            publishing,
        )
        return RequirementView.of_requirement(accepted(outcome))

    @api.put("/requirements/{requirement_id}")
    async def change(
        requirement_id: UUID, body: AskedSpecification, caller: Buyer, cause: RequestCause
    ) -> RequirementView:
        await own(requirement_id, caller)
        asked = body.specification()
        outcome = await commands.run(
            requirements, requirement_id, lambda state, _: handlers.change(state, asked, now()), cause, publishing
        )
        return RequirementView.of_requirement(accepted(outcome))

    @api.post("/requirements/{requirement_id}/closure")
    async def close(requirement_id: UUID, body: ClosureBody, caller: Buyer, cause: RequestCause) -> RequirementView:
        await own(requirement_id, caller)
        outcome = await commands.run(
            requirements, requirement_id, lambda state, _: handlers.close(state, body.reason), cause, publishing
        )
        return RequirementView.of_requirement(accepted(outcome))

    @api.get("/requirements")
    async def list_(
        caller: Reader,
        area: AreaCode | None = None,
        anchor_id: UUID | None = None,
        status: Literal["open", "closed"] | None = None,
        after: UUID | None = None,
        limit: Limit = 100,
    ) -> RequirementPage:
        if not caller.roles & SEES_ALL:
            anchor_id = acts_for(caller, anchor_id)
        found = await queries.page_of_requirements(
            database, area=area, anchor_id=anchor_id, status=status, after=after, limit=limit
        )
        following = found[-1].id if len(found) == limit else None
        return RequirementPage(items=[RequirementView.of_requirement(each) for each in found], next=following)

    return api
