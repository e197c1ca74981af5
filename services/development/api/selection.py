"""The selection of a cohort: what it would say now, and what it said.

The best cohort is solved for outside of the transaction, and holds where its inputs are the same under the locks. Firms
go through memory in parts: first for what decides their places, then each with its own.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from uuid import UUID

from fastapi import APIRouter

from services.development.api.access import Operator
from services.development.api.cohorts import known, there
from services.development.api.selecting import PART, Contest, MovedError, contest, contest_under_lock, solved
from services.development.api.waiting_list import waiting_lines
from services.development.domain.candidate import Candidate
from services.development.domain.cohort import Cohort
from services.development.domain.outcome import Outcome, outcome_id
from services.development.domain.selection import Basis, Place
from services.development.handlers import cohorts as handlers
from services.development.handlers.refusal import refused
from services.development.solver.asked import Answered
from services.development.store import candidates, cohorts, outcomes
from services.development.store import rounds as reads
from services.development.views.candidates import CandidateView
from services.development.views.cohorts import CohortView, ContestView, SelectionView
from shared.messaging.commands import Commands, CommandUnit
from shared.messaging.decision import Decision
from shared.runtime.clock import now
from shared.runtime.database import Database
from shared.service.http import Listed, Number, Page, Paging, Replace, accepted, routes

TRIES = 5
"""Of a selection whose inputs move while it is solved for."""


def router(commands: Commands, database: Database) -> APIRouter:
    api = routes("selection")

    @api.post("/cohorts/{cohort_id}/selection")
    async def select_cohort(cohort_id: UUID, caller: Operator, replace: Replace) -> SelectionView:
        """Select the cohort's firms, once and for good: the best cohort of its call, proven or with its bound.

        Every firm with a validated diagnosis and without a place elsewhere is told that it is in or out, and why. A
        firm that is in has a proposed plan at once. Whoever gave or took back an override cannot select. `If-Match` is
        the version of the preview: where who contends, or with what, is no longer what was seen, nothing is selected.
        """
        cohort = await known(database, cohort_id)
        accepted(handlers.close_cohort(cohort, caller.subject, now()))
        cohort, said = await _selected(commands, database, cohort_id, caller.subject, replace)
        return SelectionView(
            cohort=replace.shown(CohortView.of_cohort(cohort)),
            candidates=said.firms,
            selected=said.selected,
            reasons=dict(said.reasons),
        )

    @api.get("/cohorts/{cohort_id}/preview")
    async def preview_cohort(cohort_id: UUID, _: Operator, paging: Paging, listed: Listed) -> Page[CandidateView]:
        """Show who would be in and out if the selection were made now.

        Its version is of the cohort and of who contends with what: a selection under it is the one that was shown.
        """
        cohort, first = await known(database, cohort_id), paging.position(Number) or 0
        held = await _contest(database, cohort)
        listed.shown(ContestView.of_asked(cohort, held.asked))
        ranked = held.ranked(await solved(held.asked))
        shown = ranked[first : first + paging.limit]
        async with database.connection() as connection:
            firms = await reads.firms(connection, [place.id for place in shown])
            lines = _supposed(cohort, firms, shown, first + 1, held.basis)
            titles = await reads.titles(connection, {line.requirement_id for line in lines if line.requirement_id})
        views = {line.supplier_id: CandidateView.supposed(line, firms[line.supplier_id], titles) for line in lines}
        return Page[CandidateView].of_all(ranked, paging, lambda place: views[place.id])

    @api.get("/cohorts/{cohort_id}/candidates")
    async def list_candidates(
        cohort_id: UUID, _: Operator, paging: Paging, *, selected: bool | None = None
    ) -> Page[CandidateView]:
        """List what the selection said of each firm: those with a place first, by potential."""
        await known(database, cohort_id)
        async with database.session() as session:
            lines = await reads.lines(session, cohort_id, paging.position(Number), paging.fetch, selected=selected)
        return Page[CandidateView].of_rows(lines, paging, CandidateView.stored, lambda line: line[0].line)

    @api.get("/cohorts/{cohort_id}/waiting-list")
    async def list_waiting_for_place(cohort_id: UUID, _: Operator, paging: Paging) -> Page[CandidateView]:
        """List the firms that would take a place that becomes free, by potential; the best of them with the others that
        have a place takes it, before all one whose appeal was upheld.
        """
        cohort = await known(database, cohort_id)
        lines = await waiting_lines(database, cohort, paging.position(Number), paging.fetch)
        return Page[CandidateView].of_rows(lines, paging, CandidateView.stored, lambda line: line[0].line)

    return api


@dataclass(slots=True)
class _Said:
    """What a selection said, in numbers."""

    firms: int = 0
    selected: int = 0
    reasons: Counter[str] = field(default_factory=Counter)

    def add(self, line: Outcome) -> None:
        self.firms += 1
        self.selected += line.selected
        self.reasons.update(line.reasons)


async def _contest(database: Database, cohort: Cohort) -> Contest:
    """As it is at one moment: nobody's place is another one's by what changed between two parts."""
    async with (
        database.connection() as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        return await contest(connection, cohort)


async def _selected(
    commands: Commands, database: Database, cohort_id: UUID, by: str, replace: Replace
) -> tuple[Cohort, _Said]:
    """Solved for, then decided; once more where something moved meanwhile."""
    for _ in range(TRIES):
        cohort = await known(database, cohort_id)
        held = await _contest(database, cohort)
        _check(replace, cohort, held)
        answered = await solved(held.asked)
        try:
            return await commands.run_unit(replace.cause, partial(_select, cohort_id, by, replace, held, answered))
        except MovedError:
            continue
    return accepted(refused("selection_outrun"))


def _check(replace: Replace, cohort: Cohort, held: Contest) -> None:
    replace.check(ContestView.of_asked(cohort, held.asked), "contest_moved")


async def _select(
    cohort_id: UUID, by: str, replace: Replace, held: Contest, answered: Answered, unit: CommandUnit
) -> tuple[Cohort, _Said]:
    """One transaction: the cohort's lock first, so that of two who select only one does, then that of each firm, in the
    order of their ids.
    """
    await unit.load(cohorts, [cohort_id])
    cohort, at = there(unit.state(cohorts, cohort_id)), now()
    decision = accepted(handlers.close_cohort(cohort, by, at, answered.solution, held.basis.rules))
    unit.apply(cohorts, cohort_id, decision)
    present = await contest_under_lock(unit, cohort, held.basis)
    if present.asked.fingerprint != held.asked.fingerprint:
        raise MovedError
    _check(replace, cohort, present)
    ranked, said = present.ranked(answered), _Said()
    for first in range(0, len(ranked), PART):
        await unit.flush_part()
        await _place(unit, cohort, ranked[first : first + PART], first + 1, present.basis, at, said)
    return there(decision.state), said


async def _place(
    unit: CommandUnit, cohort: Cohort, part: Sequence[Place], first: int, basis: Basis, at: datetime, said: _Said
) -> None:
    await unit.load(candidates, [place.id for place in part])
    await unit.load(outcomes, [outcome_id(cohort.id, place.id) for place in part])
    for line, place in enumerate(part, first):
        firm = unit.state(candidates, place.id)
        if firm is not None:
            decision, recorded = handlers.place_firm(cohort, firm, place, line, basis, at)
            unit.apply(candidates, firm.id, decision)
            unit.apply(outcomes, recorded.id, Decision(recorded), about=firm.id)
            said.add(recorded)


def _supposed(
    cohort: Cohort, firms: Mapping[UUID, Candidate], part: Sequence[Place], first: int, basis: Basis
) -> list[Outcome]:
    at = now()
    return [
        handlers.suppose_place(cohort, firms[place.id], place, line, basis, at)
        for line, place in enumerate(part, first)
    ]
