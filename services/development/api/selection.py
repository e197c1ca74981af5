"""The selection of a cohort: what it would say now, and what it said.

Firms are ranked among all, and go through memory in parts: first for what decides their places, then each with its own.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from fastapi import APIRouter

from services.development import catalogue, store
from services.development.api.access import Operator
from services.development.api.cohorts import known, there
from services.development.domain.candidate import Candidate
from services.development.domain.cohort import Cohort
from services.development.domain.outcome import Outcome, outcome_id
from services.development.domain.selection import Place, Standing, places, standing
from services.development.handlers import cohorts as handlers
from services.development.store import candidates, cohorts, outcomes
from services.development.views.cohorts import CandidateView, CohortView, SelectionView
from shared.messaging.commands import Commands, CommandUnit
from shared.messaging.decision import Decision
from shared.runtime.clock import now
from shared.runtime.database import Connection, Database
from shared.service.http import Number, Page, Paging, Replace, accepted, routes

PART = 200
"""Firms in memory at once: some MB, and some tens of milliseconds in which nobody else is answered."""


def router(commands: Commands, database: Database) -> APIRouter:
    api = routes("selection")

    @api.post("/cohorts/{cohort_id}/selection")
    async def select_cohort(cohort_id: UUID, caller: Operator, replace: Replace) -> SelectionView:
        """Select the cohort's firms, once and for good.

        Every firm with a validated diagnosis and without a place elsewhere is told that it is in or out, and why. A
        firm that is in has a proposed plan at once. Whoever gave or took back an override cannot select.
        """
        cohort, said = await commands.run_unit(
            replace.cause, lambda unit: _select(unit, cohort_id, caller.subject, replace)
        )
        return SelectionView(
            cohort=replace.shown(CohortView.of(cohort)),
            candidates=said.firms,
            selected=said.selected,
            reasons=dict(said.reasons),
        )

    @api.get("/cohorts/{cohort_id}/ranking")
    async def rank_cohort(cohort_id: UUID, _: Operator, paging: Paging) -> Page[CandidateView]:
        """Show who would be in and out if the selection were made now."""
        cohort, first = await known(database, cohort_id), paging.position(Number) or 0
        async with (
            database.connection() as connection,
            # As they were at one moment: nobody's place is another one's by what changed between two parts.
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            ranked = await _ranked(connection, cohort)
            shown = ranked[first : first + paging.limit]
            firms = await store.firms(connection, [place.id for place in shown])
            lines = _supposed(cohort, firms, shown, first + 1)
            titles = await store.titles(connection, {line.requirement_id for line in lines if line.requirement_id})
        views = {line.supplier_id: CandidateView.supposed(line, firms[line.supplier_id], titles) for line in lines}
        return Page[CandidateView].of_all(ranked, paging, lambda place: views[place.id])

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


async def _select(unit: CommandUnit, cohort_id: UUID, by: str, replace: Replace) -> tuple[Cohort, _Said]:
    """One transaction: the cohort's lock first, so that of two who select only one does, then that of each firm, in the
    order of their ids.
    """
    await unit.load(cohorts, [cohort_id])
    cohort, at = there(unit.state(cohorts, cohort_id)), now()
    replace.check(CohortView.of(cohort))
    decision = accepted(handlers.close_cohort(cohort, by, at))
    unit.apply(cohorts, cohort_id, decision)
    ranked, said = await _ranked_under_lock(unit, cohort), _Said()
    for first in range(0, len(ranked), PART):
        await unit.flush_part()
        await _place(unit, cohort, ranked[first : first + PART], first + 1, at, said)
    return there(decision.state), said


async def _place(
    unit: CommandUnit, cohort: Cohort, part: Sequence[Place], first: int, at: datetime, said: _Said
) -> None:
    rules, modules = catalogue.selection_rules(), catalogue.modules()
    await unit.load(candidates, [place.id for place in part])
    await unit.load(outcomes, [outcome_id(cohort.id, place.id) for place in part])
    for line, place in enumerate(part, first):
        firm = unit.state(candidates, place.id)
        if firm is not None:
            decision, recorded = handlers.place_firm(cohort, firm, place, line, rules, modules, at)
            unit.apply(candidates, firm.id, decision)
            unit.apply(outcomes, recorded.id, Decision(recorded), about=firm.id)
            said.add(recorded)


async def _ranked_under_lock(unit: CommandUnit, cohort: Cohort) -> list[Place]:
    """Every firm that awaits selection, once it is locked."""
    rules, modules = catalogue.selection_rules(), catalogue.modules()
    standings: list[Standing] = []
    after = store.FIRST
    while ids := await store.awaiting_selection(unit.connection, after, PART):
        await unit.flush_part()
        await unit.load(candidates, ids)
        firms = [firm for id_ in ids if (firm := unit.state(candidates, id_)) is not None and firm.awaits_selection]
        standings += [standing(firm, cohort, rules, modules) for firm in firms]
        after = ids[-1]
    return await asyncio.to_thread(places, standings, cohort.capacity)


async def _ranked(connection: Connection, cohort: Cohort) -> list[Place]:
    """The same as they are, unlocked."""
    rules, modules = catalogue.selection_rules(), catalogue.modules()
    standings: list[Standing] = []
    after = store.FIRST
    while firms := await store.pool(connection, after, PART):
        standings += [standing(firm, cohort, rules, modules) for firm in firms]
        after = firms[-1].id
    return await asyncio.to_thread(places, standings, cohort.capacity)


def _supposed(cohort: Cohort, firms: Mapping[UUID, Candidate], part: Sequence[Place], first: int) -> list[Outcome]:
    rules, modules, at = catalogue.selection_rules(), catalogue.modules(), now()
    return [
        handlers.suppose_place(cohort, firms[place.id], place, line, rules, modules, at)
        for line, place in enumerate(part, first)
    ]
