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

from services.development.domain.activity import ACTIVITY, MOST_EVIDENCE, Activity, Completion
from services.development.domain.cover import cover
from services.development.domain.diagnosis import Gap
from services.development.domain.evidence import EVIDENCE, AuthorRole, Given, Verdict
from services.development.domain.module import Module, Modules
from services.development.domain.reasons import Refusal
from shared.four_eyes import Participants
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
    """What is added for gaps that came after the agreement. It holds once the firm and its mentor have agreed."""

    number: int
    activities: tuple[Activity, ...]
    """New ones, and planned ones that would close more."""
    modules: str
    firm: str | None = None
    """Subject of whoever agreed for the firm."""
    mentor: str | None = None


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
    """In the order in which they close most per hour."""
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

    @property
    def questions(self) -> tuple[str, ...]:
        """Every gap that the plan knows of, covered or not."""
        return tuple(sorted({*self.uncovered, *(code for each in self.activities for code in each.questions)}))

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
    def hours(self) -> int:
        return sum(activity.hours for activity in self.activities)


def plan_id(cohort_id: UUID, supplier_id: UUID) -> UUID:
    return uuid5(cohort_id, f"plan:{supplier_id}")


def propose(identity: UUID, gaps: Collection[Gap], catalogue: Modules) -> Plan:
    """The plan that covers every gap which has a module; the others are named."""
    activities = tuple(_activity(identity, module, gaps) for module in cover(gaps, catalogue))
    uncovered = tuple(gap.question for gap in gaps if not catalogue.close(gap.question))
    return Plan(identity, "proposed", activities, uncovered, catalogue.version)


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


def agree(plan: Plan, by: str, now: datetime) -> Plan | Refusal:
    """The firm agrees. A plan without activities is completed by its agreement."""
    status = PLAN.after(plan.status, "agree")
    if status is None:
        return "plan_already_agreed"
    agreements = (*plan.agreements, Agreement(0, "supplier", by, now))
    return completed_if_done(replace(plan, status=status, agreed_at=now, agreements=agreements), now)


def give_evidence(plan: Plan, activity_id: UUID, given: Given) -> Plan | Refusal:
    """Show that a deliverable exists. The same evidence again changes nothing, whoever gives it."""
    found = _agreed(plan, activity_id)
    if not isinstance(found, Activity):
        return found
    if any(each.evidence_id == given.evidence_id for each in found.evidence):
        return plan
    if ACTIVITY.after(found.status, "complete") is None:
        return "activity_already_completed"
    if sum(each.standing != "returned" for each in found.evidence) >= MOST_EVIDENCE:
        return "evidence_too_much"
    return _with(plan, found, replace(found, evidence=(*found.evidence, given)))


def complete_activity(plan: Plan, activity_id: UUID, evidence_id: UUID, by: str, now: datetime) -> Plan | Refusal:
    """Accept somebody else's evidence: the deliverable is there. The last activity completes the plan.

    On the same evidence again it changes nothing.
    """
    found = _agreed(plan, activity_id)
    if not isinstance(found, Activity):
        return found
    if ACTIVITY.after(found.status, "complete") is None:
        done = found.completion is not None and found.completion.evidence_id == evidence_id
        return plan if done else "activity_already_completed"
    accepted = _given(found, evidence_id)
    if accepted is None:
        return "evidence_unknown"
    if accepted.returned_by_assessor:
        return "evidence_returned"
    if not Participants((accepted.by,)).may_approve(by):
        return "same_person"
    standing = EVIDENCE.after(accepted.standing, "accept") or accepted.standing
    judged = _judge(found, accepted, Verdict(standing, "", by, "mentor", now))
    after = _with(plan, found, replace(judged, completion=Completion(evidence_id, by, now)))
    return completed_if_done(replace(after, revision=_without(after, found)), now)


def return_evidence(plan: Plan, activity_id: UUID, evidence_id: UUID, verdict: Verdict) -> Plan | Refusal:
    """Say that evidence is not enough, also after its activity was completed on it: then that is taken back."""
    found = _agreed(plan, activity_id)
    if not isinstance(found, Activity):
        return found
    given = _given(found, evidence_id)
    if given is None:
        return "evidence_unknown"
    if EVIDENCE.after(given.standing, "return") is None:
        return plan
    judged = _judge(found, given, verdict)
    if found.completion is None or found.completion.evidence_id != evidence_id:
        return _with(plan, found, judged)
    status = PLAN.after(plan.status, "take back") or plan.status
    return replace(_with(plan, found, replace(judged, completion=None)), status=status, completed_at=None)


def activity_of(plan: Plan, evidence_id: UUID) -> UUID | None:
    """The activity that a piece of evidence was given for."""
    return next((each.activity_id for each in plan.activities if _given(each, evidence_id)), None)


def _given(activity: Activity, evidence_id: UUID) -> Given | None:
    return next((each for each in activity.evidence if each.evidence_id == evidence_id), None)


def _judge(activity: Activity, given: Given, verdict: Verdict) -> Activity:
    evidence = tuple(each.judged(verdict) if each is given else each for each in activity.evidence)
    return replace(activity, evidence=evidence)


def _agreed(plan: Plan, activity_id: UUID) -> Activity | Refusal:
    """The activity, of a plan that was agreed."""
    found = next((activity for activity in plan.activities if activity.activity_id == activity_id), None)
    if found is None:
        return "activity_not_found"
    return "plan_not_agreed" if plan.status == "proposed" else found


def _with(plan: Plan, before: Activity, after: Activity) -> Plan:
    return replace(plan, activities=tuple(after if each is before else each for each in plan.activities))


def _without(plan: Plan, done: Activity) -> Revision | None:
    """What is proposed, once an activity that would close more was done as it was agreed: another one, for the rest."""
    revision = plan.revision
    if revision is None or all(each.activity_id != done.activity_id for each in revision.activities):
        return revision
    activities = tuple(
        replace(
            each,
            activity_id=added_id(plan.plan_id, each.module, revision.number),
            questions=tuple(code for code in each.questions if code not in done.questions),
        )
        if each.activity_id == done.activity_id
        else each
        for each in revision.activities
    )
    return replace(revision, activities=activities, firm=None, mentor=None)


def added_id(plan_id: UUID, module: str, number: int) -> UUID:
    """Of an activity that a revision adds."""
    return uuid5(plan_id, f"{module}/{number}")


def completed_if_done(plan: Plan, now: datetime) -> Plan:
    """The plan, completed where all is done and nothing more is proposed."""
    status = PLAN.after(plan.status, "complete")
    if status is None or plan.revision is not None or any(activity.completion is None for activity in plan.activities):
        return plan
    return replace(plan, status=status, completed_at=now)
