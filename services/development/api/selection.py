"""The selection of a cohort: what it would say now, and what it said."""

from collections import Counter
from uuid import UUID

from fastapi import APIRouter

from services.development import catalogue, store
from services.development.api.access import Operator
from services.development.api.cohorts import known, there
from services.development.handlers import cohorts as handlers
from services.development.store import candidates, cohorts, outcomes
from services.development.views.cohorts import CandidateView, CohortView, SelectionView
from shared.messaging.commands import Commands, CommandUnit
from shared.runtime.clock import now
from shared.runtime.database import Database
from shared.service.http import Number, Page, Paging, Replace, accepted, routes


def router(commands: Commands, database: Database) -> APIRouter:
    api = routes("selection")

    @api.post("/cohorts/{cohort_id}/selection")
    async def select_cohort(cohort_id: UUID, caller: Operator, replace: Replace) -> SelectionView:
        """Select the cohort's firms, once and for good.

        Every firm with a validated diagnosis and without a place elsewhere is told that it is in or out, and why. A
        firm that is in has a proposed plan at once. Whoever gave or took back an override cannot select.
        """
        async with commands.unit(replace.cause) as unit:
            decision = await _select(unit, cohort_id, caller.subject, replace)
        lines = [each.state for each in decision.outcomes.values() if each.state is not None]
        return SelectionView(
            cohort=replace.shown(CohortView.of(decision.cohort.state)),
            candidates=len(lines),
            selected=sum(line.selected for line in lines),
            reasons=dict(Counter(reason for line in lines for reason in line.reasons)),
        )

    @api.get("/cohorts/{cohort_id}/ranking")
    async def rank_cohort(cohort_id: UUID, _: Operator, paging: Paging) -> Page[CandidateView]:
        """Show who would be in and out if the selection were made now."""
        cohort = await known(database, cohort_id)
        async with database.connection() as connection:
            firms = {each.id: each for each in await store.pool(connection)}
        rules, modules = catalogue.selection_rules(), catalogue.modules()
        lines = handlers.rank_cohort(cohort, firms.values(), rules, modules, now())
        async with database.connection() as connection:
            titles = await store.titles(connection, {line.requirement_id for line in lines if line.requirement_id})
        return Page[CandidateView].of_all(
            lines, paging, lambda line: CandidateView.supposed(line, firms[line.supplier_id], titles)
        )

    @api.get("/cohorts/{cohort_id}/candidates")
    async def list_candidates(
        cohort_id: UUID, _: Operator, paging: Paging, *, selected: bool | None = None
    ) -> Page[CandidateView]:
        """List what the selection said of each firm, in the order of its rank."""
        await known(database, cohort_id)
        async with database.session() as session:
            lines = await store.lines(session, cohort_id, paging.position(Number), paging.fetch, selected=selected)
        return Page[CandidateView].of_rows(lines, paging, CandidateView.stored, lambda line: line[0].line)

    return api


async def _select(unit: CommandUnit, cohort_id: UUID, by: str, replace: Replace) -> handlers.SelectionDecision:
    """One transaction: the cohort's lock first, so that of two who select only one does, then all firms at once."""
    await unit.load(cohorts, [cohort_id])
    cohort = there(unit.state(cohorts, cohort_id))
    replace.check(CohortView.of(cohort))
    ids = await store.awaiting_selection(unit.connection)
    await unit.load(candidates, ids)
    pool = [firm for id_ in ids if (firm := unit.state(candidates, id_)) is not None]
    rules, modules = catalogue.selection_rules(), catalogue.modules()
    decision = accepted(handlers.select_cohort(cohort, by, pool, rules, modules, now()))
    unit.apply(cohorts, cohort_id, decision.cohort)
    for id_, decided in decision.candidates.items():
        unit.apply(candidates, id_, decided)
    await unit.load(outcomes, list(decision.outcomes))
    for id_, recorded in decision.outcomes.items():
        unit.apply(outcomes, id_, recorded, about=None if recorded.state is None else recorded.state.supplier_id)
    return decision
