from services.development.catalogue import modules
from services.development.domain.plan import Plan, agree, complete_activity, give_evidence, plan_id, propose
from services.development.domain.revision import agree_revision, revised
from tests.development.given import COHORT_ID, DELIVERABLE, LATER, MENTOR, NOW, evidence, gap, supplier

CATALOGUE = modules()


def sure(plan: Plan | str) -> Plan:
    assert isinstance(plan, Plan), plan
    return plan


def agreed(*questions: str) -> Plan:
    proposal = propose(plan_id(COHORT_ID, supplier(1)), [gap(question) for question in questions], CATALOGUE)
    return sure(agree(proposal, NOW))


def revision(plan: Plan, *questions: str) -> Plan:
    return revised(plan, [gap(question) for question in questions], CATALOGUE)


def both(plan: Plan) -> Plan:
    plan = sure(agree_revision(plan, "firm", "supplier", LATER))
    return sure(agree_revision(plan, MENTOR, "mentor", LATER))


def done(plan: Plan) -> Plan:
    for each in plan.activities:
        plan = sure(give_evidence(plan, each.activity_id, evidence(each.activity_id)))
        plan = sure(complete_activity(plan, each.activity_id, DELIVERABLE.identity(each.activity_id), MENTOR, NOW))
    return plan


def test_a_gap_that_came_later_is_proposed_and_holds_once_both_agreed() -> None:
    """Seen: a new critical gap was not in the plan, which ended as completed."""
    plan = revision(agreed("T04"), "T04", "A01")
    assert plan.revision is not None
    assert [each.module for each in plan.revision.activities] == ["M22"]
    half = sure(agree_revision(plan, "firm", "supplier", LATER))
    assert half.questions == ("T04",)
    whole = sure(agree_revision(half, MENTOR, "mentor", LATER))
    assert (whole.questions, whole.revision, whole.revisions) == (("A01", "T04"), None, 1)
    assert agree_revision(whole, "firm", "supplier", LATER) == "revision_not_found"


def test_nobody_agrees_on_both_sides() -> None:
    half = sure(agree_revision(revision(agreed("T04"), "T04", "A01"), "ana", "supplier", LATER))
    assert agree_revision(half, "ana", "mentor", LATER) == "same_person"


def test_a_completed_plan_is_under_way_again_by_its_revision() -> None:
    completed = done(agreed("T04"))
    assert completed.status == "completed"
    plan = both(revision(completed, "A01"))
    assert (plan.status, plan.completed_at) == ("agreed", None)
    assert done(plan).status == "completed"


def test_a_planned_activity_closes_more_and_keeps_its_evidence_and_a_completed_one_is_followed_by_another() -> None:
    plan = revision(agreed("T05"), "T05", "T06")
    assert plan.revision is not None
    (activity,) = plan.activities
    plan = sure(give_evidence(plan, activity.activity_id, evidence(activity.activity_id)))
    assert revision(plan, "T05", "T06") == plan
    wider = both(plan)
    assert [(each.module, each.questions, len(each.evidence)) for each in wider.activities] == [
        ("M04", ("T05", "T06"), 1)
    ]
    after = both(revision(done(agreed("T05")), "T06"))
    assert [(each.module, each.questions) for each in after.activities] == [("M04", ("T05",)), ("M04", ("T06",))]
    assert len({each.activity_id for each in after.activities}) == 2


def test_a_proposal_of_what_was_completed_meanwhile_is_made_anew() -> None:
    plan = done(revision(agreed("T05"), "T05", "T06"))
    assert agree_revision(plan, "firm", "supplier", LATER) == "revision_outdated"
    assert both(revision(plan, "T05", "T06")).status == "agreed"


def test_another_proposal_voids_the_agreement() -> None:
    half = sure(agree_revision(revision(agreed("T04"), "T04", "A01"), "firm", "supplier", LATER))
    other = revision(half, "T04", "A01", "C02")
    assert other.revision is not None
    assert (other.revision.firm, len(other.revision.activities)) == (None, 2)
    assert revision(half, "T04").revision is None
