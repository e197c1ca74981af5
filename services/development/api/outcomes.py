"""What a selection said of one firm and what is true of it, and what other limits would say."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import TypeAdapter

from services.development import store
from services.development.api.access import Leaving, Operator
from services.development.api.cohorts import known
from services.development.api.selecting import answer, contest, solved
from services.development.api.waiting_list import waiting_list
from services.development.domain.appeal import appeal_id
from services.development.domain.call import Limits
from services.development.domain.candidate import Candidate
from services.development.domain.cohort import Cohort, with_limits
from services.development.domain.outcome import Outcome, outcome_id
from services.development.domain.why import Reason
from services.development.handlers.refusal import refused
from services.development.solver.asked import Answered, Asked, asked
from services.development.store import rounds as reads
from services.development.views.cohorts import Keep, Pesos, Places
from services.development.views.outcomes import BestView, OutcomeView, WhatIfView
from services.development.views.why import said_conflicts
from shared.i18n import worded
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
            accepted(await store.candidate(connection, supplier_id) or refused("candidate_not_found"))
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

        Before a selection it is of the firms as they are now, afterwards of those that contended, as they were; where
        it is another one of the firms that have a place or would take one now, that is beside it.
        """
        cohort, typed = await known(database, cohort_id), _Typed(capacity, budget_mxn, k)
        given = await _asked(database, cohort)
        limits = typed.instead_of(given.limits)
        before = await answer(given)
        after = await solved(replace(given, limits=limits))
        best = BestView.of_answer(before.chosen, after, await _between(database, before.chosen, after))
        if cohort.status == "open":
            return show.shown(WhatIfView.of_limits(best, limits, "now"))
        found = WhatIfView.of_limits(best, limits, "then")
        return show.shown(found.model_copy(update=await _today(database, cohort, typed, best)))

    return api


@dataclass(frozen=True, slots=True)
class _Typed:
    """Limits that somebody tries."""

    capacity: int | None
    budget_mxn: str | None
    k: int | None

    def instead_of(self, limits: Limits) -> Limits:
        budget = limits.budget if self.budget_mxn is None else Decimal(self.budget_mxn)
        return replace(limits, capacity=self.capacity or limits.capacity, budget=budget, keep=self.k or limits.keep)


async def _today(database: Database, cohort: Cohort, typed: _Typed, then: BestView) -> dict[str, object]:
    """What a solve of now says, where it says something else than `then`."""
    async with database.connection() as connection:
        held = (await waiting_list(connection, with_limits(cohort, typed.instead_of(cohort.limits)))).list
    limits = replace(typed.instead_of(cohort.limits), budget=held.budget)
    answered = await answer(asked(limits, [*held.holders, *held.waiting.values()]))
    if answered.solution is None:
        return {"now_infeasible": worded("call_infeasible", why=said_conflicts(answered.conflicts))}
    places = [each.id for each in held.holders]
    best = BestView.of_answer(places, answered, await _between(database, places, answered))
    return {} if best == then else {"now": best}


async def _between(database: Database, before: Collection[str], after: Answered) -> dict[UUID, Candidate]:
    """The firms that are of one of the two alone."""
    async with database.connection() as connection:
        return await reads.firms(connection, {UUID(id_) for id_ in {*before} ^ {*after.chosen}})


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
