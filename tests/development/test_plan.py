from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from services.development.catalogue import modules
from services.development.domain.module import Modules
from services.development.domain.plan import Agreement, Plan, agree, plan_id, propose
from tests.development.decided import both_agree
from tests.development.given import COHORT_ID, LATER, MENTOR, NOW, gap, supplier

PLAN_ID = plan_id(COHORT_ID, supplier(1))

WITHOUT_M20 = tuple(module for module in modules().modules if module.code != "M20")
NO_FINANCE = Modules("no-finance", modules().severity_weights, WITHOUT_M20)

gap_sets = st.lists(
    st.sampled_from(["T05", "T06", "O03", "O05", "C02", "F01", "F02", "G05", "A01"]), unique=True, max_size=9
).map(lambda codes: tuple(gap(code) for code in codes))


def proposed(*questions: str) -> Plan:
    return propose(PLAN_ID, tuple(gap(question) for question in questions), modules(), bankable=True)


def agreed(*questions: str) -> Plan:
    return both_agree(proposed(*questions))


def sure(plan: Plan | str) -> Plan:
    assert isinstance(plan, Plan), plan
    return plan


@given(gap_sets)
def test_every_gap_is_covered_or_named_as_uncovered(gaps: tuple[object, ...]) -> None:
    plan = propose(PLAN_ID, gaps, NO_FINANCE, bankable=True)  # type: ignore[arg-type]
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
    assert plan.agreements == (Agreement(0, "supplier", "firm", NOW), Agreement(0, "mentor", MENTOR, NOW))
    half = sure(agree(proposed("T04"), MENTOR, "mentor", NOW))
    assert (half.status, half.program, half.firm) == ("proposed", MENTOR, None)
    assert agree(half, MENTOR, "supplier", NOW) == "same_person"
    assert agree(half, "another", "mentor", LATER) == half


def test_agreeing_twice_is_refused() -> None:
    assert agree(agreed("T04"), "firm", "supplier", LATER) == "plan_already_agreed"


def test_a_plan_without_activities_is_completed_by_its_agreement() -> None:
    plan = agreed()
    assert (plan.status, plan.completed_at) == ("completed", NOW)


def test_closed_are_the_questions_that_are_no_gap_any_more() -> None:
    plan = agreed("T04", "A01")
    assert plan.split(("A01", "O03")) == (("T04",), ("A01",))
