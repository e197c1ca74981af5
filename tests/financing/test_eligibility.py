"""Each limit of a product and of a firm, on both of its sides."""

from dataclasses import replace
from datetime import date
from typing import Any, get_args, get_type_hints

import pytest

from services.financing.domain import eligibility
from services.financing.domain.case import Case
from services.financing.domain.facts import Contract, Diagnosis, Gap, Profile
from services.financing.domain.money import money
from services.financing.domain.partner import partner
from services.financing.domain.product import Product, anniversary
from tests.financing.given import DIAGNOSIS, FIRM, NOW, PROFILE, TERMS, firm

TODAY = NOW.date()


def product(code: str) -> Product:
    found = TERMS.product(code)
    assert found is not None
    return found


def against(code: str, amount: str | None = None, case: Case = FIRM, currency: str = "MXN", **more: Any) -> Any:
    stated = None if amount is None else money(amount, currency)
    return eligibility.of_product(case, TERMS, product(code), TODAY, stated, **more)


def diagnosed(**different: Any) -> Case:
    return replace(FIRM, diagnosis=replace(DIAGNOSIS, **different))


def levels(**different: int | None) -> Case:
    return diagnosed(levels=DIAGNOSIS.levels | different)


def profiled(**different: Any) -> Case:
    return replace(FIRM, profile=replace(PROFILE, **different))


def of_firm(case: Case) -> tuple[str, ...]:
    return eligibility.of_firm(case, TERMS.bankable)


def test_nothing_stands_against_the_firm() -> None:
    assert of_firm(FIRM) == ()


@pytest.mark.parametrize(
    ("case", "reason"),
    [
        (replace(FIRM, profile=None), "profile_missing"),
        (replace(FIRM, withdrawn=True), "supplier_withdrawn"),
        (replace(FIRM, diagnosis=None), "not_diagnosed"),
        (profiled(list_69b="definitive"), "on_69b_list"),
        (profiled(list_date=None), "list_69b_unchecked"),
        (diagnosed(gaps=(Gap("A01", "critical"),)), "critical_gap_open"),
        (diagnosed(fin_bp=4999), "not_bankable_yet"),
        (diagnosed(fin_bp=None), "not_evaluated"),
        (levels(F05=1), "not_bankable_yet"),
        (levels(F05=0), "not_bankable_yet"),
        (levels(F05=None), "not_evaluated"),
        (levels(A01=None), "not_evaluated"),
        (levels(A03=None), "not_evaluated"),
        (diagnosed(levels={}), "not_evaluated"),
    ],
)
def test_what_stands_against_any_referral(case: Case, reason: str) -> None:
    assert of_firm(case) == (reason,)


UNKNOWN: dict[str, tuple[Case, str]] = {
    "Case.profile": (replace(FIRM, profile=None), "profile_missing"),
    "Case.diagnosis": (replace(FIRM, diagnosis=None), "not_diagnosed"),
    "Profile.list_date": (profiled(list_date=None), "list_69b_unchecked"),
    "Diagnosis.fin_bp": (diagnosed(fin_bp=None), "not_evaluated"),
    "Contract.annual_value": (
        replace(FIRM, contracts=(replace(FIRM.contracts[0], annual_value=None),)),
        "contract_value_unknown",
    ),
}
DECIDES_NOTHING = {
    "Profile.rfc",  # of natural persons, whose identity an operator confirms for each consent
    "Profile.legal_name",
    "Case.cohort_id",  # a place and a plan are for what is needed, not for whether it may be had
    "Case.plan",
    "Case.plan_told_at",
    "Case.wake_at",
}


