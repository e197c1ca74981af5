from dataclasses import replace
from itertools import pairwise

import pytest

from services.development.catalogue import modules
from services.development.domain.delivery import complete_activity, give_evidence
from services.development.domain.plan import Agreement, Plan, plan_id, propose
from services.development.domain.revision import agree_revision, revised
from tests.development.decided import both_agree
from tests.development.given import COHORT_ID, DELIVERABLE, LATER, MENTOR, NOW, evidence, gap, supplier

CATALOGUE = modules()


def sure(plan: Plan | str) -> Plan:
    assert isinstance(plan, Plan), plan
    return plan


def agreed(*questions: str) -> Plan:
    proposal = propose(
        plan_id(COHORT_ID, supplier(1)), [gap(question) for question in questions], CATALOGUE, bankable=True
    )
    return both_agree(proposal)


def revision(plan: Plan, *questions: str, before: tuple[str, ...] | None = None) -> Plan:
    """Of these gaps; `before` those of the plan, unless it says others."""
    known = plan.questions if before is None else before
    return at_levels(plan, dict.fromkeys(known, 1), dict.fromkeys(questions, 1))


def at_levels(plan: Plan, before: dict[str, int], now: dict[str, int]) -> Plan:
    until, since = ([gap(code, level=level) for code, level in levels.items()] for levels in (before, now))
    return revised(plan, until, since, CATALOGUE, LATER, bankable=True)


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
    """Seen: it was outdated, the next was to be waited for, and nothing made one."""
    half = sure(agree_revision(revision(agreed("T05"), "T05", "T06"), "firm", "supplier", LATER))
    plan = done(half)
    assert plan.revision is not None
    (more,) = plan.revision.activities
    assert (plan.status, plan.revision.firm, more.module, more.questions) == ("agreed", None, "M04", ("T06",))
    assert more.activity_id != plan.activities[0].activity_id
    assert revision(plan, "T05", "T06").revision == plan.revision
    whole = both(plan)
    assert [each.status for each in whole.activities] == ["completed", "planned"]
    kept = replace(plan, revision=half.revision)
    assert agree_revision(kept, "firm", "supplier", LATER) == "revision_outdated"


def test_a_plan_is_not_completed_while_more_is_proposed() -> None:
    """Seen: it ended, and what the firm had agreed on came after its end."""
    plan = done(revision(agreed("T04"), "T04", "A01"))
    assert (plan.status, plan.completed_at) == ("agreed", None)
    assert done(both(plan)).status == "completed"
    nothing_more = revision(plan, "T04", before=("T04", "A01"))
    assert (nothing_more.revision, nothing_more.status, nothing_more.completed_at) == (None, "completed", LATER)


@pytest.mark.parametrize(
    ("steps", "proposed"),
    [
        (({"T04": 1}, {"T04": 0}), True),
        (({"T04": 1}, {"T04": 1}), False),
        (({"T04": 1}, {"T04": 2}), False),
        (({"T04": 1}, {"T04": 2}, {"T04": 1}), True),
        (({"T04": 1}, {}, {"T04": 1}), True),
        (({"T04": 0}, {"T04": 0}, {"T04": 0}), False),
        (({"T04": 1}, {"T04": 0}, {"T04": 1}), False),
    ],
)
def test_a_level_that_falls_after_its_activity_is_done_is_worked_on_again(
    steps: tuple[dict[str, int], ...], proposed: bool
) -> None:
    """Seen: the plan knew the question, so that nothing was proposed for it any more."""
    plan = done(agreed("T04"))
    for before, now in pairwise(steps):
        plan = at_levels(plan, before, now)
    assert (plan.revision is not None) == proposed
    if plan.revision is not None:
        again = both(plan)
        assert [each.questions for each in again.activities] == [("T04",), ("T04",)]
        # Planned again, it is known; done again, it counts from the level of then.
        assert at_levels(again, steps[-1], steps[-1]).revision is None
        assert at_levels(done_again(again), steps[-1], steps[-1]).revision is None
        fallen_again = at_levels(done_again(again), steps[-1], {"T04": 0})
        assert (fallen_again.revision is not None) == (steps[-1]["T04"] > 0)


def done_again(plan: Plan) -> Plan:
    last = plan.activities[-1].activity_id
    plan = sure(give_evidence(plan, last, evidence(last)))
    return sure(complete_activity(plan, last, DELIVERABLE.identity(last), MENTOR, LATER))


def test_what_people_agreed_on_stays_on_record_when_it_is_void() -> None:
    """Seen: another proposal took a person's agreement away."""
    half = sure(agree_revision(revision(agreed("T04"), "T04", "A01"), "ana", "supplier", LATER))
    void = revision(half, "T04", "A01", "C02", before=("T04", "A01"))
    void = sure(agree_revision(void, MENTOR, "mentor", LATER))
    assert void.agreements == (
        Agreement(0, "supplier", "firm", NOW),
        Agreement(0, "mentor", MENTOR, NOW),
        Agreement(1, "supplier", "ana", LATER),
        Agreement(1, "mentor", MENTOR, LATER),
    )
    assert void.revision is not None
    assert void.revision.firm is None


def test_another_proposal_voids_the_agreement() -> None:
    half = sure(agree_revision(revision(agreed("T04"), "T04", "A01"), "firm", "supplier", LATER))
    other = revision(half, "T04", "A01", "C02")
    assert other.revision is not None
    assert (other.revision.firm, len(other.revision.activities)) == (None, 2)
    assert revision(half, "T04").revision is None
