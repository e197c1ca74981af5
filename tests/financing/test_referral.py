"""The states of a referral: what silence, the firm and the end of its papers do."""

from dataclasses import replace
from datetime import timedelta
from typing import get_args

import pytest

from services.financing.domain import referral as states
from services.financing.domain.reasons import ReferralState
from services.financing.domain.referral import OPEN, REFERRAL, Referral
from tests.financing.given import NOW, referred

ERASE = 90
SENT = referred().referrals[-1]
DAY = timedelta(days=1)


def in_state(state: ReferralState, **different: object) -> Referral:
    return replace(SENT, state=state, **different)  # type: ignore[arg-type]


def test_every_state_that_a_referral_may_have_is_in_the_table() -> None:
    assert set(REFERRAL.states) == set(get_args(ReferralState))
    assert set(REFERRAL.final) == {"declined", "withdrawn", "closed"}


@pytest.mark.parametrize("state", sorted(OPEN | {"lapsed"}))
def test_the_firm_may_take_back_whatever_may_still_come_to_something(state: ReferralState) -> None:
    after = states.recalled(in_state(state, lapsed_at=NOW), NOW + DAY)
    assert (after.state, after.reason, after.papers, after.recalled_at) == (
        "withdrawn",
        "consent_revoked",
        None,
        NOW + DAY,
    )
    assert not states.moments(after)


@pytest.mark.parametrize(("state", "stays"), [("declined", "declined"), ("disbursed", "closed"), ("closed", "closed")])
def test_what_has_ended_stays_as_it_ended_without_its_papers(state: ReferralState, stays: str) -> None:
    after = states.recalled(in_state(state), NOW + DAY)
    assert (after.state, after.papers, after.recalled_at) == (stays, None, NOW + DAY)


def test_the_partners_days() -> None:
    assert SENT.remind_at == NOW + 14 * DAY
    assert SENT.lapse_at == NOW + 20 * DAY
    assert SENT.erase_at is None


def test_information_starts_the_partners_days_anew() -> None:
    informed = states.informed(in_state("info_requested"), NOW + 3 * DAY)
    assert informed is not None
    assert (informed.state, informed.lapse_at) == ("in_review", NOW + 23 * DAY)
    assert informed.remind_at == NOW + 17 * DAY
    assert states.informed(informed, NOW) is None, "nothing is asked for"


@pytest.mark.parametrize(
    ("days", "state", "reminded"),
    [(13.9, "sent", False), (14, "sent", True), (19.9, "sent", True), (20, "lapsed", False)],
)
def test_the_partners_silence(days: float, state: str, reminded: bool) -> None:
    referral = states.passed(SENT, NOW + days * DAY, ERASE)
    assert (referral.state, referral.reminded_at is not None) == (state, reminded)
    assert referral.silent == ("partner" if state == "lapsed" else None)


def test_a_lapse_keeps_the_moment_until_which_an_answer_counts() -> None:
    assert states.passed(SENT, NOW + 25 * DAY, ERASE).lapsed_at == NOW + 20 * DAY


def test_a_reminder_is_given_once() -> None:
    reminded = states.passed(SENT, NOW + 14 * DAY, ERASE)
    assert states.passed(reminded, NOW + 15 * DAY, ERASE) == reminded


def test_the_firms_silence() -> None:
    waiting = in_state("info_requested", lapse_at=NOW + 14 * DAY, remind_at=None)
    assert states.passed(waiting, NOW + 13 * DAY, ERASE).state == "info_requested"
    lapsed = states.passed(waiting, NOW + 14 * DAY, ERASE)
    assert (lapsed.state, lapsed.silent) == ("lapsed", "supplier")


@pytest.mark.parametrize(
    ("state", "ends_as"), [("declined", "declined"), ("approved", "closed"), ("disbursed", "closed")]
)
def test_papers_go_after_the_end(state: ReferralState, ends_as: str) -> None:
    referral = states.ended(in_state(state), NOW, ERASE)
    assert states.passed(referral, NOW + 89 * DAY, ERASE).papers is not None
    gone = states.passed(referral, NOW + 90 * DAY, ERASE)
    assert (gone.papers, gone.erase_at, gone.state) == (None, None, ends_as)


def test_papers_never_show_themselves() -> None:
    assert "300000" not in repr(SENT)