def test_whatever_may_be_unknown_of_a_firm_stands_against_it() -> None:
    """Every field that may be None of what eligibility reads; a new one says here what that means."""
    optional = {
        f"{kind.__name__}.{name}"
        for kind in (Case, Profile, Diagnosis, Contract)
        for name, type_ in get_type_hints(kind).items()
        if type(None) in get_args(type_)
    }
    assert optional == {*UNKNOWN, *DECIDES_NOTHING}
    for case, reason in UNKNOWN.values():
        assert reason in (*of_firm(case), *against("nafin-cadenas-productivas", "100.00", case))
    assert against("nafin-guaranteed-simple", case=profiled(tax_opinion="unknown")) == ("tax_opinion_missing",)


@pytest.mark.parametrize(
    "case",
    [
        diagnosed(fin_bp=5000),
        levels(F05=2),
        levels(T12=None),
        *(profiled(list_69b=state) for state in ("not_listed", "presumed", "disproved", "favourable_ruling")),
    ],
)
def test_what_does_not(case: Case) -> None:
    assert of_firm(case) == ()


def test_not_bankable_yet_leaves_no_option() -> None:
    case = firm(diagnosis=replace(DIAGNOSIS, fin_bp=4999))
    options = [option for need in case.needs for option in need.options]
    assert options
    assert not any(option.eligible for option in options)
    assert all(option.reasons[0] == "not_bankable_yet" for option in options)


@pytest.mark.parametrize(
    ("amount", "reasons"),
    [(None, ()), ("0.01", ()), ("5000000.00", ()), ("5000000.01", ("amount_above_ceiling",))],
)
def test_ceiling(amount: str | None, reasons: tuple[str, ...]) -> None:
    assert against("nafin-guaranteed-simple", amount) == reasons


@pytest.mark.parametrize(
    ("amount", "reasons"), [("2999999.99", ("amount_below_floor",)), ("3000000.00", ()), ("90000000.00", ())]
)
def test_floor_of_direct_credit(amount: str, reasons: tuple[str, ...]) -> None:
    assert against("bancomext-direct", amount, profiled(stratum="medium"), "USD") == reasons


def test_currency() -> None:
    assert against("nafin-guaranteed-simple", "100.00", currency="USD") == ("currency_not_served",)


@pytest.mark.parametrize(("months", "reasons"), [(60, ()), (61, ("term_too_long",))])
def test_term(months: int, reasons: tuple[str, ...]) -> None:
    assert against("nafin-guaranteed-simple", "100.00", term_months=months) == reasons


@pytest.mark.parametrize(
    ("since", "reasons"),
    [(date(2024, 3, 2), ()), (date(2024, 3, 3), ("operating_time_too_short",))],
)
def test_years_of_operation(since: date, reasons: tuple[str, ...]) -> None:
    assert against("nafin-guaranteed-simple", case=profiled(operating_since=since)) == reasons


@pytest.mark.parametrize(
    ("start", "years", "day"),
    [
        (date(2024, 2, 29), 1, date(2025, 3, 1)),
        (date(2024, 2, 29), 4, date(2028, 2, 29)),
        (date(2020, 5, 1), 0, date(2020, 5, 1)),
    ],
)
def test_anniversaries(start: date, years: int, day: date) -> None:
    assert anniversary(start, years) == day


@pytest.mark.parametrize(
    ("opinion", "reasons"),
    [
        ("positive", ()),
        ("unknown", ("tax_opinion_missing",)),
        ("negative", ("tax_opinion_not_accepted",)),
        ("negative_with_plan", ("tax_opinion_not_accepted",)),
        ("in_suspension", ("tax_opinion_not_accepted",)),
        ("registered_without_obligations", ("tax_opinion_not_accepted",)),
    ],
)
def test_tax_opinion(opinion: str, reasons: tuple[str, ...]) -> None:
    assert against("nafin-guaranteed-simple", case=profiled(tax_opinion=opinion)) == reasons


def test_a_scheme_of_the_buyer_asks_nothing_of_the_supplier_but_its_buyer() -> None:
    poor = profiled(tax_opinion="negative", operating_since=TODAY)
    assert against("nafin-cadenas-productivas", case=poor) == ()
    alone = replace(poor, matches=(), contracts=())
    assert against("nafin-cadenas-productivas", case=alone) == ("anchor_must_enroll",)


