"""Plans of the selected firms."""

from uuid import UUID

from fastapi import APIRouter

from services.development import catalogue, store
from services.development.api.access import Agreeing, Mentor, SeesPlan, Staff
from services.development.domain.candidate import Candidate
from services.development.domain.plan import PlanStatus
from services.development.handlers import plans as handlers
from services.development.handlers.refusal import refused
from services.development.store import candidates
from services.development.views.plans import EvidenceBody, PlanView
from shared.messaging.commands import Commands
from shared.runtime.clock import now
from shared.runtime.database import Database
from shared.service.http import Page, Paging, Replace, Show, Strict, accepted, routes


def router(commands: Commands, database: Database) -> APIRouter:
    api = routes("plans", prefix="/plans")

    @api.get("")
    async def list_plans(_: Staff, paging: Paging, status: PlanStatus | None = None) -> Page[PlanView]:
        """List the firms' plans."""
        async with database.connection() as connection:
            rows = await store.with_plans(connection, status, paging.position(UUID), paging.fetch)
        return Page[PlanView].of_rows(rows, paging, _view, lambda firm: firm.id)

    @api.get("/{supplier_id}")
    async def show_plan(supplier_id: UUID, caller: SeesPlan, show: Show) -> PlanView:
        """Show a firm's plan: its activities, what they close and what they cost."""
        caller.require_supplier(supplier_id)
        return show.shown(_view(await _planned(database, supplier_id)))

    @api.post("/{supplier_id}/agreement")
    async def agree_plan(supplier_id: UUID, caller: Agreeing, replace: Replace) -> PlanView:
        """Agree on the proposed plan.

        `If-Match` names the plan that was read: one that was proposed anew since is not agreed unread.
        """
        caller.require_supplier(supplier_id)
        await _planned(database, supplier_id)
        return await replace.run(
            commands, candidates, supplier_id, lambda firm, _: handlers.agree_plan(firm, now()), _view
        )

    @api.post("/{supplier_id}/activities/{activity_id}/completion")
    async def complete_activity(
        supplier_id: UUID, activity_id: UUID, body: Strict[EvidenceBody], _: Mentor, replace: Replace
    ) -> PlanView:
        """Record an activity's deliverable.

        The gap stays open until an assessor scores its question again.
        """
        await _planned(database, supplier_id)
        return await replace.run(
            commands,
            candidates,
            supplier_id,
            lambda firm, _: handlers.complete_activity(firm, activity_id, body.evidence(), now()),
            _view,
        )

    return api


async def _planned(database: Database, supplier_id: UUID) -> Candidate:
    """The firm, if it has a plan, which it then keeps."""
    async with database.connection() as connection:
        firm = await store.candidate(connection, supplier_id)
    return accepted(firm if firm is not None and firm.plan is not None else refused("plan_not_found"))


def _view(firm: Candidate) -> PlanView:
    return PlanView.of_firm(firm, catalogue.modules())
