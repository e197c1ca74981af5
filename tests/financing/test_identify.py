"""Needs: when they are looked for, what tells of them, and what they may cost."""

from dataclasses import replace
from uuid import uuid5

import pytest

from services.financing.domain.case import Case
from services.financing.domain.facts import Activity, Diagnosis, Gap, Plan
from services.financing.domain.identify import with_needs
from services.financing.domain.money import money
from services.financing.domain.need import Need
from services.financing.domain.reasons import Purpose
from tests.financing.given import DIAGNOSIS, FIRM, NOW, SUPPLIER, TERMS, firm


def gaps(*questions: str) -> Diagnosis:
    return replace(DIAGNOSIS, gaps=tuple(Gap(question, "major") for question in questions))


def activity(module: str, question: str, cost: str, currency: str = "MXN") -> Activity:
    return Activity(uuid5(SUPPLIER, module), module, (question,), money(cost, currency))


PLAN = Plan(
    uuid5(SUPPLIER, "plan"),
    (activity("M01", "T01", "420000.00"), activity("M08", "T12", "150000.00"), activity("M09", "T11", "120000.00")),
)


def found(case: Case, purpose: Purpose) -> Need:
    return next(need for need in with_needs(case, TERMS, NOW.date()).needs if need.purpose == purpose)


@pytest.mark.parametrize(
    ("question", "purpose"),
    [
        ("F02", "receivables"),
        ("F06", "receivables"),
        ("C05", "purchase_order"),
        ("T11", "tooling"),
        ("T14", "machinery"),
        ("O04", "machinery"),
        ("O05", "machinery"),
        ("T01", "certification"),
        ("T12", "certification"),
        ("T09", "measuring"),
        ("G06", "measuring"),
        ("A05", "energy"),
        ("A02", "energy"),
        ("C07", "export"),
    ],
)
def test_a_gap_tells_of_a_need(question: str, purpose: Purpose) -> None:
    case = firm(diagnosis=gaps(question), contracts=())
    assert [(need.purpose, need.questions) for need in case.needs] == [(purpose, (question,))]


def test_a_won_contract_tells_of_working_capital() -> None:
    assert [need.purpose for need in firm(diagnosis=gaps()).needs] == ["purchase_order"]


def test_a_gap_that_costs_no_money_is_no_need() -> None:
    assert firm(diagnosis=gaps("G01"), contracts=()).needs == ()


@pytest.mark.parametrize(
    ("facts", "ready"),
    [
        ({"contracts": (), "cohort_id": None}, False),
        ({"contracts": ()}, True),
        ({"contracts": (), "cohort_id": None, "plan": PLAN}, True),
        ({"cohort_id": None}, True),
        ({"contracts": (), "diagnosis": None}, False),
    ],
    ids=["diagnosed only", "selected", "plan agreed", "contract won", "selected but not diagnosed"],
)
def test_needs_are_looked_for_once_it_is_settled_what_the_firm_does(facts: dict[str, object], ready: bool) -> None:
    assert bool(firm(**facts).needs) is ready


def test_certification_costs_what_the_plan_says_at_most() -> None:
    case = replace(firm(diagnosis=gaps("T01", "T12", "T11")), plan=PLAN)
    assert found(case, "certification").amount == money("570000.00")


def test_what_is_done_costs_nothing_more() -> None:
    case = replace(firm(diagnosis=gaps("T01", "T12")), plan=PLAN, completed=(uuid5(SUPPLIER, "M08"),))
    assert found(case, "certification").amount == money("420000.00")


def test_other_needs_have_no_amount_until_the_firm_states_it() -> None:
    assert found(replace(FIRM, plan=PLAN), "tooling").amount is None


def test_costs_of_several_currencies_are_no_estimate() -> None:
    mixed = Plan(PLAN.id, (activity("M01", "T01", "1.00"), activity("M08", "T12", "1.00", "USD")))
    assert found(replace(firm(diagnosis=gaps("T01", "T12")), plan=mixed), "certification").amount is None


def test_modules_are_the_plans_and_before_it_the_diagnosis() -> None:
    assert found(FIRM, "certification").modules == ("M01",)
    planned = Plan(PLAN.id, (activity("M99", "T01", "1.00"),))
    assert found(replace(FIRM, plan=planned), "certification").modules == ("M99",)


def test_a_closed_gap_closes_its_need_but_keeps_it_known() -> None:
    met = with_needs(replace(firm(), diagnosis=gaps("T11")), TERMS, NOW.date())
    need = next(need for need in met.needs if need.purpose == "certification")
    assert (need.open, need.questions) == (False, ())
    assert all("need_met" in option.reasons for option in need.options)


def test_the_same_facts_give_the_same_needs() -> None:
    assert firm() == with_needs(firm(), TERMS, NOW.date())


def test_partners_that_could_serve_are_listed_once() -> None:
    assert found(FIRM, "certification").eligible_partners == ("cluster", "nafin")
