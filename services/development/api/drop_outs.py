"""Places that become free, and who has them then."""

from uuid import UUID

from fastapi import APIRouter

from services.development import catalogue, store
from services.development.api.access import Operator
from services.development.api.cohorts import there
from services.development.api.planned import view
from services.development.domain.candidate import Candidate
from services.development.domain.cohort import Cohort
from services.development.domain.outcome import Outcome, outcome_id
from services.development.handlers import cohorts as handlers
from services.development.handlers.refusal import refused
from services.development.store import candidates, cohorts, outcomes
from services.development.views.cohorts import CohortView
from services.development.views.plans import DropOutBody, PastPlanView
from shared.messaging.commands import Commands, CommandUnit
from shared.messaging.decision import Decision
from shared.runtime.clock import now
from shared.runtime.database import Database
from shared.service.http import Replace, Strict, accepted, routes

AT_ONCE = 20
"""Firms that are looked at for one place; most of the time it is the first."""


def router(commands: Commands, database: Database) -> APIRouter:
    api = routes("cohorts")

    @api.post("/plans/{supplier_id}/drop-out")
    async def drop_out_firm(
        supplier_id: UUID, body: Strict[DropOutBody], caller: Operator, replace: Replace
    ) -> PastPlanView:
        """Record that a firm gives its place back, with the reason. Its plan is kept as it is.

        The place is free: another operator gives it to the next in rank. The firm may contend in a later cohort.
        """
        caller.require_outsider(supplier_id)
        async with database.connection() as connection:
            seen = await store.candidate(connection, supplier_id)
        if seen is None or seen.cohort_id is None:
            return accepted(refused("plan_not_found"))
        async with commands.unit(replace.cause) as unit:
            # The cohort's lock before that of its firms, as a selection takes them.
            await unit.load(cohorts, [seen.cohort_id])
            await unit.load(candidates, [supplier_id])
            firm = unit.state(candidates, supplier_id)
            if firm is None or firm.plan is None or firm.cohort_id != seen.cohort_id:
                return accepted(refused("plan_not_found"))
            replace.check(view(firm))
            cohort = unit.state(cohorts, seen.cohort_id)
            freed, dropped = accepted(handlers.drop_out(cohort, firm, body.reason, caller.subject, now()))
            unit.apply(cohorts, seen.cohort_id, freed, about=supplier_id)
            unit.apply(candidates, supplier_id, dropped)
        after = dropped.state or firm
        return replace.shown(PastPlanView.of_past(after, after.past_plans[-1], catalogue.modules()))

    @api.post("/cohorts/{cohort_id}/replacements")
    async def replace_drop_out(cohort_id: UUID, caller: Operator, replace: Replace) -> CohortView:
        """Give the place that is free for longest to the next in rank, who has a proposed plan at once.

        Whoever recorded that its firm dropped out cannot do so.
        """
        async with commands.unit(replace.cause) as unit:
            await unit.load(cohorts, [cohort_id])
            cohort = there(unit.state(cohorts, cohort_id))
            replace.check(CohortView.of(cohort))
            free = accepted(handlers.may_replace(cohort, caller.subject))
            firm, said = await _next(unit, cohort)
            caller.require_outsider(firm.id)
            taken, placed, recorded = handlers.take_place(
                cohort, free, firm, said, caller.subject, catalogue.modules(), now()
            )
            unit.apply(cohorts, cohort_id, taken, about=firm.id)
            unit.apply(candidates, firm.id, placed)
            unit.apply(outcomes, recorded.id, Decision(recorded), about=firm.id)
        return replace.shown(CohortView.of(taken.state))

    return api


async def _next(unit: CommandUnit, cohort: Cohort) -> tuple[Candidate, Outcome]:
    """The best ranked of those without a place who would still take one."""
    after, rules, modules = 0, catalogue.selection_rules(), catalogue.modules()
    while ranked := await store.next_in_rank(unit.connection, cohort.id, after, AT_ONCE):
        ids = [supplier_id for _, supplier_id in ranked]
        await unit.load(candidates, ids)
        await unit.load(outcomes, [outcome_id(cohort.id, id_) for id_ in ids])
        for id_ in ids:
            firm, said = unit.state(candidates, id_), unit.state(outcomes, outcome_id(cohort.id, id_))
            if firm is None or said is None:
                continue
            if handlers.still_contends(firm, cohort, rules, modules):
                return firm, said
        after = ranked[-1][0]
    return accepted(refused("nobody_next"))
