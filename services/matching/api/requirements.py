"""Requirements: publish, change, close, look at."""

from uuid import UUID

from fastapi import APIRouter

from services.matching.api.access import Buyer, Reader, acts_for
from services.matching.domain.requirement import Requirement, RequirementStatus
from services.matching.handlers import requirements as handlers
from services.matching.handlers.refusal import refused
from services.matching.store import queries
from services.matching.store.demand import changing, publishing, requirements
from services.matching.views.requirements import (
    AskedSpecification,
    ClosureBody,
    PublishBody,
    ReopeningBody,
    RequirementView,
)
from shared.contracts.event import AreaCode
from shared.messaging.commands import About, Commands
from shared.runtime.clock import now
from shared.runtime.database import Database
from shared.runtime.ids import new_id
from shared.service.callers import SEES_ALL, Caller
from shared.service.http import Create, Page, Paging, Replace, Show, Strict, accepted, routes


def router(commands: Commands, database: Database) -> APIRouter:
    """The routes of requirements."""
    api = routes("requirements")
    _add_reading(api, database)
    _add_changing(api, commands, database)
    return api


async def _known(database: Database, requirement_id: UUID) -> Requirement:
    return accepted(await queries.find_requirement(database, requirement_id) or refused("requirement_unknown"))


def _add_reading(api: APIRouter, database: Database) -> None:
    @api.get("/requirements")
    async def list_requirements(
        caller: Reader,
        paging: Paging,
        area: AreaCode | None = None,
        anchor_id: UUID | None = None,
        status: RequirementStatus | None = None,
    ) -> Page[RequirementView]:
        """List requirements in the order in which they came; an anchor sees its own."""
        if not caller.roles & SEES_ALL:
            anchor_id = acts_for(caller, anchor_id)
        found = await queries.page_of_requirements(
            database, area=area, anchor_id=anchor_id, status=status, after=paging.position(UUID), limit=paging.fetch
        )
        view = RequirementView.of_requirement
        return Page[RequirementView].of_rows(found, paging, view, lambda requirement: requirement.id)

    @api.get("/requirements/{requirement_id}")
    async def show_requirement(requirement_id: UUID, caller: Reader, show: Show) -> RequirementView:
        """Show one requirement; an anchor sees its own."""
        requirement = await _known(database, requirement_id)
        caller.require_anchor(requirement.anchor_id)
        return show.shown(RequirementView.of_requirement(requirement))


def _add_changing(api: APIRouter, commands: Commands, database: Database) -> None:
    async def require_own(requirement_id: UUID, caller: Caller) -> None:
        acts_for(caller, (await _known(database, requirement_id)).anchor_id)

    @api.post("/requirements", status_code=201)
    async def publish_requirement(body: Strict[PublishBody], caller: Buyer, create: Create) -> RequirementView:
        """Publish what an anchor asks for."""
        id_, anchor_id = new_id(), acts_for(caller, body.anchor_id)
        asked = body.specification.specification()
        return await create.run(
            commands,
            requirements,
            id_,
            lambda _, anchors: handlers.publish(id_, anchors.get(anchor_id), asked, now()),
            RequirementView.of_requirement,
            publishing,
        )

    @api.put("/requirements/{requirement_id}")
    async def change_requirement(
        requirement_id: UUID, body: Strict[AskedSpecification], caller: Buyer, replace: Replace
    ) -> RequirementView:
        """Replace what is asked for."""
        await require_own(requirement_id, caller)
        asked = body.specification()
        return await replace.run(
            commands,
            requirements,
            requirement_id,
            lambda state, known: handlers.change(state, asked, now(), awarded=known.awarded.get(requirement_id, 0)),
            RequirementView.of_requirement,
            About(changing, (str(requirement_id),)),
        )

    @api.post("/requirements/{requirement_id}/closure")
    async def close_requirement(
        requirement_id: UUID, body: Strict[ClosureBody], caller: Buyer, replace: Replace
    ) -> RequirementView:
        """Close a requirement: its anchor no longer asks."""
        await require_own(requirement_id, caller)
        return await replace.run(
            commands,
            requirements,
            requirement_id,
            lambda state, _: handlers.close(state, body.reason),
            RequirementView.of_requirement,
            publishing,
        )

    @api.post("/requirements/{requirement_id}/reopening")
    async def reopen_requirement(
        requirement_id: UUID, body: Strict[ReopeningBody], caller: Buyer, replace: Replace
    ) -> RequirementView:
        """Open a closed requirement again: its anchor asks again, and its candidates come back with their answers."""
        await require_own(requirement_id, caller)
        return await replace.run(
            commands,
            requirements,
            requirement_id,
            lambda state, anchors: handlers.reopen(state, anchors, body.open_until, now()),
            RequirementView.of_requirement,
            publishing,
        )
