"""What partners answer, rightly, twice, too late, and about what is not theirs."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.financing.domain.case import Case
from services.financing.handlers import answers
from shared.contracts import financing
from shared.contracts import partner as contract
from shared.contracts.event import Money
from shared.messaging.decision import Decision, RejectedEventError
from tests.financing.given import NOW, TERMS, answer, of_type, referred, state, types

AMOUNT = Money(amount="250000.00")
GIVEN: dict[str, tuple[Any, Any, dict[str, Any]]] = {
    "acknowledged": (answers.acknowledged, contract.ReferralAcknowledged, {"folio": "N-17"}),
    "info_requested": (answers.information_requested, contract.InformationRequested, {"items": ("Balance 2025",)}),
    "approved": (answers.approved, contract.ReferralApproved, {"amount": AMOUNT, "term_months": 24}),
    "declined": (answers.declined, contract.ReferralDeclined, {"reason": "low_liquidity"}),
    "disbursed": (answers.disbursed, contract.CreditDisbursed, {"amount": AMOUNT}),
}


def say(case: Case | None, what: str, about: Case | None = None, **more: Any) -> Decision[Case]:
    handler, event, fields = GIVEN[what]
    subject = about or case
    assert subject is not None
    decision: Decision[Case] = handler(case, answer(event, subject, **(fields | more)), NOW, TERMS)
    return decision


@pytest.mark.parametrize("what", GIVEN)
def test_each_answer_moves_the_referral_and_is_told_without_amounts(what: str) -> None:
    decision = say(referred(), what)
    told = of_type(decision, financing.ReferralAnswered)
    assert [moved.state for moved in told] == [what]
    assert "250000" not in told[0].model_dump_json()
    assert state(decision).referrals[0].state == what


@pytest.mark.parametrize("what", GIVEN)
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


def test_nothing_was_answered_in_the_future() -> None:
    told = of_type(say(referred(), "approved", answered_at=NOW + timedelta(days=400)), financing.ReferralAnswered)[0]
    assert told.answered_at == NOW


def test_an_outcome_asks_for_nothing_but_the_erasure() -> None:
    decision = say(referred(), "declined")
    assert [timer.at for timer in decision.timers] == [NOW + timedelta(days=90)]


def test_a_request_for_information_moves_the_deadline_to_the_firm() -> None:
    decision = say(referred(), "info_requested")
    assert state(decision).wake_at == NOW + timedelta(days=14)
    assert types(decision) == ["financing.referral-answered"]
