"""From this stage's own values to the published language."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from services.development.domain.activity import Activity, Completion
from services.development.domain.candidate import PastPlan
from services.development.domain.history import By
from services.development.domain.outcome import Outcome
from services.development.domain.plan import Plan
from services.development.domain.selection import Placement, Selected
from shared.contracts.development import (
    ActivityCompleted,
    ActivityReopened,
    PlanAgreed,
    PlanCompleted,
    PlannedActivity,
    PlanScheduled,
    ScheduledActivity,
    SupplierDroppedOut,
    SupplierNotSelected,
    SupplierReinstated,
    SupplierSelected,
)
from shared.contracts.event import Money


def placed(cohort_id: UUID, placement: Placement, rules: str) -> SupplierSelected | SupplierNotSelected:
    supplier_id, score = placement.candidate.id, placement.score.basis_points
    if isinstance(placement, Selected):
        return SupplierSelected(
            supplier_id=supplier_id,
            cohort_id=cohort_id,
            rank=placement.rank,
            score=score,
            reasons=placement.reasons,
            rules=rules,
        )
    return SupplierNotSelected(
        supplier_id=supplier_id,
        cohort_id=cohort_id,
        rank=placement.rank,
        score=score,
        reasons=placement.reasons,
        rules=rules,
    )


def placed_later(said: Outcome) -> SupplierSelected:
    """Of a firm that took a place that became free."""
    if said.rank is None:
        raise ValueError("only a firm with a rank takes a place")
    return SupplierSelected(
        supplier_id=said.supplier_id,
        cohort_id=said.cohort_id,
        rank=said.rank,
        score=said.score,
        reasons=said.reasons,
        rules=said.rules,
    )


def agreed(supplier_id: UUID, cohort_id: UUID, plan: Plan) -> PlanAgreed:
    if plan.agreed_at is None:
        raise ValueError("the plan is not agreed")
    return PlanAgreed(
        supplier_id=supplier_id,
        cohort_id=cohort_id,
        plan_id=plan.plan_id,
        activities=tuple(_planned(activity) for activity in plan.activities),
        uncovered=plan.uncovered,
        modules=plan.modules,
        agreed_at=plan.agreed_at,
    )


def scheduled(supplier_id: UUID, cohort_id: UUID, plan: Plan, by: By) -> PlanScheduled:
    open_ = (each for each in plan.activities if each.completion is None)
    return PlanScheduled(
        supplier_id=supplier_id,
        cohort_id=cohort_id,
        plan_id=plan.plan_id,
        activities=tuple(
            ScheduledActivity(activity_id=each.activity_id, planned_on=each.planned_on, last_on=each.last_on)
            for each in open_
        ),
        by=by.role,
        scheduled_at=by.at,
    )


def activity_completed(
    supplier_id: UUID, cohort_id: UUID, plan: Plan, activity: Activity, completion: Completion
) -> ActivityCompleted:
    return ActivityCompleted(
        supplier_id=supplier_id,
        cohort_id=cohort_id,
        plan_id=plan.plan_id,
        activity_id=activity.activity_id,
        module=activity.module,
        questions=activity.questions,
        evidence_id=completion.evidence_id,
        sha256=next(
            (one.evidence.sha256 for one in activity.evidence if one.evidence_id == completion.evidence_id), None
        ),
        planned_on=activity.planned_on,
        held_on=activity.held_on,
        completed_at=completion.completed_at,
    )


def activity_reopened(
    supplier_id: UUID, cohort_id: UUID, plan: Plan, activity: Activity, evidence_id: UUID
) -> ActivityReopened:
    given = next(each for each in activity.evidence if each.evidence_id == evidence_id)
    verdict = given.verdicts[-1]
    return ActivityReopened(
        supplier_id=supplier_id,
        cohort_id=cohort_id,
        plan_id=plan.plan_id,
        activity_id=activity.activity_id,
        module=activity.module,
        evidence_id=evidence_id,
        by=verdict.role,
        reopened_at=verdict.at,
    )


def dropped_out(supplier_id: UUID, past: PastPlan) -> SupplierDroppedOut:
    return SupplierDroppedOut(
        supplier_id=supplier_id,
        cohort_id=past.cohort_id,
        plan_id=past.plan.plan_id,
        dropped_out_at=past.ended_at,
    )


def reinstated(
    supplier_id: UUID, past: PastPlan, at: datetime
) -> tuple[SupplierReinstated] | tuple[SupplierReinstated, PlanAgreed]:
    """The firm has its place again, and what readers knew of its plan until it dropped out."""
    plan = past.plan
    back = SupplierReinstated(
        supplier_id=supplier_id,
        cohort_id=past.cohort_id,
        plan_id=plan.plan_id,
        agreed_at=plan.agreed_at,
        reinstated_at=at,
    )
    return (back,) if plan.agreed_at is None else (back, agreed(supplier_id, past.cohort_id, plan))


def completed(supplier_id: UUID, cohort_id: UUID, plan: Plan, open_gaps: Iterable[str]) -> PlanCompleted:
    """`open_gaps`: the gaps of the latest validated diagnosis."""
    if plan.completed_at is None:
        raise ValueError("the plan is not completed")
    closed, still_open = plan.split(open_gaps)
    return PlanCompleted(
        supplier_id=supplier_id,
        cohort_id=cohort_id,
        plan_id=plan.plan_id,
        closed=closed,
        open=still_open,
        completed_at=plan.completed_at,
    )


def _planned(activity: Activity) -> PlannedActivity:
    return PlannedActivity(
        activity_id=activity.activity_id,
        module=activity.module,
        kind=activity.kind,
        hours=activity.hours,
        questions=activity.questions,
        cost_from=money(activity.cost_from),
        cost_to=money(activity.cost_to),
        planned_on=activity.planned_on,
    )


def money(amount: Decimal) -> Money:
    """An amount in MXN."""
    return Money(amount=f"{amount:.2f}")
