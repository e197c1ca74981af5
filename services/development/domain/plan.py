"""A firm's development plan: proposed, agreed, completed.

Completing an activity shows that its deliverable exists. It never closes a gap: only a re-score does (the logic of an
IATF nonconformity), and diagnosis tells of it.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Literal, get_args
from uuid import UUID, uuid5

from services.development.domain.activity import Activity
from services.development.domain.diagnosis import Gap
from services.development.domain.evidence import AuthorRole
from services.development.domain.history import Change
from services.development.domain.module import Module, Modules
from services.development.domain.needed import needed
from services.development.domain.reasons import Refusal
from services.development.domain.removal import Removal, SettledRemoval
from shared.state_machine import StateMachine, Transition

PlanStatus = Literal["proposed", "agreed", "completed"]

PLAN = StateMachine[PlanStatus](
    "plan",
    get_args(PlanStatus),
    "proposed",
    (
        Transition("agree", ("proposed",), "agreed"),
        Transition("complete", ("agreed",), "completed"),
        Transition("take back", ("agreed", "completed"), "agreed"),
        Transition("revise", ("agreed", "completed"), "agreed"),
    ),
)
"""`take back`: the completion of one of its activities. A firm that drops out ends its plan as it is."""


@dataclass(frozen=True, slots=True)
class Revision:
    """What changes after the agreement: more for gaps that came later, less by what one of the two proposed. It holds
    once the firm and its mentor have agreed.
    """

    number: int
    activities: tuple[Activity, ...]
    """New ones, and planned ones that would close more."""
    modules: str
    firm: str | None = None
    """Subject of whoever agreed for the firm."""
    mentor: str | None = None
    removals: tuple[Removal, ...] = ()
    """Of planned activities, in the order in which they were proposed."""

    @property
    def about(self) -> tuple[Activity | Removal, ...]:
        return (*self.activities, *self.removals)

    @property
    def is_empty(self) -> bool:
        return not self.about

    def anew(self) -> "Revision":
        """As nobody agreed on it yet but whoever proposed all of it: it waits for the other one of the two."""
        roles = {"nobody" if each.former else each.role for each in self.removals}
        firm = mentor = None
        if not self.activities and roles == {"supplier"}:
            firm = self.removals[-1].by
        if not self.activities and roles == {"mentor"}:
            mentor = self.removals[-1].by
        return replace(self, firm=firm, mentor=mentor)


@dataclass(frozen=True, slots=True)
class Agreement:
    """What a person agreed to. A fact: it stays when what it was about is proposed anew."""

    number: int
    """Of the revision; 0: the plan itself."""
    role: AuthorRole
    by: str
    """Subject of their token; never leaves the store."""
    at: datetime


@dataclass(frozen=True, slots=True)
class Plan:
    """What one firm does to close its gaps."""

    plan_id: UUID
    status: PlanStatus
    activities: tuple[Activity, ...]
    """In the order in which they close most per hour, none before what it builds on."""
    uncovered: tuple[str, ...]
    """Gaps that no module closes."""
    modules: str
    """Version of the catalogue that it was made from."""
    agreed_at: datetime | None = None
    completed_at: datetime | None = None
    revision: Revision | None = None
    """Proposed, and not agreed by both yet."""
    revisions: int = 0
    """How many were agreed."""
    agreements: tuple[Agreement, ...] = ()
    """In the order in which they were given, also those that are void."""
    removals: tuple[SettledRemoval, ...] = ()
    """Of activities, in the order in which they were settled, also those that were taken back."""
    firm: str | None = None
    """Subject of whoever agreed for the firm on the plan as it is proposed."""
    program: str | None = None
    """Subject of the mentor who agreed for the program."""
    changes: tuple[Change, ...] = ()
    """In order, since that is kept."""

    @property
    def questions(self) -> tuple[str, ...]:
        """Every gap that the plan knows of: covered, without a module, or left out by a removal."""
        activities = (*self.activities, *(each.activity for each in self.removals if each.holds))
        return tuple(sorted({*self.uncovered, *(code for each in activities for code in each.questions)}))

    def split(self, open_gaps: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The plan's questions: those closed by a re-score since, and those still open."""
        still = set(open_gaps)
        closed = tuple(question for question in self.questions if question not in still)
        return closed, tuple(question for question in self.questions if question in still)

    @property
    def cost_from(self) -> Decimal:
        return sum((activity.cost_from for activity in self.activities), Decimal(0))

    @property
    def cost_to(self) -> Decimal:
        return sum((activity.cost_to for activity in self.activities), Decimal(0))

    @property
    def spent(self) -> Decimal:
        """MXN that what was completed takes at most."""
        return sum((activity.cost_to for activity in self.activities if activity.completion), Decimal(0))

    @property
    def hours(self) -> int:
        return sum(activity.hours for activity in self.activities)


def plan_id(cohort_id: UUID, supplier_id: UUID) -> UUID:
    return uuid5(cohort_id, f"plan:{supplier_id}")


def propose(identity: UUID, gaps: Collection[Gap], catalogue: Modules, *, bankable: bool) -> Plan:
    """The plan that covers every gap which has a module; the others are named."""
    activities = tuple(_activity(identity, module, gaps) for module in needed(gaps, catalogue, bankable=bankable))
    uncovered = tuple(gap.question for gap in gaps if not catalogue.close(gap.question))
    return Plan(identity, "proposed", activities, uncovered, catalogue.version)


def proposed_anew(plan: Plan, gaps: Collection[Gap], catalogue: Modules, *, bankable: bool) -> Plan:
    """A plan that was not agreed by both, as these gaps ask. What one of them agreed on stays on record."""
    anew = propose(plan.plan_id, gaps, catalogue, bankable=bankable)
    if (anew.activities, anew.uncovered) == (plan.activities, plan.uncovered):
        return plan
    return replace(anew, agreements=plan.agreements, changes=plan.changes)


def _activity(identity: UUID, module: Module, gaps: Collection[Gap]) -> Activity:
    return Activity(
        activity_id=uuid5(identity, module.code),
        module=module.code,
        kind=module.kind,
        hours=module.hours,
        questions=tuple(gap.question for gap in gaps if gap.question in module.questions),
        cost_from=module.cost_from,
        cost_to=module.cost_to,
    )


def agree(plan: Plan, by: str, role: AuthorRole, now: datetime) -> Plan | Refusal:
    """Firm or program agrees; with both, who are two people, it holds. One without activities is completed by that."""
    status = PLAN.after(plan.status, "agree")
    if status is None:
        return "plan_already_agreed"
    if by in ({plan.program} if role == "supplier" else {plan.firm}):
        return "same_person"
    if (plan.firm if role == "supplier" else plan.program) is not None:
        return plan
    plan = replace(plan, agreements=(*plan.agreements, Agreement(0, role, by, now)))
    plan = replace(plan, firm=by) if role == "supplier" else replace(plan, program=by)
    if plan.firm is None or plan.program is None:
        return plan
    begun = tuple(replace(each, begun_at=now) for each in plan.activities)
    return completed_if_done(replace(plan, status=status, agreed_at=now, activities=begun), now)


def added_id(plan_id: UUID, module: str, number: int) -> UUID:
    """Of an activity that a revision adds."""
    return uuid5(plan_id, f"{module}/{number}")


def completed_if_done(plan: Plan, now: datetime) -> Plan:
    """The plan, completed where all is done and nothing more is proposed."""
    status = PLAN.after(plan.status, "complete")
    if status is None or plan.revision is not None or any(activity.completion is None for activity in plan.activities):
        return plan
    return replace(plan, status=status, completed_at=now)
