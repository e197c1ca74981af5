"""What is done of a plan: evidence is given, accepted and returned."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

import pytest

from services.development.catalogue import modules
from services.development.domain.activity import MOST_EVIDENCE
from services.development.domain.delivery import complete_activity, give_evidence, return_evidence
from services.development.domain.evidence import Evidence, Verdict
from services.development.domain.plan import Plan, plan_id, propose
from tests.development.decided import both_agree
from tests.development.given import COHORT_ID, LATER, MENTOR, NOW, evidence, gap, supplier

PLAN_ID = plan_id(COHORT_ID, supplier(1))
DELIVERABLE = Evidence("document", "PFMEA de la familia A", "EXP-12", "0" * 64)


def proposed(*questions: str) -> Plan:
    return propose(PLAN_ID, tuple(gap(question) for question in questions), modules(), bankable=True)


def agreed(*questions: str) -> Plan:
    return both_agree(proposed(*questions))


def shown(*questions: str) -> Plan:
    """Agreed, and the firm gave evidence of every activity."""
    plan = agreed(*questions)
    for activity in plan.activities:
        plan = sure(give_evidence(plan, activity.activity_id, evidence(activity.activity_id, DELIVERABLE)))
    return plan


def complete(plan: Plan, activity_id: UUID, by: str = MENTOR, now: datetime = NOW) -> Plan | str:
    return complete_activity(plan, activity_id, DELIVERABLE.identity(activity_id), by, now)


def sure(plan: Plan | str) -> Plan:
    assert isinstance(plan, Plan), plan
    return plan


def test_the_last_activity_completes_the_plan() -> None:
    plan = shown("T04", "A01")
    first, second = (activity.activity_id for activity in plan.activities)
    halfway = sure(complete(plan, first))
    assert halfway.status == "agreed"
    assert [activity.status for activity in halfway.activities] == ["completed", "planned"]
    done = sure(complete(halfway, second, now=LATER))
    assert (done.status, done.completed_at) == ("completed", LATER)


def test_the_same_evidence_again_changes_nothing() -> None:
    plan = shown("T04")
    activity_id = plan.activities[0].activity_id
    assert give_evidence(plan, activity_id, evidence(activity_id, DELIVERABLE, "somebody else")) == plan
    done = sure(complete(plan, activity_id))
    assert complete(done, activity_id, "another mentor", LATER) == done
    assert give_evidence(done, activity_id, evidence(activity_id, DELIVERABLE)) == done
    other = evidence(activity_id, Evidence("photo", "Tablero"))
    assert complete_activity(done, activity_id, other.evidence_id, MENTOR, LATER) == "activity_already_completed"
    assert give_evidence(done, activity_id, other) == "activity_already_completed"


def test_nobody_accepts_evidence_of_their_own() -> None:
    plan = agreed("T04")
    activity_id = plan.activities[0].activity_id
    given = replace(evidence(activity_id, DELIVERABLE, MENTOR), role="mentor")
    plan = sure(give_evidence(plan, activity_id, given))
    assert complete(plan, activity_id) == "same_person"
    # Nor does the firm make it its own by giving it again.
    plan = sure(give_evidence(plan, activity_id, evidence(activity_id, DELIVERABLE)))
    assert complete(plan, activity_id) == "same_person"
    assert sure(complete(plan, activity_id, "another mentor")).status == "completed"


def test_an_activity_is_completed_on_evidence_that_was_given() -> None:
    plan = agreed("T04")
    assert complete(plan, plan.activities[0].activity_id) == "evidence_unknown"


def test_evidence_has_an_end() -> None:
    plan = agreed("T04")
    activity_id = plan.activities[0].activity_id
    for number in range(MOST_EVIDENCE):
        plan = sure(give_evidence(plan, activity_id, evidence(activity_id, Evidence("photo", str(number)))))
    assert give_evidence(plan, activity_id, evidence(activity_id, DELIVERABLE)) == "evidence_too_much"
    # What was returned is to be mended: it keeps nothing out.
    (activity,) = plan.activities
    for given_ in activity.evidence:
        verdict = Verdict("returned", "blurred", MENTOR, "mentor", LATER)
        plan = sure(return_evidence(plan, activity_id, given_.evidence_id, verdict))
    plan = sure(give_evidence(plan, activity_id, evidence(activity_id, DELIVERABLE)))
    assert sure(complete(plan, activity_id)).status == "completed"


def test_a_mentor_overrules_no_assessor_with_the_same_evidence() -> None:
    plan = sure(complete(shown("T04"), shown("T04").activities[0].activity_id))
    (activity,) = plan.activities
    verdict = Verdict("returned", "not_enough", None, "assessor", LATER)
    plan = sure(return_evidence(plan, activity.activity_id, DELIVERABLE.identity(activity.activity_id), verdict))
    assert complete(plan, activity.activity_id) == "evidence_returned"
    other = Evidence("photo", "La tarjeta correcta")
    plan = sure(give_evidence(plan, activity.activity_id, evidence(activity.activity_id, other)))
    done = complete_activity(plan, activity.activity_id, other.identity(activity.activity_id), MENTOR, LATER)
    assert sure(done).status == "completed"


def test_activities_of_a_proposed_plan_cannot_be_completed() -> None:
    plan = proposed("T04")
    activity_id = plan.activities[0].activity_id
    assert complete(plan, activity_id) == "plan_not_agreed"
    assert give_evidence(plan, activity_id, evidence(activity_id, DELIVERABLE)) == "plan_not_agreed"


def test_an_activity_of_another_plan_is_unknown() -> None:
    assert complete(agreed("T04"), UUID(int=1)) == "activity_not_found"


@pytest.mark.parametrize(
    "other",
    [
        Evidence("photo", "PFMEA de la familia A", "EXP-12", "0" * 64),
        Evidence("document", "PFMEA de la familia B", "EXP-12", "0" * 64),
        Evidence("document", "PFMEA de la familia A", None, "0" * 64),
        Evidence("document", "PFMEA de la familia A", "EXP-12"),
    ],
)
def test_different_evidence_has_a_different_id(other: Evidence) -> None:
    assert other.identity(PLAN_ID) != DELIVERABLE.identity(PLAN_ID)
    assert DELIVERABLE.identity(supplier(1)) != DELIVERABLE.identity(supplier(2))


def returned(plan: Plan, activity_id: UUID) -> Plan:
    verdict = Verdict("returned", "of another plant", MENTOR, "mentor", LATER)
    return sure(return_evidence(plan, activity_id, DELIVERABLE.identity(activity_id), verdict))


def test_evidence_that_was_accepted_is_returned_and_the_completion_taken_back() -> None:
    """Seen: a wrong file as evidence could not be corrected."""
    plan = shown("T04")
    (activity,) = plan.activities
    done = sure(complete(plan, activity.activity_id))
    assert done.status == "completed"
    mended = returned(done, activity.activity_id)
    (again,) = mended.activities
    assert (mended.status, mended.completed_at, again.status, again.completion) == ("agreed", None, "planned", None)
    assert [each.standing for each in again.evidence[0].verdicts] == ["accepted", "returned"]
    assert returned(mended, activity.activity_id) == mended
    other = Evidence("photo", "La tarjeta correcta")
    given_ = sure(give_evidence(mended, activity.activity_id, evidence(activity.activity_id, other)))
    last = sure(complete_activity(given_, activity.activity_id, other.identity(activity.activity_id), MENTOR, LATER))
    assert (last.status, last.completed_at) == ("completed", LATER)


def test_the_same_evidence_is_given_anew_once_it_was_returned() -> None:
    """Seen: mended where it is kept and given again, nothing happened and nobody looked at it."""
    plan = shown("T04")
    (activity,) = plan.activities
    given_ = evidence(activity.activity_id, DELIVERABLE)
    again = sure(give_evidence(returned(plan, activity.activity_id), activity.activity_id, given_))
    first, second = again.activities[0].evidence
    assert (first.evidence, first.standing) == (second.evidence, "returned")
    assert (second.standing, second.evidence_id) == ("waiting", DELIVERABLE.identity(activity.activity_id, 1))
    assert give_evidence(again, activity.activity_id, given_) == again
    done = sure(complete_activity(again, activity.activity_id, second.evidence_id, MENTOR, LATER))
    assert done.status == "completed"


def test_evidence_that_nobody_accepted_is_returned_without_a_completion() -> None:
    plan = shown("T04")
    (activity,) = plan.activities
    after = returned(plan, activity.activity_id)
    assert (after.status, after.activities[0].evidence[0].standing) == ("agreed", "returned")
    assert return_evidence(
        plan, activity.activity_id, UUID(int=1), Verdict("returned", "?", MENTOR, "mentor", NOW)
    ) == ("evidence_unknown")
    accepted_after_all = sure(complete(after, activity.activity_id))
    assert accepted_after_all.activities[0].evidence[0].standing == "accepted"
