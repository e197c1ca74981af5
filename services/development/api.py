"""HTTP of this stage: cohorts and their selection for operators, plans for firms and mentors."""

from collections import Counter
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.development import catalogue, handlers, store
from services.development.domain.candidate import Candidate
from services.development.domain.cohort import Cohort, Override
from services.development.domain.plan import PlanStatus
from services.development.handlers import refused
from services.development.plan_views import PlanPage, PlanView
from services.development.store import candidates, cohorts, outcomes
from services.development.views import (
    AgreementBody,
    CandidatePage,
    CandidateView,
    CohortBody,
    CohortView,
    EvidenceBody,
    ModulesView,
    OverrideBody,
    SelectionView,
)
from shared.contracts.event import Cause
from shared.messaging.commands import Commands
from shared.runtime.clock import now
from shared.runtime.database import Database
from shared.runtime.ids import new_id
from shared.service import http
from shared.service.callers import OPEN_TO_ALL, Caller, Role, allow
from shared.service.http import RequestCause, accepted

Operator = Annotated[Caller, allow(Role.OPERATOR)]
Agreeing = Annotated[Caller, allow(Role.SUPPLIER, Role.MENTOR, Role.OPERATOR)]
SeesPlan = Annotated[Caller, allow(Role.SUPPLIER, Role.MENTOR, Role.ASSESSOR, Role.EXPERT, Role.OPERATOR)]

BY_OPERATOR = [allow(Role.OPERATOR)]
BY_MENTOR = [allow(Role.MENTOR)]
BY_STAFF = [allow(Role.MENTOR, Role.ASSESSOR, Role.EXPERT, Role.OPERATOR)]

LARGEST_PAGE = 200
Limit = Annotated[int, Query(ge=1, le=LARGEST_PAGE)]


def router(commands: Commands, database: Database, *, default_capacity: int) -> APIRouter:
    return http.together(
        _cohorts(commands, database, default_capacity),
        _selection(commands, database),
        _plans(commands, database),
        _catalogue(),
    )


def _catalogue() -> APIRouter:
    api = APIRouter(tags=["modules"])

    @api.get("/modules", openapi_extra=OPEN_TO_ALL)
    async def modules() -> ModulesView:
        return ModulesView.of(catalogue.modules())

    return api


def _cohorts(commands: Commands, database: Database, default_capacity: int) -> APIRouter:
    api = APIRouter(tags=["cohorts"])

    @api.post("/cohorts", status_code=201, dependencies=BY_OPERATOR)
    async def open_cohort(body: CohortBody, cause: RequestCause) -> CohortView:
        id_, capacity = new_id(), body.capacity or default_capacity
        outcome = await commands.run(
            cohorts, id_, lambda _, __: handlers.open_cohort(id_, body.name, capacity, now()), cause
        )
        return CohortView.model_validate(accepted(outcome))

    @api.get("/cohorts", dependencies=BY_OPERATOR)
    async def all_cohorts() -> list[CohortView]:
        async with database.connection() as connection:
            return [CohortView.model_validate(each) for each in await store.all_cohorts(connection)]

    @api.get("/cohorts/{cohort_id}", dependencies=BY_OPERATOR)
    async def one_cohort(cohort_id: UUID) -> CohortView:
        return CohortView.model_validate(await _cohort(database, cohort_id))

    @api.post("/cohorts/{cohort_id}/overrides")
    async def override(cohort_id: UUID, body: OverrideBody, caller: Operator, cause: RequestCause) -> CohortView:
        word = Override(body.supplier_id, body.direction, body.reason, caller.subject, now())
        async with commands.unit(cause) as unit:
            await unit.load(cohorts, [cohort_id])
            await unit.load(candidates, [body.supplier_id])
            firm = unit.state(candidates, body.supplier_id)
            decision = accepted(handlers.override(unit.state(cohorts, cohort_id), firm, word))
            unit.apply(cohorts, cohort_id, decision)
        return CohortView.model_validate(decision.state)

    @api.delete("/cohorts/{cohort_id}/overrides/{supplier_id}", dependencies=BY_OPERATOR)
    async def take_back(cohort_id: UUID, supplier_id: UUID, cause: RequestCause) -> CohortView:
        outcome = await commands.run(
            cohorts, cohort_id, lambda state, _: handlers.take_back_override(state, supplier_id), cause
        )
        return CohortView.model_validate(accepted(outcome))

    return api