@pytest.mark.parametrize(("facts", "reasons"), [({"matches": ()}, ()), ({"contracts": ()}, ("anchor_must_enroll",))])
def test_a_contract_is_the_buyers_word_and_a_match_is_none(facts: dict[str, Any], reasons: tuple[str, ...]) -> None:
    assert against("nafin-cadenas-productivas", case=replace(FIRM, **facts)) == reasons


@pytest.mark.parametrize(
    ("amount", "currency", "reasons"),
    [
        ("12000000.00", "MXN", ()),
        ("12000000.01", "MXN", ("amount_above_contracts",)),
        ("9000000000.00", "MXN", ("amount_above_contracts",)),
        ("0.01", "USD", ("amount_above_contracts",)),
    ],
)
def test_a_scheme_of_the_buyer_is_bounded_by_what_it_buys(amount: str, currency: str, reasons: tuple[str, ...]) -> None:
    assert against("nafin-cadenas-productivas", amount, currency=currency) == reasons


def test_the_contracts_of_all_anchors_count() -> None:
    first = FIRM.contracts[0]
    more = replace(FIRM, contracts=(first, replace(first, match_id=FIRM.id)))
    assert against("nafin-cadenas-productivas", "24000000.00", more) == ()
    assert against("nafin-cadenas-productivas", "24000000.01", more) == ("amount_above_contracts",)


def test_what_a_contract_is_worth_may_be_unknown() -> None:
    first = FIRM.contracts[0]
    more = replace(FIRM, contracts=(first, replace(first, match_id=FIRM.id, annual_value=None)))
    assert against("nafin-cadenas-productivas", "12000000.00", more) == ()
    assert against("nafin-cadenas-productivas", "12000000.01", more) == ("contract_value_unknown",)


@pytest.mark.parametrize(
    ("code", "case", "reason"),
    [
        ("bancomext-auto-working-capital", replace(FIRM, contracts=()), "contract_missing"),
        ("bancomext-export-factoring", profiled(exports=False), "exports_missing"),
        ("bancomext-equipment", replace(FIRM, contracts=(), matches=()), "anchor_missing"),
        ("bancomext-auto-tooling", profiled(stratum="micro"), "stratum_not_served"),
        ("nafin-guaranteed-simple", profiled(stratum="large"), "stratum_not_served"),
        ("bancomext-direct", profiled(stratum="medium", kind="natural"), "taxpayer_kind_not_served"),
    ],
)
def test_conditions(code: str, case: Case, reason: str) -> None:
    assert against(code, case=case) == (reason,)


def test_a_partner_that_left_takes_nothing() -> None:
    left = partner("nafin", "Nacional Financiera", "development_bank", 20, active=False)
    terms = replace(TERMS, partners=(left,))
    assert eligibility.of_product(FIRM, terms, product("nafin-guaranteed-simple"), TODAY) == ("partner_inactive",)


def test_all_reasons_are_told() -> None:
    young = replace(profiled(operating_since=TODAY, tax_opinion="negative", stratum="large"), contracts=())
    assert against("nafin-guaranteed-revolving", "6000000.00", young, term_months=99) == (
        "stratum_not_served",
        "operating_time_too_short",
        "tax_opinion_not_accepted",
        "contract_missing",
        "amount_above_ceiling",
        "term_too_long",
    )


def test_the_day_on_which_a_product_opens() -> None:
    young = profiled(operating_since=date(2025, 6, 1))
    assert eligibility.ripens_on(young, TERMS, frozenset({"certification"}), TODAY) == date(2026, 6, 1)
    assert eligibility.ripens_on(young, TERMS, frozenset({"certification"}), date(2026, 6, 1)) == date(2027, 6, 1)
    assert eligibility.ripens_on(young, TERMS, frozenset({"certification"}), date(2027, 6, 1)) is None
    assert eligibility.ripens_on(young, TERMS, frozenset(), TODAY) is None
