"""An activity that is taken out of an agreed plan, and taken back."""

from dataclasses import replace

import pytest

from services.development.catalogue import modules
from services.development.domain.changes import of_another_mentor
from services.development.domain.evidence import AuthorRole
from services.development.domain.history import By
from services.development.domain.plan import Plan
from services.development.domain.removal import Removal, TakenBack
from services.development.domain.revision import agree_revision, propose_removal, take_removal_back
from services.development.views.plans import RevisionView
from tests.development.given import LATER, MENTOR, NOW, gap
from tests.development.test_revision import agreed, at_levels, both, done, done_again, revision, sure

GAPS = (gap("T04"), gap("A01"))
WHY = "Ya se hizo con otro cliente"


def removing(plan: Plan, module: str, by: str = "ana", role: AuthorRole = "supplier") -> Plan | str:
    activity = next(each for each in plan.activities if each.module == module)
    return propose_removal(plan, Removal(activity.activity_id, WHY, by, role, NOW), GAPS, modules(), NOW, bankable=True)


def taking_back(plan: Plan, number: int = 0, gaps: tuple[str, ...] = ("T04", "A01")) -> Plan | str:
    removal = plan.revision.removals[0] if plan.revision else plan.removals[number].removal
    said = TakenBack(MENTOR, "mentor", LATER)
    return take_removal_back(plan, removal.activity_id, said, [gap(code) for code in gaps], modules(), bankable=True)


def test_an_activity_is_removed_once_both_agreed_and_its_gap_is_still_known() -> None:
    """Seen: a revision could only add."""
    asked = sure(removing(agreed("T04", "A01"), "M22"))
    assert asked.revision is not None
    assert [each.role for each in asked.revision.removals] == ["supplier"]
    assert len(asked.activities) == 2
    assert sure(agree_revision(asked, "ana", "supplier", LATER)).activities == asked.activities
    less = both(asked)
    assert ([each.module for each in less.activities], less.revision, less.revisions) == (["M03"], None, 1)
    assert less.questions == ("A01", "T04")
    (settled,) = less.removals
    assert (settled.activity.module, settled.removal.reason, settled.agreed_at) == ("M22", WHY, LATER)
    assert revision(less, "T04", "A01").revision is None


@pytest.mark.parametrize(("by", "role"), [(MENTOR, "mentor"), ("ana", "supplier")])
def test_whoever_proposed_all_of_it_has_agreed_by_that(by: str, role: AuthorRole) -> None:
    """Seen: a mentor was asked to agree to what they had proposed themselves."""
    asked = sure(removing(agreed("T04", "A01"), "M22", by, role))
    assert asked.revision is not None
    assert (asked.revision.mentor, asked.revision.firm) == ((by, None) if role == "mentor" else (None, by))
    other: AuthorRole = "supplier" if role == "mentor" else "mentor"
    assert agree_revision(asked, by, other, LATER) == "same_person"
    less = sure(agree_revision(asked, "beto", other, LATER))
    assert [each.module for each in less.activities] == ["M03"]


def test_what_both_proposed_waits_for_both() -> None:
    one = sure(removing(agreed("T04", "A01"), "M22", MENTOR, "mentor"))
    two = sure(removing(one, "M03", "ana", "supplier"))
    assert two.revision is not None
    assert (two.revision.firm, two.revision.mentor) == (None, None)
    only = sure(taking_back(two))
    assert only.revision is not None
    assert (only.revision.firm, only.revision.mentor) == ("ana", None)


def test_what_a_former_mentor_proposed_is_the_next_one_s_to_agree_to() -> None:
    """Seen: it was shown as the present mentor's, and with another proposal beside it as agreed to by the program."""
    asked = sure(removing(agreed("T04", "A01"), "M22", MENTOR, "mentor"))
    after = of_another_mentor(asked, By("operator", LATER, "operator"))
    assert after.revision is not None
    assert (after.revision.mentor, [each.former for each in after.revision.removals]) == (None, [True])
    more = sure(removing(after, "M03", "mentor-2", "mentor"))
    assert more.revision is not None
    assert (more.revision.mentor, [each.former for each in more.revision.removals]) == (None, [True, False])
    shown = RevisionView.of_revision(more.revision, modules())
    assert [(each.role, each.former) for each in shown.removals] == [("mentor", True), ("mentor", False)]
    both_agreed = sure(
        agree_revision(sure(agree_revision(more, "mentor-2", "mentor", LATER)), "ana", "supplier", LATER)
    )
    assert both_agreed.activities == ()


def test_a_firm_s_proposal_stays_the_firm_s_whoever_is_its_mentor() -> None:
    asked = sure(removing(agreed("T04", "A01"), "M22"))
    after = of_another_mentor(asked, By("operator", LATER, "operator"))
    assert after.revision == asked.revision


