"""A place that is free goes to the next one: the best cohort that keeps all who have a place.

It is solved for outside of the transaction, among who waited when it began, and holds where nothing moved meanwhile.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace as with_
from uuid import UUID

from fastapi import APIRouter

from services.development import catalogue
from services.development.api.access import Operator
from services.development.api.cohorts import known, there
from services.development.api.selecting import MovedError, answer, basis
from services.development.api.selection import TRIES
from services.development.domain.call import NO_MINIMUMS, Contender, Limits, one_more
from services.development.domain.cohort import Cohort
from services.development.domain.outcome import Outcome, outcome_id
from services.development.domain.selection import Basis
from services.development.handlers import places as handlers
from services.development.handlers.refusal import refused
from services.development.solver.asked import Asked, asked
from services.development.store import candidates, cohorts, outcomes
from services.development.store import rounds as reads
from services.development.views.cohorts import CohortView
from shared.messaging.commands import Commands, CommandUnit
from shared.messaging.decision import Decision
from shared.runtime.clock import now
from shared.runtime.database import Connection, Database
from shared.service.http import Replace, accepted, routes


def router(commands: Commands, database: Database) -> APIRouter:
    api = routes("cohorts")

    @api.post("/cohorts/{cohort_id}/replacements")
    async def replace_drop_out(cohort_id: UUID, caller: Operator, replace: Replace) -> CohortView:
        """Give a free place to the firm with which the cohort is best, all others kept; it has a proposed plan at once.

        A firm whose appeal was upheld comes first. Whoever first said that a firm drops out does not give its place
        away.
        """
        for _ in range(TRIES):
            cohort = await known(database, cohort_id)
            replace.check(CohortView.of_cohort(cohort))
            async with database.connection() as connection:
                accepted(handlers.may_replace(cohort, await reads.holders(connection, cohort_id), caller.subject))
                held = await _waiting(connection, cohort)
            next_ = await _next(held)
            caller.require_outsider(next_)
            try:
                return replace.shown(CohortView.of_cohort(await _given(commands, replace, held, next_, caller.subject)))
            except MovedError:
                continue
        return accepted(refused("selection_outrun"))

    return api


@dataclass(frozen=True, slots=True)
class _Held:
    """Who has a place, who waits for one, and what is to be solved for one more."""

    cohort: Cohort
    basis: Basis
    ids: Sequence[UUID]
    waiting: dict[UUID, Contender]
    asked: Asked


async def _given(commands: Commands, replace: Replace, held: _Held, next_: UUID, by: str) -> Cohort:
    return await commands.run_unit(replace.cause, lambda unit: _give(unit, replace, held, next_, by))


async def _give(unit: CommandUnit, replace: Replace, held: _Held, next_: UUID, by: str) -> Cohort:
    """Under the locks of the cohort, then of its firms: the place, where who has one and who waits are the same."""
    cohort_id = held.cohort.id
    await unit.load(cohorts, [cohort_id])
    cohort = there(unit.state(cohorts, cohort_id))
    replace.check(CohortView.of_cohort(cohort))
    free = accepted(handlers.may_replace(cohort, await reads.holders(unit.connection, cohort_id), by))
    await unit.load(candidates, held.ids)
    present = await _waiting(unit.connection, cohort)
    if present.asked.fingerprint != held.asked.fingerprint:
        raise MovedError
    recorded = outcome_id(cohort_id, next_)
    await unit.load(outcomes, [recorded])
    firm, said = unit.state(candidates, next_), unit.state(outcomes, recorded)
    if firm is None or said is None:
        raise MovedError
    rank = said.rank or await reads.rank_of(unit.connection, cohort_id, said.score)
    said = with_(said, rank=rank, contender=held.waiting[next_])
    taken, placed, line = handlers.take_place(cohort, free, firm, said, by, catalogue.modules(), now())
    unit.apply(cohorts, cohort_id, taken, about=next_)
    unit.apply(candidates, next_, placed)
    unit.apply(outcomes, recorded, Decision(line), about=next_)
    return there(taken.state)


async def _waiting(connection: Connection, cohort: Cohort) -> _Held:
    """As the store has it: whoever waits by the conditions as they are now, with what they contended with."""
    said, by = await reads.contended(connection, cohort.id), await basis(connection, cohort)
    firms = await reads.firms(connection, [each.supplier_id for each in said])
    keeping = [_holder(each) for each in said if each.selected]
    waiting = {
        each.supplier_id: contender
        for each in said
        if not each.selected and (contender := handlers.waiting(firms[each.supplier_id], cohort, each, by)) is not None
    }
    limits, given = one_more(cohort.limits, keeping, waiting.values(), _first_put_in(cohort, waiting))
    return _Held(cohort, by, sorted(firms), waiting, asked(limits, given))


def _holder(said: Outcome) -> Contender:
    """A firm that keeps its place. Of a cohort that was selected by rank only its score is known."""
    return said.contender or Contender(str(said.supplier_id), said.score)


def _first_put_in(cohort: Cohort, waiting: dict[UUID, Contender]) -> str | None:
    """Of those whose appeal was upheld the first one has the place, whoever else waits."""
    words = [each for each in cohort.overrides if each.direction == "in" and each.supplier_id in waiting]
    first = min(words, key=lambda word: (word.at, word.supplier_id), default=None)
    return None if first is None else str(first.supplier_id)


async def _next(held: _Held) -> UUID:
    """Who takes the place. A minimum that nobody who waits can meet keeps nobody out."""
    kept = {each.id for each in held.asked.firms} - {str(id_) for id_ in held.waiting}
    for given in (held.asked, with_(held.asked, limits=_without_minimums(held.asked.limits))):
        answered = await answer(given)
        come = sorted(set(answered.chosen) - kept)
        if answered.solution is not None and come:
            return UUID(come[0])
    return accepted(refused("nobody_next"))


def _without_minimums(limits: Limits) -> Limits:
    return with_(limits, minimums=NO_MINIMUMS)
