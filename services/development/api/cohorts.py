"""Cohorts, and an operator's word on one firm."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from fastapi import APIRouter

from services.development import catalogue
from services.development.api.access import Operator
from services.development.domain.cohort import Cohort, Override
from services.development.domain.conditions import SelectionRules
from services.development.handlers import cohorts as handlers
from services.development.handlers.refusal import refused
from services.development.store import candidates, cohorts, past_overrides
from services.development.store import rounds as reads
from services.development.views.cohorts import CohortBody, CohortView, OverrideBody, PastOverrideView
from shared.contracts.event import Moment
from shared.messaging.commands import Commands, CommandUnit
from shared.messaging.decision import Decision, Refused, together
from shared.runtime.clock import now
from shared.runtime.database import Database
from shared.runtime.ids import new_id
from shared.service.http import Create, Page, Paging, Replace, Show, Strict, accepted, routes


def router(commands: Commands, database: Database) -> APIRouter:
    api = routes("cohorts")

    @api.post("/cohorts", status_code=201)
    async def open_cohort(body: Strict[CohortBody], _: Operator, create: Create) -> CohortView:
        """Open a cohort.

        A round of selection by one version of a call, the present one unless it is named. What is left out is as the
        call has it: places, budget, minimums, and how many firms each area and anchor keeps.
        """
        id_, rules = new_id(), await _call(database, body)

        def decide(_: Cohort | None, __: object) -> Decision[Cohort]:
            return handlers.open_cohort(id_, body.name, rules.version, body.limits(rules), now())

        return await create.run(commands, cohorts, id_, decide, CohortView.of_cohort)

    @api.get("/cohorts")
    async def list_cohorts(_: Operator, paging: Paging) -> Page[CohortView]:
        """List the cohorts, the newest first."""
        async with database.connection() as connection:
            rows = await reads.page_of_cohorts(connection, paging.position(tuple[Moment, UUID]), paging.fetch)
        return Page[CohortView].of_rows(
            rows, paging, CohortView.of_cohort, lambda cohort: (cohort.created_at, cohort.id)
        )

    @api.get("/cohorts/{cohort_id}")
    async def show_cohort(cohort_id: UUID, _: Operator, show: Show) -> CohortView:
        """Show one cohort with its overrides."""
        return show.shown(CohortView.of_cohort(await known(database, cohort_id)))

    @api.put("/cohorts/{cohort_id}")
    async def change_cohort(cohort_id: UUID, body: Strict[CohortBody], _: Operator, replace: Replace) -> CohortView:
        """Change a cohort's name, call or limits, until its selection is made."""
        rules = await _call(database, body)
        return await replace.run(
            commands,
            cohorts,
            cohort_id,
            lambda cohort, _: handlers.change_cohort(cohort, body.name, rules.version, body.limits(rules)),
            CohortView.of_cohort,
        )

    @api.post("/cohorts/{cohort_id}/overrides")
    async def override_selection(
        cohort_id: UUID, body: Strict[OverrideBody], caller: Operator, replace: Replace
    ) -> CohortView:
        """Give one firm a place, or keep it out, whatever the rule says.

        The reason is kept with the name of whoever gives it, who then cannot make the selection. A later word on the
        same firm replaces the one before, which stays on record.
        """
        caller.require_outsider(body.supplier_id)
        word = Override(body.supplier_id, body.direction, body.reason, caller.subject, now())

        async def give(unit: CommandUnit) -> Cohort:
            await unit.load(cohorts, [cohort_id])
            await unit.load(candidates, [body.supplier_id])
            cohort = there(unit.state(cohorts, cohort_id))
            replace.check(CohortView.of_cohort(cohort))
            decision = accepted(handlers.override(cohort, unit.state(candidates, body.supplier_id), word))
            unit.apply(cohorts, cohort_id, decision, about=body.supplier_id)
            await keep_override(unit, cohort, body.supplier_id, caller.subject)
            return there(decision.state)

        return replace.shown(CohortView.of_cohort(await commands.run_unit(replace.cause, give)))

    @api.delete("/cohorts/{cohort_id}/overrides/{supplier_id}")
    async def take_override_back(cohort_id: UUID, supplier_id: UUID, caller: Operator, replace: Replace) -> CohortView:
        """Judge a firm by the rule alone again. The word that is taken back stays on record.

        Whoever takes it back cannot make the selection either.
        """
        caller.require_outsider(supplier_id)

        async def take_back(unit: CommandUnit) -> Cohort:
            await unit.load(cohorts, [cohort_id])
            cohort = there(unit.state(cohorts, cohort_id))
            replace.check(CohortView.of_cohort(cohort))
            decision = accepted(handlers.take_back_override(cohort, supplier_id, caller.subject))
            unit.apply(cohorts, cohort_id, decision, about=supplier_id)
            await keep_override(unit, cohort, supplier_id, caller.subject)
            return there(decision.state)

        return replace.shown(CohortView.of_cohort(await commands.run_unit(replace.cause, take_back)))

    @api.get("/cohorts/{cohort_id}/past-overrides")
    async def list_past_overrides(cohort_id: UUID, _: Operator, paging: Paging) -> Page[PastOverrideView]:
        """List the overrides that count no more, in the order in which they ended."""
        await known(database, cohort_id)
        async with database.connection() as connection:
            after = paging.position(tuple[Moment, UUID])
            rows = await reads.page_of_past_overrides(connection, cohort_id, after, paging.fetch)
        return Page[PastOverrideView].of_rows(rows, paging, PastOverrideView.of, lambda past: (past.ended_at, past.id))

    return api


async def _call(database: Database, body: CohortBody) -> SelectionRules:
    """The call of a cohort, and nothing in it that there is not."""
    wrong = [_wrong(*each) for each in CohortBody.broken(body.model_dump(), ())]
    if body.anchors:
        async with database.connection() as connection:
            unknown = body.anchors - await reads.anchors(connection)
        wrong += [_wrong(f"minimum_per_anchor.{each}", "minimum_anchor_unknown", {}) for each in sorted(unknown)]
    accepted(together(wrong))
    calls = catalogue.calls()
    return calls.current if body.call is None else calls.versions[body.call]


def _wrong(at: str, code: str, params: Mapping[str, Any]) -> Refused:
    return Refused("invalid", code, at=at, params=params)


async def keep_override(unit: CommandUnit, cohort: Cohort, supplier_id: UUID, ended_by: str) -> None:
    """Keep the word on a firm that ends now, if there was one."""
    ended = handlers.keep_override(cohort, supplier_id, ended_by, now())
    if ended is not None and ended.state is not None:
        await unit.load(past_overrides, [ended.state.id])
        unit.apply(past_overrides, ended.state.id, ended, about=supplier_id)


async def known(database: Database, cohort_id: UUID) -> Cohort:
    async with database.connection() as connection:
        return there(await reads.cohort(connection, cohort_id))


def there(cohort: Cohort | None) -> Cohort:
    return accepted(cohort or refused("cohort_not_found"))
