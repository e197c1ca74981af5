"""A plan as callers send and see it: with what is closed by now, and referrals for what costs."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from services.development.domain.candidate import Candidate, Ended, PastPlan, refused
from services.development.domain.diagnosis import Severity
from services.development.domain.evidence import AuthorRole
from services.development.domain.module import Modules
from services.development.domain.needed import in_order
from services.development.domain.plan import PlanStatus, Revision
from services.development.domain.removal import SettledRemoval
from services.development.handlers import published
from services.development.views.activities import ActivityView
from services.development.views.cohorts import Words
from shared.contracts.event import Money
from shared.service.http import Body, View


class DropOutBody(Body):
    reason: Words


class ReferralView(View):
    referral_id: UUID
    partner: str
    product: str
    state: str
    questions: tuple[str, ...]
    """What its refusal points back to, as far as the firm agreed to have its plan address it."""


class RefusedView(View):
    """A practice that a financing partner's refusal points back to, without the reason."""

    question: str
    modules: tuple[str, ...]
    """Those that address it."""
    planned: bool
    """Whether an activity of the plan does."""


class RemovalView(View):
    """An activity that one of the two wants out of the plan."""

    activity_id: UUID
    reason: str
    role: AuthorRole
    former: bool = False
    """By one who is the firm's mentor no more: the present one has to agree, or takes it back."""
    at: datetime


class TakenBackView(View):
    role: AuthorRole
    at: datetime


class SettledRemovalView(View):
    """What became of such a proposal."""

    activity: ActivityView
    """As it was then."""
    removal: RemovalView
    agreed_at: datetime | None
    """Null: it was taken back before both had agreed."""
    taken_back: TakenBackView | None

    @classmethod
    def of_removal(cls, settled: SettledRemoval, modules: Modules) -> "SettledRemovalView":
        shown = ActivityView.of_activity(settled.activity, modules)
        return cls(
            activity=shown if settled.agreed_at is None else shown.model_copy(update={"status": "removed"}),
            removal=RemovalView.of(settled.removal),
            agreed_at=settled.agreed_at,
            taken_back=None if settled.taken_back is None else TakenBackView.of(settled.taken_back),
        )


class LeavingView(View):
    """An operator proposed that the firm drops out; without who."""

    reason: str
    at: datetime
    taken_back_at: datetime | None
    """Null: another operator decides."""


class RevisionView(View):
    """What is proposed to change after the agreement."""

    number: int
    activities: tuple[ActivityView, ...]
    """New ones, and planned ones that would close more."""
    removals: tuple[RemovalView, ...]
    """Planned ones that would be done no more."""
    modules: str
    agreed_by_firm: bool
    agreed_by_mentor: bool

    @classmethod
    def of_revision(cls, revision: Revision, modules: Modules) -> "RevisionView":
        return cls(
            number=revision.number,
            activities=tuple(ActivityView.of_activity(activity, modules) for activity in revision.activities),
            removals=tuple(RemovalView.of(removal) for removal in revision.removals),
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
    agreed_by_firm: bool
    agreed_by_program: bool
    """A plan holds once both have agreed."""
    activities: tuple[ActivityView, ...]
    """None before what it builds on."""
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
    removals: tuple[SettledRemovalView, ...]
    """What both took out of the plan, or one of them back, in order."""
    leavings: tuple[LeavingView, ...]
    """In order: the last one may wait for another operator."""
    referrals: tuple[ReferralView, ...]
    refused: tuple[RefusedView, ...]
    """Only where the firm agreed to it in its consent to the partner."""

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
            agreed_by_firm=plan.status != "proposed" or plan.firm is not None,
            agreed_by_program=plan.status != "proposed" or plan.program is not None,
            activities=tuple(
                ActivityView.of_activity(activity, modules)
                for activity in in_order(plan.activities, lambda each: each.module, modules)
            ),
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
            removals=tuple(SettledRemovalView.of_removal(settled, modules) for settled in plan.removals),
            leavings=tuple(LeavingView.of(each) for each in candidate.leavings),
            referrals=tuple(ReferralView.of(referral) for referral in candidate.referrals),
            refused=tuple(
                RefusedView(
                    question=question,
                    modules=modules.closing(question),
                    planned=any(question in each.questions for each in plan.activities),
                )
                for question in refused(candidate)
            ),
        )


class GapView(View):
    """Levels 0 to 4."""

    question: str
    severity: Severity
    level: int
    target: int


class PastPlanView(View):
    """A plan of a cohort before, as it was when it ended."""

    supplier_id: UUID
    ended: Ended
    reason: str
    ended_at: datetime
    plan: PlanView
    """With what was said of its evidence since."""
    gaps: tuple[GapView, ...] | None
    """All that were open then; null: not kept then, so that nobody knows what of the plan was closed or open."""

    @classmethod
    def of_past(cls, candidate: Candidate, past: PastPlan, modules: Modules) -> "PastPlanView":
        then = replace(candidate, cohort_id=past.cohort_id, plan=past.plan, referrals=past.referrals, leavings=())
        plan = PlanView.of_firm(then, modules)
        known = past.gaps is not None
        closed, still_open = past.plan.split(gap.question for gap in past.gaps or ()) if known else ((), ())
        return cls(
            supplier_id=candidate.id,
            ended=past.ended,
            reason=past.reason,
            ended_at=past.ended_at,
            plan=plan.model_copy(update={"closed": closed, "open": still_open}),
            gaps=None if past.gaps is None else tuple(GapView.of(gap) for gap in past.gaps),
        )
