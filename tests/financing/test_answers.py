"""What partners answer: whose it is, what is told of it, and that what cannot be so is refused."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.financing.domain.case import Case
from services.financing.handlers import answers, timers
from shared.contracts import financing
from shared.contracts import partner as contract
from shared.contracts.event import Money
from shared.messaging.decision import Decision, RejectedEventError
from tests.financing.given import NOW, TERMS, answer, mxn, of_type, referred, state, types

AMOUNT = Money(amount="250000.00")
GIVEN: dict[str, tuple[Any, Any, dict[str, Any]]] = {
    "acknowledged": (answers.acknowledged, contract.ReferralAcknowledged, {"folio": "N-17"}),
    "info_requested": (answers.information_requested, contract.InformationRequested, {"items": ("Balance 2025",)}),
    "approved": (answers.approved, contract.ReferralApproved, {"amount": AMOUNT, "term_months": 24}),
    "declined": (answers.declined, contract.ReferralDeclined, {"reason": "low_liquidity"}),
    "disbursed": (answers.disbursed, contract.CreditDisbursed, {"amount": AMOUNT}),
}


def say(
    case: Case | None,
    what: str,
    about: Case | None = None,
    arrived_at: datetime = NOW,
    now: datetime = NOW,
    **more: Any,
) -> Decision[Case]:
    handler, event, fields = GIVEN[what]
    subject = about or case
    assert subject is not None
    said = answer(event, subject, **({"answered_at": arrived_at} | fields | more))
    decision: Decision[Case] = handler(case, said, arrived_at, now, TERMS)
    return decision


def before(what: str) -> Case:
    """Nothing is paid that was not approved."""
    return state(say(referred(), "approved")) if what == "disbursed" else referred()


@pytest.mark.parametrize("what", GIVEN)
def test_each_answer_moves_the_referral_and_is_told_without_amounts(what: str) -> None:
    decision = say(before(what), what)
    told = of_type(decision, financing.ReferralAnswered)
    assert [moved.state for moved in told] == [what]
    assert "250000" not in told[0].model_dump_json()
    assert state(decision).referrals[0].state == what


@pytest.mark.parametrize("what", [what for what in GIVEN if what != "disbursed"])
def test_an_answer_twice_is_told_once_and_counted(what: str) -> None:
    once = state(say(referred(), what))
    again = say(once, what)
    assert (again.events, again.timers) == ((), ())
    assert state(again).referrals[0].ignored_answers == 1


def test_what_is_kept_of_an_answer() -> None:
    papers = state(say(state(say(referred(), "acknowledged")), "info_requested")).referrals[0].papers
    assert papers is not None
    assert (papers.folio, papers.items) == ("N-17", ("Balance 2025",))


@pytest.mark.parametrize(
    ("reason", "questions"),
    [
        ("statements_not_reliable", ("F01",)),
        ("low_liquidity", ("F02",)),
        ("high_leverage", ("F03",)),
        ("tax_not_in_order", ("F05",)),
        ("credit_history", ("F06",)),
        ("no_funds", ()),
    ],
)
def test_a_refusal_points_back_to_questions(reason: str, questions: tuple[str, ...]) -> None:
    told = of_type(say(referred(), "declined", reason=reason), financing.ReferralAnswered)[0]
    assert (told.reason, told.questions) == (reason, questions)


def test_a_plan_is_told_of_practices_alone_and_only_where_the_words_said_so() -> None:
    told = of_type(say(referred(), "declined", reason="low_liquidity"), financing.ReferralAnswered)[0]
    assert told.for_plan == ("F02",)
    before = referred()
    silent = replace(before, referrals=tuple(replace(each, plan=False) for each in before.referrals))
    told = of_type(say(silent, "declined", reason="low_liquidity"), financing.ReferralAnswered)[0]
    assert (told.for_plan, told.questions) == ((), ("F02",))
    assert not of_type(say(referred(), "acknowledged"), financing.ReferralAnswered)[0].for_plan


def test_a_refusal_for_want_of_collateral_is_a_need() -> None:
    decision = say(referred(), "declined", reason="insufficient_guarantee")
    assert [need.purpose for need in of_type(decision, financing.NeedIdentified)] == ["collateral"]


def test_an_answer_about_an_unknown_referral_is_set_aside() -> None:
    case = referred()
    for known in (None, case):
        with pytest.raises(RejectedEventError) as caught:
            say(known, "approved", about=case, referral_id=uuid4())
        assert caught.value.reason == "referral_unknown"


@pytest.mark.parametrize("what", GIVEN)
def test_an_answer_about_another_partners_referral_is_set_aside(what: str) -> None:
    with pytest.raises(RejectedEventError) as caught:
        say(referred(), what, partner="bancomext")
    assert caught.value.reason == "referral_of_another_partner"


@pytest.mark.parametrize(
    ("what", "problem", "more"),
    [
        ("approved", "answered_at_implausible", {"answered_at": NOW + timedelta(days=400)}),
        ("approved", "amount_not_positive", {"amount": Money(amount="0.00")}),
        ("approved", "currency_differs", {"amount": Money(amount="250000.00", currency="USD")}),
        ("approved", "amount_above_asked", {"amount": Money(amount="330000.01")}),
        ("disbursed", "payment_not_approved", {}),
        ("approved", "answer_too_late", {"arrived_at": NOW + timedelta(days=21)}),
    ],
)
def test_what_cannot_be_so_is_refused_aloud(what: str, problem: str, more: dict[str, Any]) -> None:
    with pytest.raises(RejectedEventError) as caught:
        say(referred(), what, now=NOW + timedelta(days=21), **more)
    assert caught.value.reason == problem


@pytest.mark.parametrize("slip", [timedelta(hours=-6), timedelta(hours=6)])
def test_what_is_told_lies_between_the_sending_and_the_arrival(slip: timedelta) -> None:
    told = of_type(say(referred(), "approved", answered_at=NOW + slip), financing.ReferralAnswered)[0]
    assert told.answered_at == NOW


def test_an_answer_that_arrived_in_time_brings_a_lapsed_referral_back() -> None:
    lapsed = state(timers.deadline_reached(referred(), NOW + timedelta(days=20), TERMS))
    assert lapsed.referrals[0].state == "lapsed"
    decision = say(lapsed, "approved", arrived_at=NOW + timedelta(days=19), now=NOW + timedelta(days=40))
    assert [told.state for told in of_type(decision, financing.ReferralAnswered)] == ["approved"]
    assert state(decision).referrals[0].state == "approved"


def test_an_approval_falls_through() -> None:
    decision = say(state(say(referred(), "approved")), "declined", reason="no_funds")
    assert [(told.state, told.reason) for told in of_type(decision, financing.ReferralAnswered)] == [
        ("declined", "no_funds")
    ]


def test_every_payment_is_kept_and_the_first_is_told() -> None:
    first = say(state(say(referred(), "approved")), "disbursed", amount=Money(amount="100000.00"))
    second = say(state(first), "disbursed", amount=Money(amount="150000.00"))
    papers = state(second).referrals[0].papers
    assert papers is not None
    assert (papers.disbursed, papers.payments) == (mxn("250000.00"), 2)
    assert [len(of_type(each, financing.ReferralAnswered)) for each in (first, second)] == [1, 0]


def test_an_outcome_asks_for_nothing_but_the_erasure() -> None:
    decision = say(referred(), "declined")
    assert [timer.at for timer in decision.timers] == [NOW + timedelta(days=90)]


def test_a_request_for_information_moves_the_deadline_to_the_firm() -> None:
    decision = say(referred(), "info_requested")
    assert state(decision).wake_at == NOW + timedelta(days=14)
    assert types(decision) == ["financing.referral-answered"]
