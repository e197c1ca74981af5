"""Cohorts, and an operator's word on one firm."""

from uuid import UUID

from fastapi import APIRouter

from services.development import store
from services.development.api.access import BY_OPERATOR, Operator
from services.development.domain.cohort import Cohort, Override
from services.development.handlers import cohorts as handlers
from services.development.handlers.refusal import refused
from services.development.store import candidates, cohorts
from services.development.views.cohorts import CohortBody, CohortView, OverrideBody
from shared.messaging.commands import Commands
from shared.runtime.clock import now
from shared.runtime.database import Database
from shared.runtime.ids import new_id
from shared.service.http import RequestCause, accepted


def router(commands: Commands, database: Database, default_capacity: int) -> APIRouter:
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
        return CohortView.model_validate(await found(database, cohort_id))

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


async def found(database: Database, cohort_id: UUID) -> Cohort:
    async with database.connection() as connection:
        return accepted(await store.cohort(connection, cohort_id) or refused("cohort_not_found"))