def test_nobody_agrees_on_both_sides_of_a_removal() -> None:
    half = sure(agree_revision(sure(removing(agreed("T04"), "M03")), "ana", "supplier", LATER))
    assert agree_revision(half, "ana", "mentor", LATER) == "same_person"


def test_what_is_done_or_proposed_already_or_not_agreed_is_not_removed() -> None:
    plan = agreed("T04", "A01")
    assert removing(done(plan), "M22") == "activity_already_completed"
    assert removing(sure(removing(plan, "M22")), "M22") == "removal_already_proposed"
    assert removing(replace(plan, status="proposed"), "M22") == "plan_not_agreed"
    elsewhere = Removal(plan.plan_id, WHY, "ana", "supplier", NOW)
    assert propose_removal(plan, elsewhere, GAPS, modules(), NOW, bankable=True) == "activity_not_found"


def test_the_plan_is_completed_where_all_that_is_left_is_done() -> None:
    plan = agreed("T04", "A01")
    asked = sure(removing(plan, "M22"))
    finished = done_again(replace(asked, activities=tuple(reversed(asked.activities))))
    assert (finished.status, finished.revision is None) == ("agreed", False)
    less = both(finished)
    assert (less.status, less.completed_at) == ("completed", LATER)
    nothing_left = both(sure(removing(both(sure(removing(plan, "M22"))), "M03")))
    assert (nothing_left.status, nothing_left.questions) == ("completed", ("A01", "T04"))


def test_whoever_proposed_it_another_proposal_voids_the_agreement_and_keeps_the_removal() -> None:
    half = sure(agree_revision(sure(removing(agreed("T04", "A01"), "M22")), "firm", "supplier", LATER))
    more = revision(half, "T04", "A01", "C02")
    assert more.revision is not None
    assert (more.revision.firm, len(more.revision.removals), len(more.revision.activities)) == (None, 1, 1)
    whole = both(more)
    assert [each.module for each in whole.activities] == ["M03", more.revision.activities[0].module]
    beside = sure(removing(sure(agree_revision(revision(agreed("T04"), "T04", "C02"), "firm", "supplier", NOW)), "M03"))
    assert beside.revision is not None
    assert (beside.revision.firm, len(beside.revision.activities)) == (None, 1)


def test_an_activity_that_is_to_go_is_not_widened() -> None:
    asked = sure(removing(agreed("T05"), "M04"))
    more = revision(asked, "T05", "T06")
    assert more.revision is not None
    assert more.revision.activities[0].activity_id != more.activities[0].activity_id
    assert [(each.module, each.questions) for each in both(more).activities] == [("M04", ("T06",))]


@pytest.mark.parametrize("agreed_before", [False, True])
def test_a_removal_is_taken_back_and_stays_on_record(*, agreed_before: bool) -> None:
    asked = sure(removing(agreed("T04", "A01"), "M22"))
    back = sure(taking_back(both(asked) if agreed_before else asked))
    (settled,) = back.removals
    assert (settled.agreed_at is None, settled.taken_back) == (not agreed_before, TakenBack(MENTOR, "mentor", LATER))
    if agreed_before:
        assert back.revision is not None
        assert [each.questions for each in back.revision.activities] == [("A01",)]
        again = both(back)
        assert again.activities[-1].activity_id != settled.activity.activity_id
        assert taking_back(again) == "removal_not_found"
    else:
        assert (back.revision, len(back.activities)) == (None, 2)


def test_of_a_removal_that_is_taken_back_nothing_is_proposed_for_a_gap_that_closed() -> None:
    less = done(both(sure(removing(agreed("T04", "A01"), "M22"))))
    assert less.status == "completed"
    back = sure(taking_back(less, gaps=("T04",)))
    assert (back.revision, back.status) == (None, "completed")


def test_an_activity_that_is_done_meanwhile_is_removed_no_more() -> None:
    half = sure(agree_revision(sure(removing(agreed("T04", "A01"), "M22")), "firm", "supplier", LATER))
    plan = done(half)
    assert (plan.status, plan.revision, len(plan.activities)) == ("completed", None, 2)
    assert [(each.agreed_at, each.taken_back and each.taken_back.role) for each in plan.removals] == [(None, "mentor")]


def test_a_level_that_falls_below_that_of_the_removal_is_proposed_for_again() -> None:
    less = both(sure(removing(agreed("T04", "A01"), "M22")))
    same = {"T04": 1, "A01": 1}
    assert at_levels(less, same, same).revision is None
    fallen = at_levels(less, same, same | {"A01": 0})
    assert fallen.revision is not None
    assert [each.questions for each in fallen.revision.activities] == [("A01",)]
    worked_on = done_again(both(fallen))
    assert at_levels(worked_on, same | {"A01": 0}, same | {"A01": 0}).revision is None
