"""Decisions on development plans: agreement, activities, completion."""

from dataclasses import replace
from uuid import UUID

from services.development.catalogue import modules
from services.development.domain.candidate import Candidate
from services.development.handlers import facts, plans
from shared.contracts.development import (
    ActivityCompleted,
    ActivityReopened,
    PlanAgreed,
    PlanCompleted,
)
from shared.contracts.event import Money
from shared.messaging.decision import Decision
from tests.development import given
from tests.development.decided import agreed, code, complete, plan_of, sure, with_plan

FIRM, PROGRAM = plans.Author("firm", "supplier"), plans.Author(given.MENTOR, "mentor")


def assigned(*questions: str) -> Candidate:
    return sure(plans.assign_mentor(with_plan(*questions), given.MENTOR, "operator-1", given.NOW))


def test_agreement_tells_activities_and_their_cost_range() -> None:
    half = sure(plans.agree_plan(assigned("T04"), FIRM, given.NOW))
    decision = plans.agree_plan(half, PROGRAM, given.NOW)
    assert isinstance(decision, Decision)
    (event,) = decision.events
    assert isinstance(event, PlanAgreed)
    assert event.agreed_at == given.NOW
    (activity,) = event.activities
    assert (activity.module, activity.kind, activity.hours, activity.questions) == ("M03", "training", 16, ("T04",))
    assert (activity.cost_from, activity.cost_to) == (Money(amount="20000.00"), Money(amount="45000.00"))


def test_completing_tells_the_activity_and_with_the_last_one_the_plan() -> None:
    firm = agreed("T04", "A01")
    first, second = plan_of(firm).activities
    decision = complete(firm, first.activity_id)
    assert isinstance(decision, Decision)
    assert [type(event) for event in decision.events] == [ActivityCompleted]
    firm = sure(decision)
    assert firm.diagnosis is not None
    assert set(firm.diagnosis.gap_questions) == {"T04", "A01"}
    firm = sure(facts.gap_rescored(firm, given.gap_rescored("T04", "A01"), given.NOW, modules()))
    decision = complete(firm, second.activity_id, now=given.LATER)
    assert isinstance(decision, Decision)
    done, completed = decision.events
    assert isinstance(done, ActivityCompleted)
    assert (done.module, done.questions) == (second.module, second.questions)
    assert done.evidence_id == given.DELIVERABLE.identity(second.activity_id)
    assert isinstance(completed, PlanCompleted)
    assert (completed.closed, completed.open, completed.completed_at) == (("T04",), ("A01",), given.LATER)


def test_what_is_reopened_is_held_when_it_was_whoever_returned_its_evidence() -> None:
    """Seen: readers heard that the dates of a plan without a calendar had moved."""
    for questions in (("T04",), ("T04", "A01")):
        firm = agreed(*questions)
        first = plan_of(firm).activities[0]
        done, evidence = sure(complete(firm, first.activity_id)), first.evidence[0].evidence_id
        by_assessor = facts.evidence_returned(done, given.evidence_returned("T04", evidence), given.LATER)
        by_mentor = plans.return_evidence(done, first.activity_id, evidence, "blurred", given.MENTOR, given.LATER)
        for returned in (by_assessor, by_mentor):
            assert isinstance(returned, Decision)
            assert [type(event) for event in returned.events] == [ActivityReopened]


def test_the_same_evidence_again_is_told_once() -> None:
    firm = agreed("T04")
    activity_id = plan_of(firm).activities[0].activity_id
    firm = sure(complete(firm, activity_id))
    again = complete(firm, activity_id, now=given.LATER)
    assert again == Decision(firm)


def test_a_plan_without_activities_is_agreed_and_completed_at_once() -> None:
    half = plans.agree_plan(assigned(), FIRM, given.NOW)
    assert isinstance(half, Decision)
    assert half.events == (), "one of two has agreed"
    decision = plans.agree_plan(half.state, PROGRAM, given.NOW)
    assert isinstance(decision, Decision)
    assert [type(event) for event in decision.events] == [PlanAgreed, PlanCompleted]