def _selection(commands: Commands, database: Database) -> APIRouter:
    api = APIRouter(tags=["selection"])

    @api.post("/cohorts/{cohort_id}/selection", dependencies=BY_OPERATOR)
    async def select(cohort_id: UUID, cause: RequestCause) -> SelectionView:
        decision = await _select(commands, cohort_id, cause)
        lines = [each.state for each in decision.outcomes.values() if each.state is not None]
        return SelectionView(
            cohort=CohortView.model_validate(decision.cohort.state),
            candidates=len(lines),
            selected=sum(line.selected for line in lines),
            reasons=dict(Counter(reason for line in lines for reason in line.reasons)),
        )

    @api.get("/cohorts/{cohort_id}/ranking", dependencies=BY_OPERATOR)
    async def ranking(cohort_id: UUID) -> list[CandidateView]:
        """Who would be in and out if the selection were made now."""
        cohort = await _cohort(database, cohort_id)
        async with database.connection() as connection:
            firms = {each.id: each for each in await store.pool(connection)}
        rules, modules = catalogue.selection_rules(), catalogue.modules()
        lines = handlers.rank_cohort(cohort, firms.values(), rules, modules, now())
        async with database.session() as session:
            titles = await store.titles(session, [line.requirement_id for line in lines if line.requirement_id])
        return [CandidateView.supposed(line, firms[line.supplier_id], titles) for line in lines]

    @api.get("/cohorts/{cohort_id}/candidates", dependencies=BY_OPERATOR)
    async def decided(
        cohort_id: UUID, after: int = 0, limit: Limit = 50, *, selected: bool | None = None
    ) -> CandidatePage:
        """The cohort's list, once its selection was made."""
        await _cohort(database, cohort_id)
        async with database.session() as session:
            lines = await store.lines(session, cohort_id, after, limit, selected=selected)
        items = tuple(CandidateView.stored(line) for line in lines)
        return CandidatePage(items=items, next=items[-1].line if len(items) == limit else None)

    return api


async def _cohort(database: Database, cohort_id: UUID) -> Cohort:
    async with database.connection() as connection:
        return accepted(await store.cohort(connection, cohort_id) or refused("cohort_not_found"))


async def _select(commands: Commands, cohort_id: UUID, cause: Cause) -> handlers.SelectionDecision:
    """One transaction: the cohort's lock first, so that of two who select only one does, then all firms at once."""
    async with commands.unit(cause) as unit:
        await unit.load(cohorts, [cohort_id])
        cohort = unit.state(cohorts, cohort_id)
        ids = await store.awaiting_selection(unit.connection)
        await unit.load(candidates, ids)
        pool = [firm for id_ in ids if (firm := unit.state(candidates, id_)) is not None]
        rules, modules = catalogue.selection_rules(), catalogue.modules()
        decision = accepted(handlers.select_cohort(cohort, pool, rules, modules, now()))
        unit.apply(cohorts, cohort_id, decision.cohort)
        for id_, decided in decision.candidates.items():
            unit.apply(candidates, id_, decided)
        await unit.load(outcomes, list(decision.outcomes))
        for id_, recorded in decision.outcomes.items():
            unit.apply(outcomes, id_, recorded)
    return decision


def _plans(commands: Commands, database: Database) -> APIRouter:
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
        view = PlanView.of(candidate, candidate.plan, candidate.cohort_id, catalogue.modules())
    return accepted(view or refused("plan_not_found"))
