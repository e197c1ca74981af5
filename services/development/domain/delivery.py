"""What is done of a plan: evidence is given, accepted, which completes its activity, and returned."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from services.development.domain.activity import ACTIVITY, MOST_EVIDENCE, Activity, Completion
from services.development.domain.evidence import EVIDENCE, Given, Verdict
from services.development.domain.plan import PLAN, Plan, added_id, completed_if_done
from services.development.domain.reasons import Refusal
from services.development.domain.removal import SettledRemoval, TakenBack
from shared.four_eyes import Participants


def give_evidence(plan: Plan, activity_id: UUID, given: Given) -> Plan | Refusal:
    """Show that a deliverable exists. The same evidence again changes nothing, whoever gives it; once it was returned,
    it is another piece, to be looked at anew.
    """
    found = _agreed(plan, activity_id)
    if not isinstance(found, Activity):
        return found
    same = [each for each in found.evidence if each.evidence == given.evidence]
    if same and same[-1].standing != "returned":
        return plan
    given = replace(given, evidence_id=given.evidence.identity(activity_id, len(same)))
    if ACTIVITY.after(found.status, "complete") is None:
        return "activity_already_completed"
    if sum(each.standing != "returned" for each in found.evidence) >= MOST_EVIDENCE:
        return "evidence_too_much"
    return _with(plan, found, replace(found, evidence=(*found.evidence, given)))


def planned_activity(plan: Plan, activity_id: UUID) -> Activity | Refusal:
    """An activity that may be taken out of its plan."""
    found = _agreed(plan, activity_id)
    if not isinstance(found, Activity):
        return found
    return "activity_already_completed" if ACTIVITY.after(found.status, "remove") is None else found


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
    return completed_if_done(_without(after, found, by, now), now)


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
    return _taken_back(_with(plan, found, judged), judged)


def recorded(plan: Plan, evidence_id: UUID, verdict: Verdict) -> Plan:
    """A plan with what an assessor said of its evidence, from which nothing follows: of one that has ended anything, of
    evidence that they had returned that it will do after all. Its activity is for the mentor to complete.
    """
    found = next((each for each in plan.activities if _given(each, evidence_id)), None)
    given = None if found is None else _given(found, evidence_id)
    if found is None or given is None:
        return plan
    returns = verdict.standing == "returned"
    says_more = EVIDENCE.after(given.standing, "return") is not None if returns else given.returned_by_assessor
    return _with(plan, found, _judge(found, given, verdict)) if says_more else plan


def mended(plan: Plan) -> Plan:
    """The plan without completions on evidence that was returned since."""
    for each in plan.activities:
        given = None if each.completion is None else _given(each, each.completion.evidence_id)
        if given is not None and given.standing == "returned":
            plan = _taken_back(plan, each)
    return plan


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


def _taken_back(plan: Plan, activity: Activity) -> Plan:
    status = PLAN.after(plan.status, "take back") or plan.status
    return replace(_with(plan, activity, replace(activity, completion=None)), status=status, completed_at=None)


def _with(plan: Plan, before: Activity, after: Activity) -> Plan:
    return replace(plan, activities=tuple(after if each is before else each for each in plan.activities))


def _without(plan: Plan, done: Activity, by: str, now: datetime) -> Plan:
    """Once an activity was done as it was agreed, it is removed no more, and another one is proposed for what it would
    have closed besides.
    """
    revision = plan.revision
    if revision is None or all(each.activity_id != done.activity_id for each in revision.about):
        return plan
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
    asked = tuple(each for each in revision.removals if each.activity_id == done.activity_id)
    removals = tuple(each for each in revision.removals if each not in asked)
    less = replace(revision, activities=activities, removals=removals).anew()
    over = tuple(SettledRemoval(done, each, None, TakenBack(by, "mentor", now)) for each in asked)
    return replace(plan, revision=None if less.is_empty else less, removals=(*plan.removals, *over))
