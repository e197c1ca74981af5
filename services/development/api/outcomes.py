"""What a selection said of one firm and what is true of it, and what other limits would say."""

from dataclasses import replace
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import TypeAdapter

from services.development.api.access import Leaving, Operator
from services.development.api.cohorts import known
from services.development.api.selecting import answer, contest, solved
from services.development.domain.appeal import appeal_id
from services.development.domain.cohort import Cohort
from services.development.domain.outcome import Outcome, outcome_id
from services.development.domain.why import Reason
from services.development.handlers.refusal import refused
from services.development.solver.asked import Asked, asked
from services.development.store import rounds as reads
from services.development.views.cohorts import Keep, Pesos, Places
from services.development.views.outcomes import OutcomeView, WhatIfView
from shared.runtime.clock import now
from shared.runtime.database import Database
from shared.service.http import Page, Paging, Show, accepted, routes

_WHY = TypeAdapter(Reason)


def router(database: Database) -> APIRouter:
    api = routes("selection")

    @api.get("/cohorts/{cohort_id}/firms/{supplier_id}")
    async def show_outcome(cohort_id: UUID, supplier_id: UUID, caller: Leaving, show: Show) -> OutcomeView:
        """Show what the selection said of a firm, why, and its appeal.

        The reason is true of the best cohort: it was solved for once more without the firm, or with it.
        """
        caller.require_supplier(supplier_id)
        cohort, said = await _said(database, cohort_id, supplier_id)
        said = await _explained(database, cohort, said)
        async with database.connection() as connection:
            appeal = await reads.appeal(connection, appeal_id(cohort_id, supplier_id))
        return show.shown(OutcomeView.of_outcome(cohort, said, appeal, now()))

    @api.get("/plans/{supplier_id}/outcomes")
    async def list_outcomes(supplier_id: UUID, caller: Leaving, paging: Paging) -> Page[OutcomeView]:
        """List what each selection said of a firm, with its appeals, the latest first."""
        caller.require_supplier(supplier_id)
        async with database.connection() as connection:
            found = await reads.of_firm(connection, supplier_id)
        at = now()
        return Page[OutcomeView].of_all(found, paging, lambda each: OutcomeView.of_outcome(*each, at))

    @api.get("/cohorts/{cohort_id}/what-if")
    async def what_if(
        cohort_id: UUID,
        _: Operator,
        show: Show,
        capacity: Annotated[Places | None, Query(description="Places, instead of the cohort's.")] = None,
        budget_mxn: Annotated[Pesos | None, Query(description="MXN, instead of the cohort's.")] = None,
        k: Annotated[Keep | None, Query(description="Firms that each area and anchor keeps.")] = None,
    ) -> WhatIfView:
        """Show who would come in and who would go with other limits. Nothing is written.

        Before a selection it is of the firms as they are now, afterwards of those that contended, as they were.
        """
        cohort = await known(database, cohort_id)
        given = await _asked(database, cohort)
        limits = given.limits
        budget = limits.budget if budget_mxn is None else Decimal(budget_mxn)
        other = replace(limits, capacity=capacity or limits.capacity, budget=budget, keep=k or limits.keep)
        before = await answer(given)
        after = await solved(replace(given, limits=other))
        async with database.connection() as connection:
            ids = {UUID(id_) for id_ in {*before.chosen} ^ {*after.chosen}}
            firms = await reads.firms(connection, ids)
        return show.shown(WhatIfView.of_answers(other, before, after, firms))

    return api


async def _said(database: Database, cohort_id: UUID, supplier_id: UUID) -> tuple[Cohort, Outcome]:
    cohort = await known(database, cohort_id)
    async with database.connection() as connection:
        said = await reads.outcome(connection, outcome_id(cohort_id, supplier_id))
    return cohort, accepted(said or refused("outcome_not_found"))


async def _explained(database: Database, cohort: Cohort, said: Outcome) -> Outcome:
    """With its reason solved for the other way about, where nobody had asked before; it is kept then."""
    if said.why is None or said.why.solved:
        return said
    async with database.connection() as connection:
        given = _contended(await reads.contended(connection, cohort.id), cohort)
    one = str(said.supplier_id)
    answered = await answer(replace(given, reasons=False, one=one, places=said.why.places))
    why = answered.reasons.get(one, said.why)
    async with database.connection() as connection:
        await reads.keep_why(connection, said.id, _WHY.dump_json(why).decode())
    return replace(said, why=why)


async def _asked(database: Database, cohort: Cohort) -> Asked:
    async with (
        database.connection() as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        if cohort.status == "open":
            return replace((await contest(connection, cohort)).asked, reasons=False)
        return _contended(await reads.contended(connection, cohort.id), cohort)


def _contended(said: list[Outcome], cohort: Cohort) -> Asked:
    """Those who contended, as they were: whoever was put in since has no reason of then."""
    places = cohort.capacity if cohort.solution is None else cohort.solution.capacity
    limits = replace(cohort.limits, capacity=places)
    return asked(limits, [each.contender for each in said if each.contender is not None and each.why is not None])
