"""Sessions of a plan's activities: planned by the calendar, held, and put off."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

from services.development.domain.activity import Activity
from services.development.domain.calendar import Capacity, Course, Wanted, calendar
from services.development.domain.module import Modules
from services.development.domain.plan import Plan
from services.development.domain.reasons import Refusal
from services.development.domain.session import Attendance, Delay
from shared.days import day_of


def planned_anew(plans: Mapping[UUID, Plan], catalogue: Modules, capacity: Capacity, start: date) -> dict[UUID, Plan]:
    """The same plans with the sessions of one calendar. What was held stays, what was put off is not held before."""
    wanted = {str(firm): tuple(_wanted(each) for each in _open(plan) if _left(each)) for firm, plan in plans.items()}
    planned = calendar(wanted, catalogue, capacity, start)
    courses = {(firm, course.module): course for course in planned.courses for firm in course.firms}
    why = {(firm, module): reason for firm, module, reason in planned.unplaced}

    def anew(firm: UUID, each: Activity) -> Activity:
        of = str(firm), each.module
        return each if each.completion is not None else replace(_with(each, courses.get(of)), unplaced=why.get(of))

    return {
        firm: replace(plan, activities=tuple(anew(firm, each) for each in plan.activities))
        for firm, plan in plans.items()
    }


def note_attendance(plan: Plan, activity_id: UUID, number: int, note: Attendance) -> Plan | Refusal:
    """Whether the firm came. Noted once more, the last note counts."""
    found = _planned(plan, activity_id)
    if not isinstance(found, Activity):
        return found
    session = next((each for each in found.sessions if each.number == number), None)
    if session is None:
        return "session_not_found"
    if session.week > day_of(note.at):
        return "session_not_yet"
    sessions = tuple(each.noted(note) if each is session else each for each in found.sessions)
    return _changed(plan, found, replace(found, sessions=sessions))


def put_off(plan: Plan, activity_id: UUID, delay: Delay) -> Plan | Refusal:
    """The sessions to come move so that the next one is in that week; they keep their distance."""
    found = _planned(plan, activity_id)
    if not isinstance(found, Activity):
        return found
    ahead = found.ahead
    if not ahead:
        return "session_not_found"
    by = delay.until - ahead[0].week
    if by.days <= 0:
        return "delay_not_later"
    sessions = tuple(replace(each, week=each.week + by) if each.attended is None else each for each in found.sessions)
    return _changed(plan, found, replace(found, sessions=sessions, delays=(*found.delays, delay)))


def unscheduled(plan: Plan) -> Sequence[Activity]:
    """Activities to be done that no calendar has."""
    return [each for each in _open(plan) if not each.ahead and _left(each)]


def _open(plan: Plan) -> Sequence[Activity]:
    return [] if plan.status == "proposed" else [each for each in plan.activities if each.completion is None]


def _left(activity: Activity) -> int:
    """Hours that were not held with the firm there."""
    return max(0, activity.hours - sum(each.hours for each in activity.sessions if each.attended))


def _wanted(activity: Activity) -> Wanted:
    until = activity.delays[-1].until if activity.delays else None
    return Wanted(activity.module, _left(activity), until)


def _with(activity: Activity, course: Course | None) -> Activity:
    held = tuple(each for each in activity.sessions if each.attended is not None)
    if course is None:
        return replace(activity, course="", sessions=held)
    first = max((each.number for each in held), default=0)
    new = tuple(replace(each, number=first + each.number) for each in course.sessions)
    return replace(activity, course=course.code, sessions=(*held, *new))


def _planned(plan: Plan, activity_id: UUID) -> Activity | Refusal:
    found = next((each for each in plan.activities if each.activity_id == activity_id), None)
    if found is None:
        return "activity_not_found"
    if plan.status == "proposed":
        return "plan_not_agreed"
    return "activity_already_completed" if found.completion is not None else found


def _changed(plan: Plan, before: Activity, after: Activity) -> Plan:
    return replace(plan, activities=tuple(after if each is before else each for each in plan.activities))
