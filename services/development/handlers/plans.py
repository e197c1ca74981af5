"""What firms and mentors do with a plan."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from services.development.domain import plan as plans
from services.development.domain.candidate import Candidate
from services.development.domain.plan import Evidence, Plan
from services.development.domain.reasons import Refusal
from services.development.handlers import published
from services.development.handlers.refusal import refused
from shared.contracts.event import EventData
from shared.messaging.decision import Decision, Refused


def agree_plan(state: Candidate | None, now: datetime) -> Decision[Candidate] | Refused:
    """Firm and program agree on the proposed plan."""
    return _change_plan(state, lambda plan: plans.agree(plan, now))


def complete_activity(
    state: Candidate | None, activity_id: UUID, evidence: Evidence, now: datetime
) -> Decision[Candidate] | Refused:
    """A mentor records the deliverable. The gap stays open until diagnosis scores it again."""
    return _change_plan(state, lambda plan: plans.complete_activity(plan, activity_id, evidence, now))


def _change_plan(state: Candidate | None, change: Callable[[Plan], Plan | Refusal]) -> Decision[Candidate] | Refused:
    if state is None or state.plan is None or state.cohort_id is None:
        return refused("plan_not_found")
    if state.withdrawn:
        return refused("supplier_withdrawn")
    plan = change(state.plan)
    if not isinstance(plan, Plan):
        return refused(plan)
    return Decision(replace(state, plan=plan), tuple(_happened(state, state.cohort_id, state.plan, plan)))


def _happened(candidate: Candidate, cohort_id: UUID, before: Plan, after: Plan) -> Iterator[EventData]:
    if before.status == "proposed" and after.status != "proposed":
        yield published.agreed(candidate.id, cohort_id, after)
    for was, activity in zip(before.activities, after.activities, strict=True):
        if was.completion is None and activity.completion is not None:
            yield published.activity_completed(candidate.id, cohort_id, after, activity, activity.completion)
    if before.status != "completed" and after.status == "completed":
        open_gaps = () if candidate.diagnosis is None else candidate.diagnosis.gap_questions
        yield published.completed(candidate.id, cohort_id, after, open_gaps)
