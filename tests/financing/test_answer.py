"""What a partner says is compared: with what it said before, with the clock, and with what was asked."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from services.financing.domain import referral as states
from services.financing.domain.answer import CLOCK_SLIP, Act, Answer, answered
from services.financing.domain.money import money
from services.financing.domain.referral import Referral
from services.financing.domain.terms import Limits
from tests.financing.given import NOW, mxn, referred

LIMITS = Limits()
SENT = referred().referrals[-1]
DAY = timedelta(days=1)
ASKED = "300000.00"
SAID: dict[Act, dict[str, Any]] = {
    "acknowledge": {"folio": "N-17"},
    "request_information": {"items": ("Balance 2025",)},
    "approve": {"amount": mxn(ASKED), "term_months": 24},
    "decline": {"reason": "no_funds"},
    "pay": {"amount": mxn(ASKED)},
    "correct_payments": {"amount": mxn("0.00")},
}


def say(referral: Referral, act: Act, arrived_at: datetime = NOW, now: datetime | None = None, **more: Any) -> Any:
    fields = {"answered_at": arrived_at, "arrived_at": arrived_at} | SAID[act] | more
    return answered(referral, Answer(act, **fields), now or arrived_at, LIMITS)


def after(*acts: Act, start: Referral = SENT) -> Referral:
    referral = start
    for act in acts:
        referral = say(referral, act)
        assert isinstance(referral, Referral), (act, referral)
    return referral


MONEY: tuple[Act, ...] = ("pay", "correct_payments")
LAPSED = states.passed(SENT, NOW + 20 * DAY, 90)
WITHDRAWN = states.recalled(SENT, NOW)


@pytest.mark.parametrize(
    ("walk", "state"),
    [
        (("acknowledge",), "acknowledged"),
        (("acknowledge", "request_information"), "info_requested"),
        (("acknowledge", "approve", "pay"), "disbursed"),
        (("acknowledge", "decline"), "declined"),
        (("approve",), "approved"),
        (("request_information", "approve"), "approved"),
        (("approve", "decline"), "declined"),
    ],
)
def test_answers_lead_on_also_without_the_steps_before(walk: tuple[Act, ...], state: str) -> None:
    referral = after(*walk)
    assert (referral.state, referral.ignored_answers) == (state, 0)


@pytest.mark.parametrize(
    ("start", "act"),
    [
        (after("acknowledge"), "acknowledge"),
        (after("acknowledge", "approve", "pay"), "acknowledge"),
        (after("decline"), "acknowledge"),
        (states.erased(after("acknowledge", "decline"), NOW), "acknowledge"),
        (after("approve"), "approve"),
        (after("approve", "pay"), "approve"),
        (after("decline"), "decline"),
        (after("request_information"), "request_information"),
        *((WITHDRAWN, act) for act in SAID),
        *((states.recalled(after("approve"), NOW), act) for act in SAID),
        *((states.recalled(after("approve", "pay"), NOW), act) for act in MONEY),
    ],
)
def test_what_says_nothing_new_is_counted(start: Referral, act: Act) -> None:
    said = say(start, act)
    assert said == replace(start, ignored_answers=1, last_ignored=act, heard_at=said.heard_at, folio_at=said.folio_at)


@pytest.mark.parametrize(
    ("start", "act", "problem"),
    [
        (SENT, "pay", "payment_not_approved"),
        (after("request_information"), "pay", "payment_not_approved"),
        (after("decline"), "pay", "payment_not_approved"),
        (after("decline"), "approve", "answer_out_of_order"),
        (after("decline"), "request_information", "answer_out_of_order"),
        (after("approve"), "request_information", "answer_out_of_order"),
        (after("approve", "pay"), "decline", "answer_out_of_order"),
        (states.erased(after("approve", "pay"), NOW), "pay", "referral_erased"),
        (states.erased(LAPSED, NOW), "approve", "referral_erased"),
    ],
)
def test_what_cannot_follow_is_refused(start: Referral, act: Act, problem: str) -> None:
    assert say(start, act) == problem


@pytest.mark.parametrize("walk", [(), ("request_information",), ("approve",), ("approve", "pay")])
def test_a_folio_is_corrected_until_the_end_and_moves_nothing_else(walk: tuple[Act, ...]) -> None:
    mistyped = after("acknowledge", *walk)
    right = say(mistyped, "acknowledge", NOW + DAY, folio="N-71")
    papers: Any = mistyped.papers
    assert right == replace(mistyped, papers=replace(papers, folio="N-71"), folio_at=NOW + DAY)
    assert say(right, "acknowledge", NOW + DAY, folio=None).ignored_answers == 1
    assert say(right, "acknowledge") == "answer_out_of_order", "what was said before it"


def test_a_folio_is_said_by_a_later_receipt_as_well() -> None:
    assert say(after("approve"), "acknowledge").papers.folio == "N-17"


def test_a_folio_is_not_corrected_behind_the_end_or_the_deadline() -> None:
    received = after("acknowledge")
    assert say(after("acknowledge", "decline"), "acknowledge", folio="N-71") == "answer_out_of_order"
    for known in (received, states.passed(received, NOW + 20 * DAY, 90)):
        assert say(known, "acknowledge", NOW + 21 * DAY, folio="N-71") == "answer_too_late"


def test_receiving_is_not_answering() -> None:
    received = after("acknowledge")
    assert (received.remind_at, received.lapse_at) == (SENT.remind_at, SENT.lapse_at)


def test_the_firms_days_replace_the_partners() -> None:
    waiting = after("acknowledge", "request_information")
    assert (waiting.remind_at, waiting.lapse_at, waiting.awaits) == (None, NOW + 14 * DAY, "supplier")


def test_a_second_request_has_the_newest_list_and_no_new_days() -> None:
    waiting = after("request_information")
    later = say(waiting, "request_information", NOW + DAY, items=("b",))
    assert later.papers.items == ("b",)
    assert later.lapse_at == waiting.lapse_at


@pytest.mark.parametrize(("walk", "days"), [(("decline",), 90), (("approve",), 365), (("approve", "pay"), 90)])
def test_an_outcome_leaves_only_the_erasure(walk: tuple[Act, ...], days: int) -> None:
    referral = after(*walk)
    assert (referral.remind_at, referral.lapse_at, referral.erase_at) == (None, None, NOW + days * DAY)


# Order: what failed by our fault is replayed when newer answers have been taken.

OLDER: list[tuple[Act, dict[str, Any]]] = [
    ("request_information", {"items": ("an older list",)}),
    ("approve", {"amount": mxn("250000.00")}),
    ("decline", {}),
]


@pytest.mark.parametrize("newer", ["request_information", "approve"])
@pytest.mark.parametrize(("act", "more"), OLDER, ids=[act for act, _ in OLDER])
def test_an_older_answer_takes_the_place_of_no_newer_one(newer: Act, act: Act, more: dict[str, Any]) -> None:
    taken = say(SENT, newer, NOW + DAY)
    assert say(taken, act, NOW, NOW + 2 * DAY, **more) == "answer_out_of_order"


def test_what_was_repeated_since_is_the_last_word() -> None:
    """A correction that failed, and was taken back by a repetition of the first approval before it was replayed."""
    repeated = say(say(SENT, "approve", NOW), "approve", NOW + 2 * DAY)
    assert say(repeated, "approve", NOW + DAY, amount=mxn("250000.00")) == "answer_out_of_order"
    older = say(say(SENT, "approve", NOW + 2 * DAY), "approve", NOW)
    assert say(older, "approve", NOW + DAY, amount=mxn("250000.00")) == "answer_out_of_order"


def test_a_receipt_and_a_payment_overtake_nothing_and_are_not_overtaken() -> None:
    received = say(SENT, "acknowledge", NOW + 2 * DAY)
    approved = say(received, "approve", NOW + DAY)
    assert approved.state == "approved"
    assert say(approved, "pay", NOW).state == "disbursed"


# Time


@pytest.mark.parametrize("act", ["request_information", "approve", "decline"])
def test_what_arrived_in_time_counts_though_the_referral_lapsed_meanwhile(act: Act) -> None:
    much_later = NOW + 60 * DAY
    late = say(LAPSED, act, NOW + 20 * DAY, much_later)
    assert (late.state, late.silent, late.lapsed_at) == (after(act).state, None, None)
    if act == "request_information":
        assert (late.lapse_at, late.erase_at) == (much_later + 14 * DAY, None), "the firm hears of it only now"


@pytest.mark.parametrize("start", [SENT, LAPSED], ids=["before the timer", "after it"])
@pytest.mark.parametrize("act", ["request_information", "approve", "decline"])
def test_what_arrived_too_late_is_refused_whoever_was_first(start: Referral, act: Act) -> None:
    assert say(start, act, NOW + 20 * DAY + timedelta(seconds=1)) == "answer_too_late"


def test_one_that_lapsed_before_the_moment_was_kept_is_reopened_by_nothing_late() -> None:
    start = replace(LAPSED, lapsed_at=None)
    assert say(start, "approve", start.changed_at).state == "approved"
    assert say(start, "approve", start.changed_at + 60 * DAY) == "answer_too_late"


def test_a_receipt_that_comes_too_late_says_nothing_new() -> None:
    late = NOW + 21 * DAY
    assert say(SENT, "acknowledge", late) == replace(SENT, ignored_answers=1, last_ignored="acknowledge", folio_at=late)


@pytest.mark.parametrize("act", SAID)
@pytest.mark.parametrize(
    "slip", [timedelta(days=-365), -CLOCK_SLIP - timedelta(seconds=1), CLOCK_SLIP + timedelta(seconds=1)]
)
def test_an_answer_is_given_between_the_sending_and_its_arrival(act: Act, slip: timedelta) -> None:
    assert say(SENT, act, answered_at=NOW + slip) == "answered_at_implausible"


@pytest.mark.parametrize("slip", [-CLOCK_SLIP, CLOCK_SLIP])
def test_a_clock_may_be_off_by_a_day(slip: timedelta) -> None:
    assert say(SENT, "approve", answered_at=NOW + slip).state == "approved"


# Amounts


@pytest.mark.parametrize(
    ("amount", "currency", "problem"),
    [
        ("0.00", "MXN", "amount_not_positive"),
        (ASKED, "USD", "currency_differs"),
        ("330000.01", "MXN", "amount_above_asked"),
    ],
)
def test_an_approval_is_compared_with_what_was_asked(amount: str, currency: str, problem: str) -> None:
    assert say(SENT, "approve", amount=money(amount, currency)) == problem


@pytest.mark.parametrize("amount", ["0.01", "300000.00", "330000.00"])
def test_an_approval_may_be_less_and_a_tenth_more(amount: str) -> None:
    referral = say(SENT, "approve", amount=mxn(amount))
    assert (referral.state, referral.papers.approved) == ("approved", mxn(amount))


def test_an_approval_is_corrected_until_it_is_paid() -> None:
    corrected = say(after("approve"), "approve", amount=mxn("250000.00"), term_months=12)
    assert (corrected.papers.approved, corrected.papers.approved_term_months) == (mxn("250000.00"), 12)
    assert corrected.ignored_answers == 0


def test_an_approval_is_not_corrected_once_it_is_paid() -> None:
    paid = after("approve", "pay")
    assert say(paid, "approve", amount=mxn("250000.00")) == "answer_out_of_order"


def test_payments_are_added_up_to_what_was_approved() -> None:
    first = say(after("approve"), "pay", amount=mxn("200000.00"))
    assert (first.papers.disbursed, first.papers.payments, first.erase_at) == (mxn("200000.00"), 1, NOW + 365 * DAY)
    second = say(first, "pay", amount=mxn("100000.00"))
    assert (second.papers.disbursed, second.papers.payments, second.erase_at) == (mxn(ASKED), 2, NOW + 90 * DAY)
    assert say(second, "pay", amount=mxn("0.01")) == "payments_above_approved"


def test_what_was_said_of_payments_is_corrected_and_taken_back() -> None:
    """Seen: a mistyped payment, or one of another referral, had no way back."""
    mistyped = say(after("approve"), "pay", amount=mxn("200000.00"))
    right = say(mistyped, "correct_payments", amount=mxn("20000.00"))
    assert (right.state, right.papers.disbursed, right.papers.payments) == ("disbursed", mxn("20000.00"), 1)
    assert say(right, "correct_payments", amount=mxn("20000.00")).ignored_answers == 1
    rest = say(right, "pay", amount=mxn("280000.00"))
    assert (rest.papers.disbursed, rest.papers.payments, rest.erase_at) == (mxn(ASKED), 2, NOW + 90 * DAY)
    none = say(rest, "correct_payments")
    assert (none.state, none.papers.disbursed, none.papers.payments) == ("approved", None, 0)
    assert none.erase_at == NOW + 365 * DAY
    assert say(none, "decline").state == "declined"


def test_a_correction_has_what_was_said_before_it() -> None:
    paid = say(after("approve"), "pay", NOW, amount=mxn("100000.00"))
    right = say(paid, "correct_payments", NOW + 2 * DAY, amount=mxn("250000.00"))
    assert say(right, "pay", NOW + DAY, amount=mxn("50000.00")) == "answer_out_of_order"
    assert say(right, "correct_payments", NOW + DAY) == "answer_out_of_order"
    assert say(right, "pay", NOW + 3 * DAY, amount=mxn("50000.00")).papers.disbursed == mxn(ASKED)


@pytest.mark.parametrize(
    ("amount", "currency", "problem"),
    [("1.00", "USD", "currency_differs"), ("300000.01", "MXN", "payments_above_approved")],
)
def test_a_correction_is_compared_with_the_approval(amount: str, currency: str, problem: str) -> None:
    assert say(after("approve", "pay"), "correct_payments", amount=money(amount, currency)) == problem


@pytest.mark.parametrize(
    ("amount", "currency", "problem"),
    [
        ("0.00", "MXN", "amount_not_positive"),
        ("1.00", "USD", "currency_differs"),
        ("300000.01", "MXN", "payments_above_approved"),
    ],
)
def test_a_payment_is_compared_with_the_approval(amount: str, currency: str, problem: str) -> None:
    assert say(after("approve"), "pay", amount=money(amount, currency)) == problem
