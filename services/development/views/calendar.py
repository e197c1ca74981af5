"""A cohort's calendar: courses with their firms and weeks, and what none has."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from services.development.domain.activity import Activity
from services.development.domain.attending import unscheduled
from services.development.domain.calendar import Capacity
from services.development.domain.candidate import Candidate
from services.development.domain.module import ModuleKind, Modules
from services.development.domain.session import Session, Unplaced
from shared.contracts.times import Day
from shared.service.http import Body, View

Hours = Annotated[int, Field(ge=0, le=10_000)]


class CalendarBody(Body):
    """From when, and how many hours a week the program's people teach; in a year they plan some forty weeks."""

    starts_on: Day
    """The calendar begins with the week of this day."""
    training_hours: Hours
    """A week, of all trainers."""
    mentoring_hours: Hours
    """A week, of all mentors."""
    consultancy_hours: Hours
    """A week, of all consultants."""
    firm_hours: Annotated[int, Field(ge=1, le=60)] = 16
    """A week, of one firm's own people."""

    @property
    def capacity(self) -> Capacity:
        hours: dict[ModuleKind, int] = {
            "training": self.training_hours,
            "mentoring": self.mentoring_hours,
            "consultancy": self.consultancy_hours,
        }
        return Capacity(hours, self.firm_hours)


class InCourseView(View):
    supplier_id: UUID
    folio: str | None
    legal_name: str | None


class PlannedSessionView(View):
    week: date
    """Its Monday."""
    hours: int


class CourseView(View):
    """One module for a group of firms, or for one."""

    course: str
    module: str
    name: str
    kind: ModuleKind
    firms: tuple[InCourseView, ...]
    sessions: tuple[PlannedSessionView, ...]
    """Those that nobody noted anything of yet."""


class UnscheduledView(View):
    """An activity to be done that has no sessions to come."""

    supplier_id: UUID
    folio: str | None
    legal_name: str | None
    module: str
    why: Unplaced | Literal["not_planned"]
    """Why the last calendar has none; `not_planned`: none was planned since it is to be done."""


class CalendarView(View):
    cohort_id: UUID
    supplier_ids: tuple[UUID, ...]
    """Whose plans it is of."""
    courses: tuple[CourseView, ...]
    """By the week in which they begin."""
    unscheduled: tuple[UnscheduledView, ...]

    @classmethod
    def of_firms(cls, cohort_id: UUID, firms: Sequence[Candidate], modules: Modules) -> "CalendarView":
        held: dict[tuple[str, tuple[Session, ...]], list[tuple[Candidate, Activity]]] = defaultdict(list)
        without: list[UnscheduledView] = []
        for firm, activity in _planned(firms):
            key = tuple(Session(0, each.week, each.hours) for each in activity.ahead)
            held[activity.course, key].append((firm, activity))
        for firm in firms:
            missing = () if firm.plan is None else unscheduled(firm.plan)
            who: dict[str, Any] = {"supplier_id": firm.id, "folio": firm.folio, "legal_name": firm.legal_name}
            without += [
                UnscheduledView(**who, module=each.module, why=each.unplaced or "not_planned") for each in missing
            ]
        courses = [_course(code, sessions, group, modules) for (code, sessions), group in held.items()]
        courses.sort(key=lambda each: (each.sessions[0].week, each.course, each.firms[0].supplier_id))
        whose = tuple(firm.id for firm in firms)
        return cls(cohort_id=cohort_id, supplier_ids=whose, courses=tuple(courses), unscheduled=tuple(without))


def _planned(firms: Iterable[Candidate]) -> Iterator[tuple[Candidate, Activity]]:
    for firm in firms:
        for activity in () if firm.plan is None else firm.plan.activities:
            if activity.completion is None and activity.ahead:
                yield firm, activity


def _course(
    code: str, sessions: tuple[Session, ...], group: list[tuple[Candidate, Activity]], modules: Modules
) -> CourseView:
    activity = group[0][1]
    module = modules.find(activity.module)
    return CourseView(
        course=code,
        module=activity.module,
        name="" if module is None else module.name,
        kind=activity.kind,
        firms=tuple(
            InCourseView(supplier_id=firm.id, folio=firm.folio, legal_name=firm.legal_name) for firm, _ in group
        ),
        sessions=tuple(PlannedSessionView(week=each.week, hours=each.hours) for each in sessions),
    )
