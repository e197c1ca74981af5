"""The states of a referral: which answer leads where, and what silence does."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.financing.domain import referral as states
from services.financing.domain.reasons import ReferralState
from services.financing.domain.referral import STEPS, Answer, Referral, reachable
from tests.financing.given import NOW, mxn, referred

SILENCE, ERASE = 14, 90
SENT = referred().referrals[-1]
FINAL = ("declined", "withdrawn", "lapsed", "closed")
ANSWERS = ("acknowledged", "info_requested", "approved", "declined", "disbursed")
DAY = timedelta(days=1)


def after(*given_states: str, start: Referral = SENT) -> Referral:
    referral = start
    for state in given_states:
        referral = states.answered(referral, Answer(state), NOW, SILENCE, ERASE)  # type: ignore[arg-type]
    return referral


def in_state(state: ReferralState) -> Referral:
    return replace(SENT, state=state)


def test_the_steps_are_those_of_the_trade() -> None:
    assert {
        (state, step) for state, steps in STEPS.items() for step in steps if step not in ("withdrawn", "lapsed")
    } == {
        ("sent", "acknowledged"),
        ("acknowledged", "in_review"),
        ("in_review", "info_requested"),
        ("in_review", "approved"),
        ("in_review", "declined"),
        ("info_requested", "in_review"),
        ("info_requested", "approved"),
        ("info_requested", "declined"),
        ("approved", "disbursed"),
        ("disbursed", "closed"),
    }
    assert {state for state, steps in STEPS.items() if "lapsed" in steps} == {
        "sent",
        "acknowledged",
        "in_review",
        "info_requested",
    }
    assert {state for state, steps in STEPS.items() if "withdrawn" in steps} == states.OPEN
    assert set(STEPS) == set(get_args(ReferralState))


@pytest.mark.parametrize("state", FINAL)
def test_nothing_follows_the_end(state: ReferralState) -> None:
    assert not any(reachable(state, target) for target in get_args(ReferralState))


@pytest.mark.parametrize(
    ("walk", "state"),
    [
        (("acknowledged",), "acknowledged"),
        (("acknowledged", "info_requested"), "info_requested"),
        (("acknowledged", "approved", "disbursed"), "disbursed"),
        (("acknowledged", "declined"), "declined"),
        (("approved",), "approved"),
        (("disbursed",), "disbursed"),
        (("info_requested", "approved"), "approved"),
    ],
)
def test_answers_lead_on_also_without_the_steps_before(walk: tuple[str, ...], state: str) -> None:
    referral = after(*walk)
    assert (referral.state, referral.ignored_answers) == (state, 0)


@pytest.mark.parametrize(
    "walk",
    [
        ("acknowledged", "acknowledged"),
        ("approved", "acknowledged"),
        ("approved", "declined"),
        ("declined", "approved"),
        ("declined", "disbursed"),
        ("disbursed", "approved"),
        ("info_requested", "acknowledged"),
    ],
)
def test_an_answer_that_leads_nowhere_is_counted(walk: tuple[str, str]) -> None:
    first, second = walk
    referral = after(first, second)
    assert (referral.state, referral.ignored_answers, referral.last_ignored) == (first, 1, second)


def test_the_partners_days() -> None:
    assert SENT.remind_at == NOW + 14 * DAY
    assert SENT.lapse_at == NOW + 20 * DAY
    assert SENT.erase_at is None


def test_receiving_is_not_answering() -> None:
    assert (after("acknowledged").remind_at, after("acknowledged").lapse_at) == (SENT.remind_at, SENT.lapse_at)


def test_the_firms_days_replace_the_partners() -> None:
    waiting = after("acknowledged", "info_requested")
    assert (waiting.remind_at, waiting.lapse_at, waiting.awaits) == (None, NOW + 14 * DAY, "supplier")


def test_information_starts_the_partners_days_anew() -> None:
    informed = states.informed(after("info_requested"), NOW + 3 * DAY)
    assert (informed.state, informed.lapse_at) == ("in_review", NOW + 23 * DAY)
    assert informed.remind_at == NOW + 17 * DAY
    assert after("info_requested", start=informed).state == "info_requested"


def test_a_second_request_has_the_newest_list_and_no_new_days() -> None:
    waiting = states.answered(SENT, Answer("info_requested", items=("a",)), NOW, SILENCE, ERASE)
    later = states.answered(waiting, Answer("info_requested", items=("b",)), NOW + DAY, SILENCE, ERASE)
    assert later.papers is not None
    assert later.papers.items == ("b",)
    assert later.lapse_at == waiting.lapse_at
    again = states.answered(later, Answer("info_requested", items=("b",)), NOW + DAY, SILENCE, ERASE)
    assert again == replace(later, ignored_answers=1, last_ignored="info_requested")


@pytest.mark.parametrize("state", ["approved", "declined", "disbursed"])
def test_an_outcome_leaves_only_the_erasure(state: str) -> None:
    referral = after(state)
    assert (referral.remind_at, referral.lapse_at, referral.erase_at) == (None, None, NOW + 90 * DAY)


@pytest.mark.parametrize(
    ("days", "state", "reminded"),
    [(13.9, "sent", False), (14, "sent", True), (19.9, "sent", True), (20, "lapsed", False)],
)
def test_the_partners_silence(days: float, state: str, reminded: bool) -> None:
    referral = states.passed(SENT, NOW + days * DAY, ERASE)
    assert (referral.state, referral.reminded_at is not None) == (state, reminded)
    assert referral.silent == ("partner" if state == "lapsed" else None)


def test_a_reminder_is_given_once() -> None:
    reminded = states.passed(SENT, NOW + 14 * DAY, ERASE)
    assert states.passed(reminded, NOW + 15 * DAY, ERASE) == reminded


def test_the_firms_silence() -> None:
    waiting = after("info_requested")
    assert states.passed(waiting, NOW + 13 * DAY, ERASE).state == "info_requested"
    lapsed = states.passed(waiting, NOW + 14 * DAY, ERASE)
    assert (lapsed.state, lapsed.silent) == ("lapsed", "supplier")


@pytest.mark.parametrize(
    ("state", "ends_as"), [("declined", "declined"), ("approved", "approved"), ("disbursed", "closed")]
)
def test_papers_go_after_the_end(state: str, ends_as: str) -> None:
    referral = after(state)
    kept = states.passed(referral, NOW + 89 * DAY, ERASE)
    assert kept.papers is not None
    gone = states.passed(referral, NOW + 90 * DAY, ERASE)
    assert (gone.papers, gone.erase_at, gone.state) == (None, None, ends_as)


def test_money_paid_after_the_erasure_still_counts_and_leaves_no_papers() -> None:
    gone = states.passed(after("approved"), NOW + 90 * DAY, ERASE)
    paid = states.answered(gone, Answer("disbursed", amount=mxn("1.00")), NOW + 91 * DAY, SILENCE, ERASE)
    assert (paid.state, paid.papers) == ("disbursed", None)


def test_papers_never_show_themselves() -> None:
    assert "300000" not in repr(SENT)


WALKS = st.lists(
    st.one_of(
        st.sampled_from(ANSWERS),
        st.sampled_from(("informed", "withdrawn")),
        st.integers(min_value=0, max_value=120),
    ),
    max_size=25,
)


def step(referral: Referral, given_step: str | int, now: datetime) -> Referral:
    if isinstance(given_step, int):
        return states.passed(referral, now, ERASE)
    if given_step == "informed":
        return states.informed(referral, now) if referral.state == "info_requested" else referral
    if given_step == "withdrawn":
        return states.withdrawn(referral, now) if referral.is_open else referral
    return states.answered(referral, Answer(given_step), now, SILENCE, ERASE)  # type: ignore[arg-type]


def path_exists(start: str, end: str) -> bool:
    """The law, told again from the single steps and not from the code under test."""
    edges: set[tuple[str, str]] = {(a, b) for a, ends in STEPS.items() for b in ends}
    seen: set[str] = set()
    ahead = {start}
    while ahead:
        seen |= ahead
        ahead = {b for a, b in edges if a in ahead} - seen
    return end in seen


@given(WALKS)
def test_no_sequence_leads_to_an_illegal_state(walk: list[str | int]) -> None:
    referral, now = SENT, NOW
    for given_step in walk:
        now += timedelta(days=given_step if isinstance(given_step, int) else 0)
        before, referral = referral, step(referral, given_step, now)
        assert path_exists(before.state, referral.state)
        if before.state in FINAL:
            assert referral.state == before.state
        if referral.state == "in_review" and before.state != "in_review":
            assert before.state == "info_requested"
        assert (referral.lapse_at is not None) == (referral.awaits is not None)
        assert not (referral.state in ("withdrawn", "closed") and referral.papers)
