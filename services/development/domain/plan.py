"""A firm's development plan: proposed, agreed, completed.

Completing an activity shows that its deliverable exists. It never closes a gap: only a re-score does (the logic of an
IATF nonconformity), and diagnosis tells of it.
"""

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID, uuid5

from services.development.domain.cover import cover
from services.development.domain.diagnosis import Gap
from services.development.domain.module import Module, ModuleKind, Modules
from services.development.domain.reasons import Refusal
from shared.four_eyes import Participants

PlanStatus = Literal["proposed", "agreed", "completed"]
EvidenceKind = Literal["document", "photo", "measurement", "audit_report", "certificate"]
AuthorRole = Literal["supplier", "mentor"]

MOST_EVIDENCE = 20
"""Of one activity: a plan is read and written whole."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What shows that a deliverable exists."""

    kind: EvidenceKind
    description: str
    reference: str | None = None
    """Where it is kept: a folio or an address."""
    sha256: str | None = None
    """Digest of the file, lower-case hexadecimal."""

    def identity(self, activity_id: UUID) -> UUID:
        """The same evidence of the same activity is the same."""
        return uuid5(activity_id, json.dumps([self.kind, self.description, self.reference, self.sha256]))


@dataclass(frozen=True, slots=True)
class Given:
    """Evidence that somebody gave. Whoever gives it first is its author."""

    evidence_id: UUID
    evidence: Evidence
    by: str
    """Subject of the author's token; never leaves the store."""
    role: AuthorRole
    at: datetime


@dataclass(frozen=True, slots=True)
class Completion:
    """When an activity was completed, by whom, and on which of its evidence."""

    evidence_id: UUID
    by: str
    completed_at: datetime


@dataclass(frozen=True, slots=True)
class Activity:
    """One module for one firm. Costs in MXN."""

    activity_id: UUID
    module: str
    kind: ModuleKind
    hours: int
    questions: tuple[str, ...]
    """The plan's gaps that it helps to close."""
    cost_from: Decimal
    cost_to: Decimal
    evidence: tuple[Given, ...] = ()
    """In the order in which it was given."""
    completion: Completion | None = None

    @property
    def status(self) -> Literal["planned", "completed"]:
        return "planned" if self.completion is None else "completed"


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


def agree(plan: Plan, now: datetime) -> Plan | Refusal:
    """Firm and program agree. A plan without activities is completed by its agreement."""
    if plan.status != "proposed":
        return "plan_already_agreed"
    return _completed_if_done(replace(plan, status="agreed", agreed_at=now), now)


def give_evidence(plan: Plan, activity_id: UUID, given: Given) -> Plan | Refusal:
    """Show that a deliverable exists. The same evidence again changes nothing, whoever gives it."""
    found = _agreed(plan, activity_id)
    if not isinstance(found, Activity):
        return found
    if any(each.evidence_id == given.evidence_id for each in found.evidence):
        return plan
    if found.completion is not None:
        return "activity_already_completed"
    if len(found.evidence) >= MOST_EVIDENCE:
        return "evidence_too_much"
    return _with(plan, found, replace(found, evidence=(*found.evidence, given)))


def complete_activity(plan: Plan, activity_id: UUID, evidence_id: UUID, by: str, now: datetime) -> Plan | Refusal:
    """Accept somebody else's evidence: the deliverable is there. The last activity completes the plan.

    On the same evidence again it changes nothing.
    """
    found = _agreed(plan, activity_id)
    if not isinstance(found, Activity):
        return found
    if found.completion is not None:
        return plan if found.completion.evidence_id == evidence_id else "activity_already_completed"
    accepted = next((each for each in found.evidence if each.evidence_id == evidence_id), None)
    if accepted is None:
        return "evidence_unknown"
    if not Participants((accepted.by,)).may_approve(by):
        return "same_person"
    done = replace(found, completion=Completion(evidence_id, by, now))
    return _completed_if_done(_with(plan, found, done), now)


def _agreed(plan: Plan, activity_id: UUID) -> Activity | Refusal:
    """The activity, of a plan that was agreed."""
    found = next((activity for activity in plan.activities if activity.activity_id == activity_id), None)
    if found is None:
        return "activity_not_found"
    return "plan_not_agreed" if plan.status == "proposed" else found


def _with(plan: Plan, before: Activity, after: Activity) -> Plan:
    return replace(plan, activities=tuple(after if each is before else each for each in plan.activities))


def _completed_if_done(plan: Plan, now: datetime) -> Plan:
    if any(activity.completion is None for activity in plan.activities):
        return plan
    return replace(plan, status="completed", completed_at=now)
