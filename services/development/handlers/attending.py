"""When a plan's activities are held: the cohort's calendar, who came, what is put off."""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from services.development.domain import attending
from services.development.domain.calendar import Capacity
from services.development.domain.candidate import Candidate
from services.development.domain.history import By
from services.development.domain.module import Modules
from services.development.domain.plan import Plan
from services.development.domain.session import Attendance, Delay, monday
from services.development.handlers.plans import Author, change_plan, changed
from shared.messaging.decision import Decision, Refused


def plan_calendar(
    firms: Mapping[UUID, Candidate], modules: Modules, capacity: Capacity, start: date, by: str, now: datetime
) -> dict[UUID, Decision[Candidate]]:
    """One calendar for the plans of these firms that are agreed; those that it changes."""
    plans: dict[UUID, Plan] = {
        id_: firm.plan for id_, firm in firms.items() if firm.plan is not None and not firm.withdrawn
    }
    anew = attending.planned_anew(plans, modules, capacity, start)
    said = By("operator", now, by)
    return {id_: changed(firms[id_], plan, said) for id_, plan in anew.items() if plan != plans[id_]}


def note_attendance(
    state: Candidate | None, activity_id: UUID, number: int, *, came: bool, note: str, mentor: str, now: datetime
) -> Decision[Candidate] | Refused:
    """The mentor says whether the firm came."""
    noted = Attendance(came, note, mentor, now)
    return change_plan(
        state,
        lambda plan: attending.note_attendance(plan, activity_id, number, noted),
        By("mentor", now, mentor, note),
    )


def put_off(
    state: Candidate | None, activity_id: UUID, until: date, reason: str, author: Author, now: datetime
) -> Decision[Candidate] | Refused:
    """The firm, or its mentor, says that an activity goes on later."""
    delay = Delay(monday(until), reason, author.subject, author.role, now)
    return change_plan(state, lambda plan: attending.put_off(plan, activity_id, delay), author.by(now, reason))
