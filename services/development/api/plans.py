"""Plans of the selected firms."""

from uuid import UUID

from fastapi import APIRouter

from services.development import catalogue, store
from services.development.api.access import BY_MENTOR, BY_STAFF, Agreeing, Limit, SeesPlan
from services.development.domain.candidate import Candidate
from services.development.domain.plan import PlanStatus
from services.development.handlers import plans as handlers
from services.development.handlers.refusal import refused
from services.development.store import candidates
from services.development.views.plans import AgreementBody, EvidenceBody, PlanPage, PlanView
from shared.messaging.commands import Commands
from shared.runtime.clock import now
from shared.runtime.database import Database
from shared.service.http import RequestCause, accepted


def router(commands: Commands, database: Database) -> APIRouter:
    api = APIRouter(prefix="/plans", tags=["plans"])

    @api.get("", dependencies=BY_STAFF)
    async def plans(status: PlanStatus | None = None, after: UUID | None = None, limit: Limit = 50) -> PlanPage:
        async with database.connection() as connection:
            found = await store.with_plans(connection, status, after, limit)
        items = tuple(_plan_view(each) for each in found)
        return PlanPage(items=items, next=items[-1].supplier_id if len(items) == limit else None)

    @api.get("/{supplier_id}")
    async def plan(supplier_id: UUID, caller: SeesPlan) -> PlanView:
        caller.require_supplier(supplier_id)
        async with database.connection() as connection:
            return _plan_view(await store.candidate(connection, supplier_id))

    @api.post("/{supplier_id}/agreement")
    async def agree(
        supplier_id: UUID, caller: Agreeing, cause: RequestCause, body: AgreementBody | None = None
    ) -> PlanView:
        caller.require_supplier(supplier_id)
        seen = None if body is None else body.activity_ids
        outcome = await commands.run(
            candidates, supplier_id, lambda state, _: handlers.agree_plan(state, seen, now()), cause
        )
        return _plan_view(accepted(outcome))

    @api.post("/{supplier_id}/activities/{activity_id}/completion", dependencies=BY_MENTOR)
    async def complete(supplier_id: UUID, activity_id: UUID, body: EvidenceBody, cause: RequestCause) -> PlanView:
        outcome = await commands.run(
            candidates,
            supplier_id,
            lambda state, _: handlers.complete_activity(state, activity_id, body.evidence(), now()),
            cause,
        )
        return _plan_view(accepted(outcome))

    return api


def _plan_view(candidate: Candidate | None) -> PlanView:
    view = None
    if candidate is not None and candidate.plan is not None and candidate.cohort_id is not None:
        view = PlanView.of_plan(candidate, candidate.plan, candidate.cohort_id, catalogue.modules())
    return accepted(view or refused("plan_not_found"))
