"""A cohort's calendar, and what becomes of its sessions."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path

from services.development import catalogue
from services.development.api.access import Giving, Mentor, Operator
from services.development.api.cohorts import there
from services.development.api.planned import author, planned, view
from services.development.domain.candidate import Candidate
from services.development.handlers import attending as handlers
from services.development.store import calendar, candidates, cohorts, rounds
from services.development.views.activities import AttendanceBody, DelayBody
from services.development.views.calendar import CalendarBody, CalendarView
from services.development.views.plans import PlanView
from shared.messaging.commands import Commands, CommandUnit
from shared.runtime.clock import now
from shared.runtime.database import Database
from shared.service.http import Replace, Show, Strict, routes

Number = Annotated[int, Path(ge=1, le=1_000)]


def router(commands: Commands, database: Database) -> APIRouter:
    api = routes("cohorts")
    _add_calendar(api, commands, database)
    _add_sessions(api, commands, database)
    return api


def _add_calendar(api: APIRouter, commands: Commands, database: Database) -> None:
    @api.get("/cohorts/{cohort_id}/calendar")
    async def show_calendar(cohort_id: UUID, _: Operator, show: Show) -> CalendarView:
        """Show when the activities of a cohort's plans are held, in which groups, and what has no session."""
        async with database.connection() as connection:
            there(await rounds.cohort(connection, cohort_id))
            firms = await rounds.firms(connection, await calendar.selected(connection, cohort_id))
        return show.shown(_view(cohort_id, firms))

    @api.put("/cohorts/{cohort_id}/calendar")
    async def plan_calendar(
        cohort_id: UUID, body: Strict[CalendarBody], caller: Operator, replace: Replace
    ) -> CalendarView:
        """Plan what is not done yet of all agreed plans of a cohort, within the hours of who teaches and of each firm.

        Training is in groups of as many firms as its module has places; mentoring and consultancy are one to one.
        Sessions that were noted stay as they are, and what was put off is not held before.
        """

        async def plan(unit: CommandUnit) -> dict[UUID, Candidate]:
            await unit.load(cohorts, [cohort_id])
            there(unit.state(cohorts, cohort_id))
            ids = await calendar.selected(unit.connection, cohort_id)
            await unit.load(candidates, ids)
            known = {id_: unit.state(candidates, id_) for id_ in ids}
            firms = {id_: firm for id_, firm in known.items() if firm is not None and firm.cohort_id == cohort_id}
            replace.check(_view(cohort_id, firms))
            decided = handlers.plan_calendar(
                firms, catalogue.modules(), body.capacity, body.starts_on, caller.subject, now()
            )
            for id_, decision in decided.items():
                unit.apply(candidates, id_, decision)
            return {id_: decided[id_].state or firm if id_ in decided else firm for id_, firm in firms.items()}

        return replace.shown(_view(cohort_id, await commands.run_unit(replace.cause, plan)))


def _view(cohort_id: UUID, firms: dict[UUID, Candidate]) -> CalendarView:
    there = [firms[id_] for id_ in sorted(firms) if firms[id_].cohort_id == cohort_id]
    return CalendarView.of_firms(cohort_id, there, catalogue.modules())


def _add_sessions(api: APIRouter, commands: Commands, database: Database) -> None:
    @api.post("/plans/{supplier_id}/activities/{activity_id}/sessions/{number}/attendance")
    async def note_attendance(
        supplier_id: UUID,
        activity_id: UUID,
        number: Number,
        body: Strict[AttendanceBody],
        caller: Mentor,
        replace: Replace,
    ) -> PlanView:
        """Note, as the firm's mentor, whether it came to a session; noted once more, the last note counts."""
        caller.require_outsider(supplier_id)
        await planned(database, supplier_id)
        return await replace.run(
            commands,
            candidates,
            supplier_id,
            lambda firm, _: handlers.note_attendance(
                firm, activity_id, number, came=body.came, note=body.note, mentor=caller.subject, now=now()
            ),
            view,
        )

    @api.post("/plans/{supplier_id}/activities/{activity_id}/delay")
    async def put_off_activity(
        supplier_id: UUID, activity_id: UUID, body: Strict[DelayBody], caller: Giving, replace: Replace
    ) -> PlanView:
        """Put an activity off with the reason, as the firm or as its mentor: its sessions to come move.

        The firm is not in its group's sessions any more, unless the cohort's calendar is planned anew.
        """
        putting_off = author(caller, supplier_id)
        await planned(database, supplier_id)
        return await replace.run(
            commands,
            candidates,
            supplier_id,
            lambda firm, _: handlers.put_off(firm, activity_id, body.until, body.reason, putting_off, now()),
            view,
        )
