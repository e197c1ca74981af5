from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.development.catalogue import modules
from services.development.domain.activity import MOST_EVIDENCE
from services.development.domain.delivery import complete_activity, give_evidence, return_evidence
from services.development.domain.evidence import Evidence, Verdict
from services.development.domain.module import Modules
from services.development.domain.plan import Agreement, Plan, agree, plan_id, propose
from tests.development.given import COHORT_ID, LATER, MENTOR, NOW, evidence, gap, supplier

PLAN_ID = plan_id(COHORT_ID, supplier(1))
DELIVERABLE = Evidence("document", "PFMEA de la familia A", "EXP-12", "0" * 64)

NO_FINANCE = Modules("no-finance", modules().severity_weights, modules().modules[:19])

gap_sets = st.lists(
    st.sampled_from(["T05", "T06", "O03", "O05", "C02", "F01", "F02", "G05", "A01"]), unique=True, max_size=9
).map(lambda codes: tuple(gap(code) for code in codes))


def proposed(*questions: str) -> Plan:
    return propose(PLAN_ID, tuple(gap(question) for question in questions), modules())


def agreed(*questions: str) -> Plan:
    return sure(agree(proposed(*questions), "firm", NOW))


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


@given(gap_sets)
def test_every_gap_is_covered_or_named_as_uncovered(gaps: tuple[object, ...]) -> None:
    plan = propose(PLAN_ID, gaps, NO_FINANCE)  # type: ignore[arg-type]
    covered = {question for activity in plan.activities for question in activity.questions}
    assert covered.isdisjoint(plan.uncovered)
    assert covered | set(plan.uncovered) == {each.question for each in gaps}  # type: ignore[attr-defined]
    assert {"F01", "F02"}.isdisjoint(covered)


def test_an_activity_names_all_gaps_that_it_helps_to_close_and_only_them() -> None:
    plan = proposed("T05", "T10", "T02")
    assert {activity.module: activity.questions for activity in plan.activities} == {
        "M02": ("T10", "T02"),
        "M04": ("T05", "T10"),
    }


def test_costs_and_hours_are_sums() -> None:
    plan = proposed("T04", "A01")
    assert (plan.cost_from, plan.cost_to, plan.hours) == (Decimal(70_000), Decimal(175_000), 56)


def test_ids_come_from_what_they_name() -> None:
    assert proposed("T04") == proposed("T04")
    assert plan_id(COHORT_ID, supplier(2)) != PLAN_ID
    assert len({activity.activity_id for activity in proposed("T04", "A01", "O03").activities}) == 3


def test_agreeing() -> None:
    plan = agreed("T04")
    assert (plan.status, plan.agreed_at, plan.completed_at) == ("agreed", NOW, None)
    assert plan.agreements == (Agreement(0, "supplier", "firm", NOW),)


def test_agreeing_twice_is_refused() -> None:
    assert agree(agreed("T04"), "firm", LATER) == "plan_already_agreed"


def test_a_plan_without_activities_is_completed_by_its_agreement() -> None:
    plan = agreed()
    assert (plan.status, plan.completed_at) == ("completed", NOW)


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


def test_closed_are_the_questions_that_are_no_gap_any_more() -> None:
    plan = agreed("T04", "A01")
    assert plan.split(("A01", "O03")) == (("T04",), ("A01",))


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
