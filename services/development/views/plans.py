"""A plan as callers send and see it: with the modules' words, what is closed by now, and referrals for what costs."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import StringConstraints

from services.development.domain.activity import Activity, ActivityStatus
from services.development.domain.candidate import Candidate, PastPlan
from services.development.domain.evidence import AuthorRole, Evidence, EvidenceKind, JudgeRole, Standing
from services.development.domain.module import ModuleKind, Modules
from services.development.domain.plan import PlanStatus, Revision
from services.development.handlers import published
from services.development.views.cohorts import Words
from shared.contracts.event import Money, Text
from shared.service.http import Body, View


class EvidenceBody(Body):
    kind: EvidenceKind
    description: Words
    reference: Text | None = None
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$", max_length=64)] | None = None

    def evidence(self) -> Evidence:
        return Evidence(self.kind, self.description, self.reference, self.sha256)


class EvidenceView(View):
    kind: EvidenceKind
    description: str
    reference: str | None
    sha256: str | None


class VerdictView(View):
    standing: Standing
    reason: str
    role: JudgeRole
    at: datetime


class GivenView(View):
    """Evidence with what its author is; never who: a subject identifies a person."""

    evidence_id: UUID
    evidence: EvidenceView
    role: AuthorRole
    at: datetime
    standing: Standing
    verdicts: tuple[VerdictView, ...]
    """What was said of it, in order: the last one counts."""


class ReturnBody(Body):
    reason: Words
    """What is wrong with the evidence."""


class DropOutBody(Body):
    reason: Words


class CompletionBody(Body):
    evidence_id: UUID
    """Which of the activity's evidence shows its deliverable."""


class CompletionView(View):
    evidence_id: UUID
    completed_at: datetime


class ActivityView(View):
    activity_id: UUID
    module: str
    name: str
    deliverable: str
    kind: ModuleKind
    hours: int
    questions: tuple[str, ...]
    cost_from: Money
    cost_to: Money
    status: ActivityStatus
    evidence: tuple[GivenView, ...]
    """In the order in which it was given."""
    completion: CompletionView | None

    @classmethod
    def of_activity(cls, activity: Activity, modules: Modules) -> "ActivityView":
        found = {module.code: module for module in modules.modules}.get(activity.module)
        completion = activity.completion
        return cls(
            activity_id=activity.activity_id,
            module=activity.module,
            name="" if found is None else found.name,
            deliverable="" if found is None else found.deliverable,
            kind=activity.kind,
            hours=activity.hours,
            questions=activity.questions,
            cost_from=published.money(activity.cost_from),
            cost_to=published.money(activity.cost_to),
            status=activity.status,
            evidence=tuple(GivenView.of(given) for given in activity.evidence),
            completion=None if completion is None else CompletionView.of(completion),
        )


class ReferralView(View):
    referral_id: UUID
    partner: str
    product: str
    state: str


class RevisionView(View):
    """What is proposed for gaps that came after the agreement."""

    number: int
    activities: tuple[ActivityView, ...]
    """New ones, and planned ones that would close more."""
    modules: str
    agreed_by_firm: bool
    agreed_by_mentor: bool

    @classmethod
    def of_revision(cls, revision: Revision, modules: Modules) -> "RevisionView":
        return cls(
            number=revision.number,
            activities=tuple(ActivityView.of_activity(activity, modules) for activity in revision.activities),
            modules=revision.modules,
            agreed_by_firm=revision.firm is not None,
            agreed_by_mentor=revision.mentor is not None,
        )


class PlanView(View):
    supplier_id: UUID
    folio: str | None
    legal_name: str | None
    withdrawn: bool
    cohort_id: UUID
    plan_id: UUID
    status: PlanStatus
    activities: tuple[ActivityView, ...]
    uncovered: tuple[str, ...]
    closed: tuple[str, ...]
    """Questions of the plan that a re-score has closed by now."""
    open: tuple[str, ...]
    hours: int
    cost_from: Money
    cost_to: Money
    modules: str
    agreed_at: datetime | None
    completed_at: datetime | None
    revision: RevisionView | None
    """Holds once the firm and its mentor have agreed."""
    referrals: tuple[ReferralView, ...]

    @classmethod
    def of_firm(cls, candidate: Candidate, modules: Modules) -> "PlanView":
        plan, cohort_id = candidate.plan, candidate.cohort_id
        if plan is None or cohort_id is None:
            raise ValueError("only a selected firm has a plan")
        closed, still_open = plan.split(() if candidate.diagnosis is None else candidate.diagnosis.gap_questions)
        return cls(
            supplier_id=candidate.id,
            folio=candidate.folio,
            legal_name=candidate.legal_name,
            withdrawn=candidate.withdrawn,
            cohort_id=cohort_id,
            plan_id=plan.plan_id,
            status=plan.status,
            activities=tuple(ActivityView.of_activity(activity, modules) for activity in plan.activities),
            uncovered=plan.uncovered,
            closed=closed,
            open=still_open,
            hours=plan.hours,
            cost_from=published.money(plan.cost_from),
            cost_to=published.money(plan.cost_to),
            modules=plan.modules,
            agreed_at=plan.agreed_at,
            completed_at=plan.completed_at,
            revision=None if plan.revision is None else RevisionView.of_revision(plan.revision, modules),
            referrals=tuple(ReferralView.of(referral) for referral in candidate.referrals),
        )


class PastPlanView(View):
    """A plan of a cohort before, as it was when it ended."""

    supplier_id: UUID
    ended: Literal["another_cohort", "dropped_out"]
    reason: str
    ended_at: datetime
    plan: PlanView

    @classmethod
    def of_past(cls, candidate: Candidate, past: PastPlan, modules: Modules) -> "PastPlanView":
        then = replace(candidate, cohort_id=past.cohort_id, plan=past.plan)
        return cls(
            supplier_id=candidate.id,
            ended=past.ended,
            reason=past.reason,
            ended_at=past.ended_at,
            plan=PlanView.of_firm(then, modules),
        )
