"""Sessions of a plan: planned, noted, put off, planned anew."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

from services.development.catalogue import modules
from services.development.domain.activity import Activity, Completion
from services.development.domain.attending import note_attendance, planned_anew, put_off, unscheduled
from services.development.domain.plan import Plan, plan_id, propose
from services.development.domain.session import Attendance, Delay
from services.development.handlers import published
from tests.development.decided import both_agree
from tests.development.given import COHORT_ID, MENTOR, gap, supplier
from tests.development.test_calendar import MONDAY, PLENTY, START

WEEK = timedelta(weeks=1)
NOTED = datetime(2027, 1, 20, 12, tzinfo=UTC)
FIRM = supplier(1)


def proposal(*questions: str) -> Plan:
    return propose(plan_id(COHORT_ID, FIRM), [gap(question) for question in questions], modules(), bankable=True)


def scheduled(plan: Plan, start: date = START) -> Plan:
    return planned_anew({FIRM: plan}, modules(), PLENTY, start)[FIRM]


def noted(plan: Plan, number: int, came: bool) -> Plan:
    (activity,) = plan.activities
    return sure(note_attendance(plan, activity.activity_id, number, Attendance(came, "", MENTOR, NOTED)))


def sure(plan: Plan | str) -> Plan:
    assert isinstance(plan, Plan), plan
    return plan


def weeks(activity: Activity) -> list[tuple[int, date, int, bool | None]]:
    return [(each.number, each.week, each.hours, each.attended) for each in activity.sessions]


def test_a_plan_has_sessions_once_it_is_agreed() -> None:
    assert scheduled(proposal("T04")).activities[0].sessions == ()
    (activity,) = scheduled(both_agree(proposal("T04"))).activities
    assert (activity.course, weeks(activity)) == ("M03-1", [(1, MONDAY, 8, None), (2, MONDAY, 8, None)])
    assert activity.ends_on == MONDAY + timedelta(days=6)
    assert unscheduled(both_agree(proposal("T04"))) == [replace(activity, course="", sessions=())]
    assert unscheduled(scheduled(both_agree(proposal("T04")))) == []


def test_what_was_held_stays_and_what_was_missed_is_planned_again() -> None:
    plan = noted(noted(scheduled(both_agree(proposal("T04"))), 1, True), 2, False)
    assert unscheduled(plan), "eight hours are missing"
    later = scheduled(plan, START + 4 * WEEK)
    assert weeks(later.activities[0]) == [
        (1, MONDAY, 8, True),
        (2, MONDAY, 8, False),
        (3, MONDAY + 4 * WEEK, 8, None),
    ]
    whole = scheduled(noted(plan, 2, True), START + 4 * WEEK)
    assert [each.attended for each in whole.activities[0].sessions] == [True, True], "noted once more, it counts"
    assert len(whole.activities[0].sessions[1].notes) == 2


def test_nobody_came_to_what_has_not_been() -> None:
    plan = scheduled(both_agree(proposal("T04")), date(2027, 2, 1))
    (activity,) = plan.activities
    note = Attendance(True, "", MENTOR, NOTED)
    assert note_attendance(plan, activity.activity_id, 1, note) == "session_not_yet"
    assert note_attendance(plan, activity.activity_id, 9, note) == "session_not_found"
    assert note_attendance(plan, FIRM, 1, note) == "activity_not_found"
    assert note_attendance(proposal("T04"), activity.activity_id, 1, note) == "plan_not_agreed"


def test_what_is_put_off_keeps_its_distance_and_the_next_calendar_keeps_to_it() -> None:
    plan = noted(scheduled(both_agree(proposal("T04"))), 1, True)
    (activity,) = plan.activities
    delay = Delay(MONDAY + 6 * WEEK, "Paro de planta", "ana", "supplier", NOTED)
    after = sure(put_off(plan, activity.activity_id, delay))
    assert weeks(after.activities[0])[1] == (2, MONDAY + 6 * WEEK, 8, None)
    assert after.activities[0].delays == (delay,)
    assert weeks(scheduled(after).activities[0])[1] == (2, MONDAY + 6 * WEEK, 8, None)
    assert put_off(after, activity.activity_id, replace(delay, until=MONDAY)) == "delay_not_later"
    assert put_off(both_agree(proposal("T04")), activity.activity_id, delay) == "session_not_found"


def test_what_has_no_session_says_why() -> None:
    """A session of M03 takes 8 hours, of which a week has 7; of M09 40 in sessions of 4."""
    plan = both_agree(proposal("T04", "T11"))
    assert [each.unplaced for each in plan.activities] == [None, None], "none was planned"
    scarce = replace(PLENTY, hours={**PLENTY.hours, "training": 7})
    planned = planned_anew({FIRM: plan}, modules(), scarce, START)[FIRM]
    assert {each.module: each.unplaced for each in planned.activities} == {"M03": "session_too_long", "M09": None}
    assert {each.unplaced for each in scheduled(planned).activities} == {None}, "the next one has room"


def test_events_say_when_it_was_planned_and_held() -> None:
    plan = noted(noted(scheduled(both_agree(proposal("T04"))), 1, True), 2, False)
    later = scheduled(plan, START + 4 * WEEK)
    done = Completion(uuid4(), MENTOR, NOTED)
    told = published.activity_completed(FIRM, COHORT_ID, later, later.activities[0], done)
    assert (told.planned_on, told.held_on) == (MONDAY, MONDAY)
    (told_before,) = published.agreed(FIRM, COHORT_ID, later).activities
    assert told_before.planned_on == MONDAY
    (unplanned,) = published.agreed(FIRM, COHORT_ID, both_agree(proposal("T04"))).activities
    assert unplanned.planned_on is None
