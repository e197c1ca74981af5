"""A place that is free goes to the next one: the best cohort that keeps all who have a place.

It is solved for outside of the transaction, among who waited when it began, and holds where nothing moved meanwhile.
"""

from dataclasses import replace as with_
from uuid import UUID

from fastapi import APIRouter

from services.development import catalogue
from services.development.api.access import Operator
from services.development.api.cohorts import known, there
from services.development.api.selecting import MovedError, answer
from services.development.api.selection import TRIES
from services.development.api.waiting_list import Held, waiting_list
from services.development.domain.call import NO_MINIMUMS, Limits
from services.development.domain.cohort import Cohort
from services.development.domain.outcome import outcome_id
from services.development.handlers import places as handlers
from services.development.handlers.refusal import refused
from services.development.store import candidates, cohorts, outcomes
from services.development.store import rounds as reads
from services.development.views.cohorts import CohortView, NextPlaceView
from shared.messaging.commands import Commands, CommandUnit
from shared.messaging.decision import Decision
from shared.runtime.clock import now
from shared.runtime.database import Database
from shared.service.http import Replace, Show, accepted, routes
from shared.service.http.showing import etag

NOBODY = ""
"""Who only looks: whether they may give the place is asked when they do."""


def router(commands: Commands, database: Database) -> APIRouter:
    api = routes("cohorts")

    @api.get("/cohorts/{cohort_id}/next-place", responses={404: {}, 409: {}})
    async def show_next_place(cohort_id: UUID, _: Operator, show: Show) -> NextPlaceView:
        """Show to which firm a free place would go now, under the version that a replacement requires."""
        cohort = await known(database, cohort_id)
        held = await _held(database, cohort)
        accepted(handlers.may_replace(cohort, len(held.list.holders), NOBODY))
        return show.shown(await _shown(database, held, await _next(held)))

    @api.post("/cohorts/{cohort_id}/replacements")
    async def replace_drop_out(cohort_id: UUID, caller: Operator, replace: Replace) -> CohortView:
        """Give a free place to the firm with which the cohort is best, all others kept; it has a proposed plan at once.

        A firm whose appeal was upheld comes first, where the budget pays for its plan. Places that nobody had yet are
        given before those of who dropped out. Whoever first said that a firm drops out does not give its place away.
        `If-Match` is the version of the next place: where it would go to another firm than was seen, it goes to none.
        """
        for _ in range(TRIES):
            cohort = await known(database, cohort_id)
            held = await _held(database, cohort)
            accepted(handlers.may_replace(cohort, len(held.list.holders), caller.subject))
            next_ = await _next(held)
            replace.check(await _shown(database, held, next_), "next_moved")
            caller.require_outsider(next_)
            try:
                given = await _given(commands, replace, held, next_, caller.subject)
                return replace.shown(CohortView.of_cohort(given))
            except MovedError:
                continue
        return accepted(refused("selection_outrun"))

    return api


async def _given(commands: Commands, replace: Replace, held: Held, next_: UUID, by: str) -> Cohort:
    return await commands.run_unit(replace.cause, lambda unit: _give(unit, held, next_, by))


async def _held(database: Database, cohort: Cohort) -> Held:
    async with database.connection() as connection:
        return await waiting_list(connection, cohort)


async def _shown(database: Database, held: Held, next_: UUID) -> NextPlaceView:
    async with database.connection() as connection:
        firm = (await reads.firms(connection, [next_]))[next_]
    return NextPlaceView(
        supplier_id=next_,
        folio=firm.folio,
        legal_name=firm.legal_name,
        cohort=etag(CohortView.of_cohort(held.cohort)),
        fingerprint=held.asked.fingerprint,
    )


async def _give(unit: CommandUnit, held: Held, next_: UUID, by: str) -> Cohort:
    """Under the locks of the cohort, then of its firms: the place, where who has one and who waits are the same."""
    cohort_id = held.cohort.id
    await unit.load(cohorts, [cohort_id])
    cohort = there(unit.state(cohorts, cohort_id))
    if cohort != held.cohort:
        raise MovedError
    await unit.load(candidates, held.ids)
    present = await waiting_list(unit.connection, cohort)
    free = accepted(handlers.may_replace(cohort, len(present.list.holders), by))
    if present.asked.fingerprint != held.asked.fingerprint:
        raise MovedError
    recorded = outcome_id(cohort_id, next_)
    await unit.load(outcomes, [recorded])
    firm, said = unit.state(candidates, next_), unit.state(outcomes, recorded)
    if firm is None or said is None:
        raise MovedError
    rank = said.rank or await reads.rank_of(unit.connection, cohort_id, said.score)
    said = with_(said, rank=rank, contender=said.contender or held.list.waiting[next_])
    taken, placed, line = handlers.take_place(cohort, free, firm, said, by, catalogue.modules(), now())
    unit.apply(cohorts, cohort_id, taken, about=next_)
    unit.apply(candidates, next_, placed)
    unit.apply(outcomes, recorded, Decision(line), about=next_)
    return there(taken.state)


async def _next(held: Held) -> UUID:
    """Who takes the place. A minimum that nobody who waits can meet keeps nobody out."""
    first, kept = held.asked, {each.id for each in held.list.holders}
    for given in (first, with_(first, limits=_without_minimums(first.limits))):
        answered = await answer(given)
        come = sorted(set(answered.chosen) - kept)
        if answered.solution is not None and come:
            return UUID(come[0])
    return accepted(refused("nobody_next"))


def _without_minimums(limits: Limits) -> Limits:
    return with_(limits, minimums=NO_MINIMUMS)
