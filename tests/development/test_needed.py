"""Which modules a plan has, and in which order; and that who is not bankable yet is by financing's rule."""

from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.development.catalogue import modules
from services.development.domain.bankable import is_bankable
from services.development.domain.diagnosis import Gap
from services.development.domain.needed import in_order, needed
from services.development.domain.plan import Plan, plan_id, propose
from services.development.domain.removal import Removal, TakenBack
from services.development.domain.revision import agree_revision, propose_removal, revised, take_removal_back
from services.financing import catalogue as financing
from services.financing.domain.eligibility import is_bankable as financing_finds
from services.financing.domain.facts import Diagnosis as FinancingDiagnosis
from tests.development.decided import both_agree
from tests.development.given import COHORT_ID, LATER, MENTOR, diagnosis, gap, supplier
from tests.development.test_cover import gap_sets

FINANCING = financing.read()
CODES = [module.code for module in modules().modules]


def codes(*questions: str, bankable: bool = True) -> list[str]:
    return [each.code for each in needed([gap(code) for code in questions], modules(), bankable=bankable)]


@given(gap_sets, st.booleans())
def test_no_module_comes_before_what_it_builds_on(gaps: tuple[Gap, ...], bankable: bool) -> None:
    chosen = needed(gaps, modules(), bankable=bankable)
    for first, later in combinations(chosen, 2):
        assert later.code not in modules().before(first.code)
    assert bankable or "M20" in [each.code for each in chosen]
    assert needed(gaps[::-1], modules(), bankable=bankable) == chosen


@given(st.lists(st.sampled_from(CODES), max_size=12))
def test_what_nothing_holds_up_stays_where_it_is(given_: list[str]) -> None:
    placed = in_order(given_, lambda code: code, modules())
    assert sorted(placed) == sorted(given_)
    assert in_order(placed, lambda code: code, modules()) == placed
    free = [code for code in given_ if not any(code in modules().before(each) for each in given_)]
    free = [code for code in free if modules().before(code).isdisjoint(given_)]
    assert [code for code in placed if code in free] == free


def test_ppap_comes_after_what_its_files_are_made_of() -> None:
    # M03 is worth most per hour (3 in 16), then M02 and M04; M06 closes T07 and T09, which M05 builds on.
    assert codes("T04", "T02", "T05", "T08", "T09") == ["M02", "M04", "M06", "M05", "M03"]
    assert codes("T04", "T09") == ["M06", "M03"], "also by way of a module that the plan does not have"
    assert codes("T04") == ["M03"], "who has no gap in a module has what it teaches"


def test_who_is_not_bankable_yet_has_the_module_that_makes_so() -> None:
    assert codes("T04", bankable=False) == ["M03", "M20"]
    assert codes("F01", "T04", bankable=False) == ["M03", "M20"], "once, where a gap asks for it too"
    assert codes() == []


@pytest.mark.parametrize("share", [None, 0, 4_999, 5_000, 10_000])
@pytest.mark.parametrize("tax", [None, 0, 1, 2, 4])
def test_who_is_bankable_is_financings_rule(share: int | None, tax: int | None) -> None:
    """Stages do not import each other: here the two say the same."""
    theirs = FinancingDiagnosis(supplier(1), 1, "C", "C2", 6_000, share, {"F05": tax})
    ours = replace(
        diagnosis(), dimensions={} if share is None else {"FIN": share}, levels={} if tax is None else {"F05": tax}
    )
    rule = modules().bankable
    assert rule is not None
    assert rule.tax_question == FINANCING.bankable.tax_question
    assert is_bankable(ours, rule) == financing_finds(theirs, FINANCING.bankable)
    assert is_bankable(None, rule)


def test_a_firm_that_is_not_bankable_any_more_is_proposed_the_module_once() -> None:
    plan = both_agree(propose(plan_id(COHORT_ID, supplier(1)), [gap("T04")], modules(), bankable=True))
    fell = revised(plan, [gap("T04")], [gap("T04")], modules(), LATER, bankable=False)
    assert fell.revision is not None
    assert [(each.module, each.questions) for each in fell.revision.activities] == [("M20", ())]
    whole = _both(fell)
    assert revised(whole, [gap("T04")], [gap("T04")], modules(), LATER, bankable=False).revision is None
    asked = Removal(whole.activities[1].activity_id, "Ya tiene crédito", "firm", "supplier", LATER)
    without = _both(sure(propose_removal(whole, asked, [gap("T04")], modules(), LATER, bankable=False)))
    assert [each.module for each in without.activities] == ["M03"]
    assert revised(without, [gap("T04")], [gap("T04")], modules(), LATER, bankable=False).revision is None
    said = TakenBack("firm", "supplier", LATER)
    back = sure(take_removal_back(without, asked.activity_id, said, [gap("T04")], modules(), bankable=False))
    assert back.revision is not None
    assert [each.module for each in back.revision.activities] == ["M20"]


def sure(plan: Plan | str) -> Plan:
    assert isinstance(plan, Plan), plan
    return plan


def _both(plan: Plan) -> Plan:
    half = agree_revision(plan, "firm", "supplier", LATER)
    return sure(agree_revision(sure(half), MENTOR, "mentor", LATER)) if sure(half).revision else sure(half)
