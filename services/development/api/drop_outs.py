"""Places that firms leave, or have again."""

from uuid import UUID

from fastapi import APIRouter

from services.development import catalogue, store
from services.development.api.access import Leaving, Operator
from services.development.api.cohorts import there
from services.development.api.planned import is_the_firm, planned, view
from services.development.api.waiting_list import waiting_list
from services.development.domain.candidate import Candidate
from services.development.domain.cohort import Cohort
from services.development.domain.outcome import Outcome, outcome_id
from services.development.domain.place import LeaverRole, Reinstatement
from services.development.handlers import places as handlers
from services.development.handlers.refusal import refused
from services.development.store import candidates, cohorts, outcomes
from services.development.views.cohorts import CohortView, ReinstatementBody
from services.development.views.plans import DropOutBody, PastPlanView, PlanView
from shared.messaging.commands import Commands, CommandUnit
from shared.messaging.decision import Decision
from shared.runtime.clock import now
from shared.runtime.database import Database
from shared.service.http import Replace, Strict, accepted, routes


def router(commands: Commands, database: Database) -> APIRouter:
    api = routes("cohorts")
    _add_proposal(api, commands, database)
    _add_drop_out(api, commands, database)
    _add_ways_of_a_place(api, commands)
    return api


def _add_proposal(api: APIRouter, commands: Commands, database: Database) -> None:
    @api.post("/plans/{supplier_id}/drop-out/proposal")
    async def propose_drop_out(
        supplier_id: UUID, body: Strict[DropOutBody], caller: Operator, replace: Replace
    ) -> PlanView:
        """Say, as an operator, that a firm drops out, with the reason.

        Its place is its own until another operator agrees (`drop-out`). A firm that leaves by itself needs no proposal.
        """
        caller.require_outsider(supplier_id)
        await planned(database, supplier_id)
        return await replace.run(
            commands,
            candidates,
            supplier_id,
            lambda firm, _: handlers.propose_drop_out(firm, body.reason, caller.subject, now()),
            view,
        )

    @api.delete("/plans/{supplier_id}/drop-out/proposal")
    async def keep_place(supplier_id: UUID, caller: Operator, replace: Replace) -> PlanView:
        """Take back that a firm drops out, while no other operator has agreed. What was said stays on record."""
        caller.require_outsider(supplier_id)
        await planned(database, supplier_id)
        return await replace.run(
            commands, candidates, supplier_id, lambda firm, _: handlers.keep_place(firm, caller.subject, now()), view
        )


def _add_drop_out(api: APIRouter, commands: Commands, database: Database) -> None:
    @api.post("/plans/{supplier_id}/drop-out")
    async def drop_out_firm(
        supplier_id: UUID, body: Strict[DropOutBody], caller: Leaving, replace: Replace
    ) -> PastPlanView:
        """Give a firm's place back, with the reason: as the firm at once, as an operator where another one proposed it.

        Its plan is kept as it is. The place is free for another firm, and the firm may contend in a later cohort.
        """
        role: LeaverRole = "supplier" if is_the_firm(caller, supplier_id) else "operator"
        async with database.connection() as connection:
            seen = await store.candidate(connection, supplier_id)
        if seen is None or seen.cohort_id is None:
            return accepted(refused("plan_not_found"))
        cohort_id = seen.cohort_id

        async def drop_out(unit: CommandUnit) -> Candidate:
            cohort, firm, said = await _load(unit, cohort_id, supplier_id)
            if firm is None or firm.plan is None or firm.cohort_id != cohort_id:
                return accepted(refused("plan_not_found"))
            replace.check(view(firm))
            moved = accepted(handlers.drop_out(cohort, firm, said, body.reason, caller.subject, role, now()))
            _apply(unit, cohort_id, supplier_id, moved)
            return moved[1].state or firm

        after = await commands.run_unit(replace.cause, drop_out)
        return replace.shown(PastPlanView.of_past(after, after.past_plans[-1], catalogue.modules()))


def _add_ways_of_a_place(api: APIRouter, commands: Commands) -> None:
    @api.post("/cohorts/{cohort_id}/reinstatements")
    async def reinstate_firm(
        cohort_id: UUID, body: Strict[ReinstatementBody], caller: Operator, replace: Replace
    ) -> CohortView:
        """Give a firm that dropped out by mistake its place back, with its plan and mentor.

        Only while its place was not given to another firm (409 `place_given_away`), nor promised to one whose appeal
        was upheld (`place_promised`), and where the budget pays for its plan (`over_budget`). The plan catches up with
        what was said meanwhile.
        """
        caller.require_outsider(body.supplier_id)

        async def reinstate(unit: CommandUnit) -> Cohort:
            cohort, firm, said = await _load(unit, cohort_id, body.supplier_id)
            replace.check(CohortView.of_cohort(there(cohort)))
            back = Reinstatement(body.reason, caller.subject, now())
            held = await waiting_list(unit.connection, there(cohort))
            moved = accepted(handlers.reinstate(cohort, firm, said, back, catalogue.modules(), held.list))
            _apply(unit, cohort_id, body.supplier_id, moved)
            return there(moved[0].state)

        return replace.shown(CohortView.of_cohort(await commands.run_unit(replace.cause, reinstate)))


async def _load(
    unit: CommandUnit, cohort_id: UUID, supplier_id: UUID
) -> tuple[Cohort | None, Candidate | None, Outcome | None]:
    """The cohort's lock before that of its firm, as a selection takes them."""
    recorded = outcome_id(cohort_id, supplier_id)
    await unit.load(cohorts, [cohort_id])
    await unit.load(candidates, [supplier_id])
    await unit.load(outcomes, [recorded])
    return unit.state(cohorts, cohort_id), unit.state(candidates, supplier_id), unit.state(outcomes, recorded)


def _apply(unit: CommandUnit, cohort_id: UUID, supplier_id: UUID, moved: handlers.Moved) -> None:
    cohort, firm, said = moved
    unit.apply(cohorts, cohort_id, cohort, about=supplier_id)
    unit.apply(candidates, supplier_id, firm)
    unit.apply(outcomes, said.id, Decision(said), about=supplier_id)