def test_commands_on_plans_that_are_not_there_are_refused() -> None:
    assert code(plans.agree_plan(None, FIRM, given.NOW)) == "plan_not_found"
    assert code(plans.agree_plan(given.candidate(), FIRM, given.NOW)) == "plan_not_found"
    assert code(plans.agree_plan(agreed("T04"), FIRM, given.NOW)) == "plan_already_agreed"
    assert code(complete(agreed("T04"), UUID(int=1))) == "activity_not_found"


def test_the_plan_of_a_firm_that_withdrew_stands_still() -> None:
    gone = replace(agreed("T04"), withdrawn=True)
    activity_id = plan_of(gone).activities[0].activity_id
    assert code(complete(gone, activity_id)) == "supplier_withdrawn"


def test_only_the_assigned_mentor_acts_as_one() -> None:
    firm = agreed("T04")
    activity_id = plan_of(firm).activities[0].activity_id
    other = plans.Author("mentor-2", "mentor")
    for assigned, expected in ((given.MENTOR, "not_assigned"), (None, "mentor_unassigned")):
        firm = sure(plans.assign_mentor(firm, assigned, "operator-1", given.NOW))
        assert code(complete(firm, activity_id, "mentor-2")) == expected
        assert code(plans.give_evidence(firm, activity_id, given.DELIVERABLE, other, given.NOW)) == expected


def test_what_a_mentor_agreed_to_is_void_with_another_mentor() -> None:
    half = sure(plans.agree_plan(assigned("T04"), PROGRAM, given.NOW))
    assert sure(plans.assign_mentor(half, given.MENTOR, "operator-1", given.LATER)) == half, "the same one"
    other = sure(plans.assign_mentor(half, "mentor-2", "operator-1", given.LATER))
    firm = sure(plans.agree_plan(other, FIRM, given.LATER))
    assert (plan_of(firm).status, plan_of(firm).program) == ("proposed", None)
    assert [each.what for each in plan_of(firm).changes][-2:] == ["agreement_void", "agreed"]
    both = sure(plans.agree_plan(firm, plans.Author("mentor-2", "mentor"), given.LATER))
    assert plan_of(both).status == "agreed"
    after = sure(plans.assign_mentor(both, given.MENTOR, "operator-1", given.LATER))
    assert plan_of(after) == plan_of(both), "what is in force stays"


def test_a_plan_that_is_open_again_has_not_ended() -> None:
    firm = agreed("T04")
    activity_id = plan_of(firm).activities[0].activity_id
    evidence_id = given.DELIVERABLE.identity(activity_id)
    done = sure(complete(firm, activity_id))
    assert done.cohort_id is not None
    assert done.effect.mark(done.cohort_id, "T1") is not None
    again = sure(plans.return_evidence(done, activity_id, evidence_id, "not it", given.MENTOR, given.LATER))
    assert (plan_of(again).status, again.effect.mark(done.cohort_id, "T1")) == ("agreed", None)
    left = facts.evidence_returned(
        replace(done, withdrawn=True), given.evidence_returned("T04", evidence_id), given.LATER
    ).state
    assert left is not None
    assert (end := left.effect.mark(done.cohort_id, "T1")) is not None
    assert not end.retained, "it left before its plan was done"


def test_nobody_assigns_themselves() -> None:
    assert code(plans.assign_mentor(with_plan("T04"), given.MENTOR, given.MENTOR, given.NOW)) == "assigned_themselves"
    assert code(plans.assign_mentor(None, given.MENTOR, "operator-1", given.NOW)) == "plan_not_found"


def test_a_plan_of_which_all_is_done_is_completed_once_nothing_more_is_proposed() -> None:
    firm = sure(facts.diagnosis_completed(agreed("T04"), given.diagnosis_completed("T04", "A01"), given.NOW, modules()))
    decision = complete(firm, plan_of(firm).activities[0].activity_id)
    assert isinstance(decision, Decision)
    assert [type(event) for event in decision.events] == [ActivityCompleted]
    closed = given.gap_rescored("A01", "T04")
    decision = facts.gap_rescored(sure(decision), closed, given.LATER, modules())
    (event,) = decision.events
    assert isinstance(event, PlanCompleted)
    assert (event.open, event.completed_at) == (("T04",), given.LATER)
    assert plan_of(sure(decision)).revision is None
