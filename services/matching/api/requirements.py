"""Requirements: publish, change, close, look at, also at their versions."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter

from services.matching.api.access import Buyer, Reader, acts_for
from services.matching.domain.requirement import Requirement, RequirementStatus
from services.matching.handlers import requirements as handlers
from services.matching.handlers import waivers
from services.matching.handlers.refusal import refused
from services.matching.store import queries
from services.matching.store.demand import Naming, changing, naming, publishing, requirements
from services.matching.views.requirements import (
    AskedSpecification,
    ClosureBody,
    PublishBody,
    ReferenceBody,
    ReopeningBody,
    RequirementView,
    VersionView,
    WaiverBody,
)
from shared.contracts.event import AreaCode
from shared.messaging.commands import About, Commands, Decide
from shared.messaging.decision import Decision, Refused
from shared.messaging.routing import Reference
from shared.runtime.clock import now
from shared.runtime.database import Database
from shared.runtime.ids import new_id
from shared.service.callers import SEES_ALL, Caller
from shared.service.http import Create, Number, Page, Paging, Replace, Show, Strict, accepted, routes
from shared.service.http.changes import Changing


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

    @api.get("/requirements/{requirement_id}/versions")
    async def list_versions(requirement_id: UUID, caller: Reader, paging: Paging) -> Page[VersionView]:
        """List every version of a requirement, the oldest first: what was asked, who said so and when."""
        caller.require_anchor((await _known(database, requirement_id)).anchor_id)
        found = await queries.page_of_versions(database, requirement_id, paging.position(Number) or 0, paging.fetch)
        return Page[VersionView].of_rows(found, paging, VersionView.of_told, lambda told: told.number)


def _naming(anchor_id: UUID, reference: str | None) -> About[Naming]:
    return About(naming, (str(anchor_id), *([reference] if reference else [])))


def _add_changing(api: APIRouter, commands: Commands, database: Database) -> None:
    async def decided(
        requirement_id: UUID,
        caller: Caller,
        replace: Changing,
        decide: Decide[Requirement, Any],
        reference: Reference[Any] | About[Any] = publishing,
    ) -> RequirementView:
        """What a buyer decides about a requirement of its own, as it saw it."""
        acts_for(caller, (await _known(database, requirement_id)).anchor_id)
        view = RequirementView.of_requirement
        return await replace.run(commands, requirements, requirement_id, decide, view, reference)

    @api.post("/requirements", status_code=201)
    async def publish_requirement(body: Strict[PublishBody], caller: Buyer, create: Create) -> RequirementView:
        """Publish what an anchor asks for."""
        id_, anchor_id = new_id(), acts_for(caller, body.anchor_id)
        asked, reference = body.specification.specification(), body.reference

        def decide(_: Requirement | None, known: Naming) -> Decision[Requirement] | Refused:
            anchor = known.anchors.get(anchor_id)
            return handlers.publish(id_, anchor, asked, now(), reference=reference, holder=known.holder)

        view = RequirementView.of_requirement
        return await create.run(commands, requirements, id_, decide, view, _naming(anchor_id, reference))

    @api.put("/requirements/{requirement_id}")
    async def change_requirement(
        requirement_id: UUID, body: Strict[AskedSpecification], caller: Buyer, replace: Replace
    ) -> RequirementView:
        """Replace what is asked for."""
        asked = body.specification()
        return await decided(
            requirement_id,
            caller,
            replace,
            lambda state, known: handlers.change(state, asked, now(), awarded=known.awarded.get(requirement_id, 0)),
            About(changing, (str(requirement_id),)),
        )

    @api.put("/requirements/{requirement_id}/reference")
    async def name_requirement(
        requirement_id: UUID, body: Strict[ReferenceBody], caller: Buyer, replace: Replace
    ) -> RequirementView:
        """Name a requirement as its anchor does, so that a file can change it by that, also its title."""
        anchor_id = (await _known(database, requirement_id)).anchor_id
        return await decided(
            requirement_id,
            caller,
            replace,
            lambda state, known: handlers.refer(state, body.reference, holder=known.holder),
            _naming(anchor_id, body.reference),
        )

    @api.post("/requirements/{requirement_id}/waivers")
    async def waive_gate(
        requirement_id: UUID, body: Strict[WaiverBody], caller: Buyer, replace: Replace
    ) -> RequirementView:
        """Take a firm that does not pass a gate, or all of them, with a plan and until a day."""
        waiver = body.waiver(new_id(), caller.subject, now())
        return await decided(requirement_id, caller, replace, lambda state, _: waivers.waive(state, waiver, now()))

    @api.post("/requirements/{requirement_id}/waivers/{waiver_id}/revocation")
    async def revoke_waiver(requirement_id: UUID, waiver_id: UUID, caller: Buyer, replace: Replace) -> RequirementView:
        """Waive a gate no more. Who did, and when, stays with it."""
        by = caller.subject
        return await decided(
            requirement_id, caller, replace, lambda state, _: waivers.revoke(state, waiver_id, by, now())
        )

    @api.post("/requirements/{requirement_id}/closure")
    async def close_requirement(
        requirement_id: UUID, body: Strict[ClosureBody], caller: Buyer, replace: Replace
    ) -> RequirementView:
        """Close a requirement: its anchor no longer asks. Who did, when and why stays with it."""
        return await decided(
            requirement_id,
            caller,
            replace,
            lambda state, _: handlers.close(state, body.reason, caller.subject, now()),
        )

    @api.post("/requirements/{requirement_id}/reopening")
    async def reopen_requirement(
        requirement_id: UUID, body: Strict[ReopeningBody], caller: Buyer, replace: Replace
    ) -> RequirementView:
        """Open a closed requirement again: its anchor asks again, and its candidates come back with their answers."""
        return await decided(
            requirement_id,
            caller,
            replace,
            lambda state, anchors: handlers.reopen(state, anchors, body.open_until, caller.subject, now()),
        )
