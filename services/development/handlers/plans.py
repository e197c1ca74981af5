"""What firms and mentors do with a plan."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from services.development.domain import candidate as candidates
from services.development.domain import changes, delivery, revision
from services.development.domain import plan as plans
from services.development.domain.activity import Activity
from services.development.domain.bankable import is_bankable
from services.development.domain.candidate import Awaited, Candidate
from services.development.domain.diagnosis import Gap
from services.development.domain.evidence import AuthorRole, Evidence, Given, Verdict
from services.development.domain.history import By
from services.development.domain.module import Modules
from services.development.domain.plan import Plan
from services.development.domain.reasons import Refusal
from services.development.domain.removal import Removal, TakenBack
from services.development.handlers import published
from services.development.handlers.refusal import refused
from shared.contracts.event import EventData
from shared.messaging.decision import Decision, Refused


@dataclass(frozen=True, slots=True)
class Author:
    """Who gives evidence, and as what."""

    subject: str
    role: AuthorRole

    def by(self, at: datetime, reason: str = "") -> By:
        return By(self.role, at, self.subject, reason)


def agree_plan(state: Candidate | None, author: Author, now: datetime) -> Decision[Candidate] | Refused:
    """The firm's own people, or its mentor for the program, agree on the plan that is proposed."""
    return change_plan(state, lambda plan: plans.agree(plan, author.subject, author.role, now), author.by(now))


def give_evidence(
    state: Candidate | None, activity_id: UUID, evidence: Evidence, author: Author, now: datetime
) -> Decision[Candidate] | Refused:
    """The firm's own people, or its mentor, show that a deliverable exists."""
    given = Given(evidence.identity(activity_id), evidence, author.subject, author.role, now)
    return change_plan(state, lambda plan: delivery.give_evidence(plan, activity_id, given), author.by(now))


def complete_activity(
    state: Candidate | None, activity_id: UUID, evidence_id: UUID, mentor: str, now: datetime
) -> Decision[Candidate] | Refused:
    """The mentor accepts the deliverable. The gap stays open until diagnosis scores it again."""
    return change_plan(
        state,
        lambda plan: delivery.complete_activity(plan, activity_id, evidence_id, mentor, now),
        By("mentor", now, mentor),
    )


def return_evidence(
    state: Candidate | None, activity_id: UUID, evidence_id: UUID, reason: str, mentor: str, now: datetime
) -> Decision[Candidate] | Refused:
    """The mentor says what is wrong with it; a completion on it is taken back."""
    verdict = Verdict("returned", reason, mentor, "mentor", now)
    return change_plan(
        state,
        lambda plan: delivery.return_evidence(plan, activity_id, evidence_id, verdict),
        By("mentor", now, mentor, reason),
    )


def agree_revision(state: Candidate | None, author: Author, now: datetime) -> Decision[Candidate] | Refused:
    """The firm, or its mentor, agrees on what changes in the plan."""
    return change_plan(
        state, lambda plan: revision.agree_revision(plan, author.subject, author.role, now), author.by(now)
    )


def propose_removal(
    state: Candidate | None, activity_id: UUID, reason: str, author: Author, modules: Modules, now: datetime
) -> Decision[Candidate] | Refused:
    """The firm, or its mentor, wants an activity out of the plan."""
    asked = Removal(activity_id, reason, author.subject, author.role, now)
    bankable = _bankable(state, modules)
    return change_plan(
        state,
        lambda plan: revision.propose_removal(plan, asked, _gaps(state), modules, now, bankable=bankable),
        author.by(now, reason),
    )


def take_removal_back(
    state: Candidate | None, activity_id: UUID, author: Author, modules: Modules, now: datetime
) -> Decision[Candidate] | Refused:
    """One of the two wants the activity to stay, or its gaps to be closed after all."""
    said, bankable = TakenBack(author.subject, author.role, now), _bankable(state, modules)
    return change_plan(
        state,
        lambda plan: revision.take_removal_back(plan, activity_id, said, _gaps(state), modules, bankable=bankable),
        author.by(now),
    )


def _gaps(state: Candidate | None) -> tuple[Gap, ...]:
    return () if state is None or state.diagnosis is None else state.diagnosis.gaps


def _bankable(state: Candidate | None, modules: Modules) -> bool:
    return is_bankable(None if state is None else state.diagnosis, modules.bankable)


def assign_mentor(state: Candidate | None, mentor: str | None, by: str, now: datetime) -> Decision[Candidate] | Refused:
    """An operator says who is the firm's mentor. What another one agreed to that is not in force yet is void."""
    if state is None or state.plan is None:
        return refused("plan_not_found")
    after = candidates.assigned(state, mentor, by)
    if not isinstance(after, Candidate):
        return refused(after)
    if mentor == state.mentor:
        return Decision(after)
    return Decision(replace(after, plan=changes.of_another_mentor(state.plan, By("operator", now, by))))


def change_plan(
    state: Candidate | None, change: Callable[[Plan], Plan | Refusal], by: By
) -> Decision[Candidate] | Refused:
    if state is None or state.plan is None or state.cohort_id is None:
        return refused("plan_not_found")
    if state.withdrawn:
        return refused("supplier_withdrawn")
    if by.role == "mentor" and (not_theirs := candidates.not_mentor(state, by.subject)):
        return refused(not_theirs)
    plan = change(state.plan)
    if not isinstance(plan, Plan):
        return refused(plan)
    return changed(state, plan, by)


def changed(candidate: Candidate, plan: Plan, by: By) -> Decision[Candidate]:
    """The firm with its plan as it is now, what changed on record, and what readers hear of it."""
    before = candidate.plan
    if before is None or candidate.cohort_id is None:
        return Decision(replace(candidate, plan=plan))
    plan = changes.kept(before, plan, by)
    after = replace(candidate, plan=plan)
    if plan.status == "completed" and before.status != "completed":
        after = candidates.at_point(after, "T1", by.at)
    if before.status == "completed" and plan.status != "completed":
        after = candidates.under_way_again(after, by.at)
    done, taken_back = _completed(plan, before), _completed(before, plan)
    scoring = candidates.with_done(after, _awaited(done), _awaited(taken_back))
    return Decision(scoring, tuple(_happened(candidate, candidate.cohort_id, before, plan, by)))


def _moved(before: Plan, after: Plan) -> bool:
    """Whether an activity of both is held in other weeks. One that is done or reopened is held as it was."""
    known = {each.activity_id: _weeks(each) for each in before.activities}
    return any(known.get(each.activity_id, _weeks(each)) != _weeks(each) for each in after.activities)


def _weeks(activity: Activity) -> tuple[date, ...]:
    return tuple(session.week for session in activity.sessions)


def _completed(plan: Plan, but: Plan) -> tuple[Activity, ...]:
    """Activities that are completed in the one plan, and are in the other but are not completed there."""
    open_there = {each.activity_id for each in but.activities if each.completion is None}
    return tuple(each for each in plan.activities if each.completion is not None and each.activity_id in open_there)


def _awaited(completed: Iterable[Activity]) -> set[Awaited]:
    """What an assessor is to look at."""
    return {
        Awaited(code, each.completion.evidence_id) for each in completed if each.completion for code in each.questions
    }


def _happened(candidate: Candidate, cohort_id: UUID, before: Plan, after: Plan, by: By) -> Iterator[EventData]:
    agreed_first = before.status == "proposed" and after.status != "proposed"
    if agreed_first or after.revisions > before.revisions:
        yield published.agreed(candidate.id, cohort_id, after)
    elif after.status == "agreed" and _moved(before, after):
        yield published.scheduled(candidate.id, cohort_id, after, by)
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
