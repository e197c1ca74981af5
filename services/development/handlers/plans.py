"""What firms and mentors do with a plan."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from services.development.domain import candidate as candidates
from services.development.domain import plan as plans
from services.development.domain.candidate import Candidate
from services.development.domain.plan import AuthorRole, Evidence, Given, Plan
from services.development.domain.reasons import Refusal
from services.development.handlers import published
from services.development.handlers.refusal import refused
from shared.contracts.event import EventData
from shared.messaging.decision import Decision, Refused


@dataclass(frozen=True, slots=True)
class Author:
    """Who gives evidence, and as what."""

    subject: str
    role: AuthorRole


def agree_plan(state: Candidate | None, now: datetime) -> Decision[Candidate] | Refused:
    """The firm's own people agree on the plan that the program proposed."""
    return _change_plan(state, lambda plan: plans.agree(plan, now))


def give_evidence(
    state: Candidate | None, activity_id: UUID, evidence: Evidence, author: Author, now: datetime
) -> Decision[Candidate] | Refused:
    """The firm's own people, or its mentor, show that a deliverable exists."""
    given = Given(evidence.identity(activity_id), evidence, author.subject, author.role, now)
    mentor = author.subject if author.role == "mentor" else None
    return _change_plan(state, lambda plan: plans.give_evidence(plan, activity_id, given), mentor)


def complete_activity(
    state: Candidate | None, activity_id: UUID, evidence_id: UUID, mentor: str, now: datetime
) -> Decision[Candidate] | Refused:
    """The mentor accepts the deliverable. The gap stays open until diagnosis scores it again."""
    return _change_plan(
        state, lambda plan: plans.complete_activity(plan, activity_id, evidence_id, mentor, now), mentor
    )


def assign_mentor(state: Candidate | None, mentor: str | None, by: str) -> Decision[Candidate] | Refused:
    """An operator says who is the firm's mentor."""
    if state is None or state.plan is None:
        return refused("plan_not_found")
    after = candidates.assigned(state, mentor, by)
    return Decision(after) if isinstance(after, Candidate) else refused(after)


def _change_plan(
    state: Candidate | None, change: Callable[[Plan], Plan | Refusal], mentor: str | None = None
) -> Decision[Candidate] | Refused:
    """`mentor`: who acts as such."""
    if state is None or state.plan is None or state.cohort_id is None:
        return refused("plan_not_found")
    if state.withdrawn:
        return refused("supplier_withdrawn")
    if mentor is not None and (not_theirs := candidates.not_mentor(state, mentor)):
        return refused(not_theirs)
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
