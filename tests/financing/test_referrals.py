"""Sending a referral: only what is eligible, only on a consent that carries it, only what that consent names."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from services.financing.domain.facts import Gap
from services.financing.handlers import answers, consents, referrals, timers
from shared.contracts import financing
from shared.contracts import partner as contract
from shared.contracts.event import Money
from shared.messaging.decision import Decision, Refused
from tests.financing.given import (
    DIAGNOSIS,
    FIRM,
    NOW,
    REQUIREMENT,
    TERMS,
    answer,
    asked,
    consented,
    firm,
    need_of,
    of_type,
    referred,
    said,
    state,
    types,
)

DAY = timedelta(days=1)


def refer(case: Any = None, now: Any = NOW, **different: Any) -> Any:
    known = case or consented()
    return referrals.refer(known, asked(known, **different), now, TERMS)


def code(outcome: object) -> str:
    assert isinstance(outcome, Refused), outcome
    return outcome.code


def test_a_referral_is_told_to_the_program_and_to_its_partner() -> None:
    decision = refer()
    assert types(decision) == ["financing.referral-sent", "partner.referral"]
    sent, packed = decision.events
    assert sent.topic == "financing.referral.v1"
    assert packed.topic == "partner.nafin.referrals.v1"
    assert sent.referral_id == packed.referral_id == state(decision).referrals[0].id
    assert sent.answer_due_at == packed.answer_due_at == NOW + 20 * DAY
    assert [(timer.kind, timer.at) for timer in decision.timers] == [("case_deadline", NOW + 14 * DAY)]


def test_the_program_learns_nothing_personal_and_no_amount() -> None:
    told = of_type(refer(), financing.ReferralSent)[0].model_dump_json()
    assert not any(secret in told for secret in ("Ana", "TME840315KT6", "300000", "811"))


def test_the_partner_gets_what_it_needs() -> None:
    packed = of_type(refer(), contract.Referral)[0]
    assert (packed.identity.rfc, packed.identity.stratum, packed.contact.phone) == (
        "TME840315KT6",
        "small",
        "8110000000",
    )
    assert (packed.standing.tax_opinion, packed.standing.list_69b) == ("positive", "not_listed")
    assert packed.need == contract.Need(
        purpose="certification",
        amount=Money(amount="300000.00"),
        term_months=24,
        gaps=("T01",),
        requirement_id=REQUIREMENT,
    )
    assert packed.capacity.annual_sales == Money(amount="31500000.00")
    assert (packed.evidence.band, packed.evidence.overall, packed.evidence.version) == ("C1", 6800, 1)


def test_an_institution_without_credit_gets_no_capacity_whatever_the_consent_says() -> None:
    case = consented()
    wide = replace(case.consents[0], partner="cluster")
    decision = refer(replace(case, consents=(wide,)), product="cluster-certification-grant")
    packed = of_type(decision, contract.Referral)[0]
    assert (packed.shape, packed.capacity) == ("non_financial", None)
    assert packed.identity is not None


@pytest.mark.parametrize(
    ("different", "refusal"),
    [
        ({"need_id": FIRM.id}, "need_unknown"),
        ({"product": "nothing"}, "product_unknown"),
        ({"product": "bancomext-auto-tooling"}, "product_unknown"),
        ({"amount": "0.00"}, "amount_or_term_missing"),
        ({"term_months": 0}, "amount_or_term_missing"),
        ({"amount": "5000000.01"}, "amount_above_ceiling"),
        ({"term_months": 61}, "term_too_long"),
    ],
)
def test_what_is_not_sent(different: dict[str, Any], refusal: str) -> None:
    assert code(refer(**different)) == refusal


def test_a_firm_that_is_not_known_is_not_referred() -> None:
    assert code(referrals.refer(None, asked(firm()), NOW, TERMS)) == "need_unknown"


@pytest.mark.parametrize(
    ("facts", "refusal"),
    [
        ({"withdrawn": True}, "supplier_withdrawn"),
        ({"diagnosis": replace(DIAGNOSIS, fin_bp=4999)}, "not_bankable_yet"),
        ({"diagnosis": replace(DIAGNOSIS, gaps=(*DIAGNOSIS.gaps, Gap("A01", "critical")))}, "critical_gap_open"),
        ({"diagnosis": replace(DIAGNOSIS, gaps=())}, "need_met"),
        ({"profile": None}, "profile_missing"),
    ],
)
def test_the_firm_is_judged_as_it_is_now(facts: dict[str, Any], refusal: str) -> None:
    changed = state(timers.reassess(replace(consented(), **facts), {}, NOW, TERMS))
    assert code(refer(changed)) == refusal


def test_a_refusal_names_every_reason() -> None:
    refused = refer(amount="5000000.01", term_months=61)
    assert [each["code"] for each in refused.params["reasons"]] == ["amount_above_ceiling", "term_too_long"]


def test_no_consent_no_referral() -> None:
    assert code(refer(firm())) == "consent_missing"


def test_a_consent_to_another_partner_does_not_carry() -> None:
    assert code(refer(consented(partner="bancomext"))) == "consent_missing"


def test_a_consent_for_another_purpose_does_not_carry() -> None:
    assert code(refer(consented(purposes=("tooling",)))) == "purpose_not_consented"


def test_a_revoked_consent_does_not_carry() -> None:
    case = consented()
    assert code(refer(state(consents.revoke(case, case.consents[0].id, NOW, TERMS)))) == "consent_revoked"


def test_a_consent_holds_to_the_end_of_its_last_day() -> None:
    case = consented(expires_on=(NOW + DAY).date())
    assert isinstance(refer(case, NOW.replace(hour=23, minute=59) + DAY), Decision)
    assert code(refer(case, NOW.replace(hour=0, minute=0) + 2 * DAY)) == "consent_expired"


def test_an_earlier_wider_consent_is_not_fallen_back_on() -> None:
    assert code(refer(consented(consented(), purposes=("receivables",)))) == "purpose_not_consented"


def test_one_at_a_time_of_a_kind() -> None:
    assert code(refer(referred())) == "referral_already_open"


def test_after_a_refusal_it_may_be_tried_again() -> None:
    case = referred()
    declined = state(
        answers.declined(case, answer(contract.ReferralDeclined, case, reason="no_funds"), NOW, NOW, TERMS)
    )
    again = referred(declined)
    assert len({referral.id for referral in again.referrals}) == 2


def test_a_buyers_scheme_carries_the_buyers_requirement() -> None:
    case = consented()
    decision = refer(case, need_id=need_of(case, "receivables"), product="nafin-cadenas-productivas", term_months=3)
    packed = of_type(decision, contract.Referral)[0]
    assert (packed.shape, packed.need.requirement_id) == ("buyer_initiated", REQUIREMENT)


def test_the_firm_answers_a_request_for_information() -> None:
    case = referred()
    waiting = said(
        case, answers.information_requested, contract.InformationRequested, items=("Estados financieros 2025",)
    )
    decision = referrals.inform(waiting, case.referrals[0].id, NOW + DAY, TERMS)
    assert [moved.state for moved in of_type(decision, financing.ReferralAnswered)] == ["in_review"]
    assert code(referrals.inform(state(decision), case.referrals[0].id, NOW, TERMS)) == "nothing_requested"


def test_information_on_nothing() -> None:
    assert code(referrals.inform(referred(), FIRM.id, NOW, TERMS)) == "referral_unknown"
    assert code(referrals.inform(None, FIRM.id, NOW, TERMS)) == "referral_unknown"
