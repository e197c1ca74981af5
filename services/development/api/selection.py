"""The selection of a cohort: what it would say now, and what it said."""

from collections import Counter
from uuid import UUID

from fastapi import APIRouter

from services.development import catalogue, store
from services.development.api.access import BY_OPERATOR, Limit
from services.development.api.cohorts import found
from services.development.handlers import cohorts as handlers
from services.development.store import candidates, cohorts, outcomes
from services.development.views.cohorts import (
    CandidatePage,
    CandidateView,
    CohortView,
    SelectionView,
)
from shared.contracts.event import Cause
from shared.messaging.commands import Commands
from shared.runtime.clock import now
from shared.runtime.database import Database
from shared.service.http import RequestCause, accepted


def router(commands: Commands, database: Database) -> APIRouter:
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
        cohort = await found(database, cohort_id)
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
        await found(database, cohort_id)
        async with database.session() as session:
            lines = await store.lines(session, cohort_id, after, limit, selected=selected)
        items = tuple(CandidateView.stored(line) for line in lines)
        return CandidatePage(items=items, next=items[-1].line if len(items) == limit else None)

    return api


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
