"""What firms and mentors do with a plan."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from services.development.domain import candidate as candidates
from services.development.domain import plan as plans
from services.development.domain.candidate import Candidate
from services.development.domain.evidence import AuthorRole, Evidence, Given, Verdict
from services.development.domain.plan import Plan
from services.development.domain.reasons import Refusal
from services.development.domain.revision import agree_revision as agree_on_revision
from services.development.handlers import published
from services.development.handlers.refusal import refused
from shared.contracts.event import EventData
from shared.messaging.decision import Decision, Refused


@dataclass(frozen=True, slots=True)
class Author:
    """Who gives evidence, and as what."""

    subject: str
    role: AuthorRole


def agree_plan(state: Candidate | None, by: str, now: datetime) -> Decision[Candidate] | Refused:
    """The firm's own people agree on the plan that the program proposed."""
    return _change_plan(state, lambda plan: plans.agree(plan, by, now))


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


def return_evidence(
    state: Candidate | None, activity_id: UUID, evidence_id: UUID, reason: str, mentor: str, now: datetime
) -> Decision[Candidate] | Refused:
    """The mentor says what is wrong with it; a completion on it is taken back."""
    verdict = Verdict("returned", reason, mentor, "mentor", now)
    return _change_plan(state, lambda plan: plans.return_evidence(plan, activity_id, evidence_id, verdict), mentor)


def agree_revision(state: Candidate | None, author: Author, now: datetime) -> Decision[Candidate] | Refused:
    """The firm, or its mentor, agrees on what is added to the plan."""
    mentor = author.subject if author.role == "mentor" else None
    return _change_plan(state, lambda plan: agree_on_revision(plan, author.subject, author.role, now), mentor)


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
    return changed(state, plan)


def changed(candidate: Candidate, plan: Plan) -> Decision[Candidate]:
    """The firm with its plan as it is now, and what readers hear of it."""
    after = replace(candidate, plan=plan)
    if candidate.plan is None or candidate.cohort_id is None:
        return Decision(after)
    return Decision(after, tuple(_happened(candidate, candidate.cohort_id, candidate.plan, plan)))


def _happened(candidate: Candidate, cohort_id: UUID, before: Plan, after: Plan) -> Iterator[EventData]:
    agreed_first = before.status == "proposed" and after.status != "proposed"
    if agreed_first or after.revisions > before.revisions:
        yield published.agreed(candidate.id, cohort_id, after)
    known = {activity.activity_id: activity.completion for activity in before.activities}
    for activity in after.activities:
        was, now = known.get(activity.activity_id), activity.completion
        if was is None and now is not None:
            yield published.activity_completed(candidate.id, cohort_id, after, activity, now)
        if was is not None and now is None:
            yield published.activity_reopened(candidate.id, cohort_id, after, activity, was.evidence_id)
    if before.status != "completed" and after.status == "completed":
        open_gaps = () if candidate.diagnosis is None else candidate.diagnosis.gap_questions
        yield published.completed(candidate.id, cohort_id, after, open_gaps)
