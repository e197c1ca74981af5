"""Time alone: reminders, lapses, erasure, expiry, growing older; and partners that change."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from services.financing.domain.case import Case
from services.financing.domain.partner import partner
from services.financing.handlers import answers, partners, timers
from services.financing.handlers.partners import PARTNER_CHANGED
from shared.contracts import financing
from shared.contracts import partner as contract
from shared.messaging.decision import Decision
from tests.financing.given import (
    NOW,
    PROFILE,
    TERMS,
    answer,
    approved,
    consented,
    firm,
    of_type,
    referred,
    said,
    state,
    types,
)

DAY = timedelta(days=1)


def reached(case: Case, at: datetime) -> Decision[Case]:
    return timers.deadline_reached(case, at, TERMS)


def wake(case: Case) -> datetime:
    assert case.wake_at is not None
    return case.wake_at


def test_a_case_wakes_for_reminder_lapse_and_erasure_in_turn() -> None:
    case = referred()
    told: list[tuple[str, int]] = []
    for _ in range(4):
        at = wake(case)
        decision = reached(case, at)
        assert all(timer.at == state(decision).wake_at for timer in decision.timers)
        told += [(event.TYPE, (at - NOW).days) for event in decision.events]
        case = state(decision)
        if case.wake_at is None:
            break
    assert told == [("partner.referral-due", 14), ("financing.referral-lapsed", 20)]
    assert case.referrals[0].reminded_at == NOW + 14 * DAY
    assert case.referrals[0].papers is None
    assert case.consents[0].papers is None
    assert case.wake_at is None


def test_a_lapse_says_who_was_silent() -> None:
    case = referred()
    told = of_type(reached(case, NOW + 20 * DAY), financing.ReferralLapsed)[0]
    assert (told.silent, told.referral_id) == ("partner", case.referrals[0].id)
    waiting = said(case, answers.information_requested, contract.InformationRequested, items=("Balance",))
    assert of_type(reached(waiting, NOW + 14 * DAY), financing.ReferralLapsed)[0].silent == "supplier"


def test_a_moment_that_comes_too_early_changes_nothing_and_is_asked_for_again() -> None:
    case = referred()
    decision = reached(case, NOW + DAY)
    assert (decision.state, decision.events) == (case, ())
    assert [timer.at for timer in decision.timers] == [case.wake_at]


def test_what_was_approved_is_closed_though_its_papers_went_long_ago() -> None:
    case = approved(referred())
    bare = replace(case.referrals[0], papers=None, erase_at=None)
    known = state(timers.reassess(replace(case, referrals=(bare,)), {}, NOW + DAY, TERMS))
    assert wake(known) == NOW
    assert state(reached(known, NOW + DAY)).referrals[0].state == "closed"


def test_a_moment_of_an_unknown_case() -> None:
    assert timers.deadline_reached(None, NOW, TERMS) == Decision(None)
    assert timers.reassess(None, {}, NOW, TERMS) == Decision(None)


def test_an_unused_consent_is_erased_when_it_expires() -> None:
    case = consented(expires_on=date(2026, 3, 10))
    assert wake(case).date() == date(2026, 3, 11)
    assert state(reached(case, wake(case) - timedelta(seconds=1))).consents[0].papers is not None
    after = state(reached(case, wake(case)))
    assert (after.consents[0].papers, after.wake_at) == (None, None)


def test_a_consent_keeps_its_papers_while_another_referral_needs_them() -> None:
    case = referred()
    declined = state(
        answers.declined(case, answer(contract.ReferralDeclined, case, reason="no_funds"), NOW, NOW, TERMS)
    )
    again = referred(declined, now=NOW + 80 * DAY)
    after = state(reached(again, NOW + 90 * DAY))
    assert [referral.papers is not None for referral in after.referrals] == [False, True]
    assert after.consents[0].papers is not None


def test_why_it_was_declined_goes_with_the_papers_and_is_told() -> None:
    case = said(referred(), answers.declined, contract.ReferralDeclined, reason="low_liquidity")
    assert [(each.reason, each.questions) for each in case.referrals] == [("low_liquidity", ("F02",))]
    after = reached(case, NOW + 90 * DAY)
    told = of_type(after, financing.ReferralAnswered)
    assert [(each.state, each.reason, each.questions, each.for_plan, each.answered_at) for each in told] == [
        ("declined", None, (), (), case.referrals[0].changed_at)
    ]
    assert [(each.reason, each.questions) for each in state(after).referrals] == [(None, ())]
    assert of_type(reached(state(after), NOW + 91 * DAY), financing.ReferralAnswered) == []


def test_what_an_erasure_of_before_left_of_a_refusal_goes_at_the_next_look() -> None:
    case = said(referred(), answers.declined, contract.ReferralDeclined, reason="low_liquidity")
    left = replace(case, referrals=(replace(case.referrals[0], papers=None, erase_at=None),))
    after = reached(left, NOW + DAY)
    assert [(each.state, each.reason) for each in state(after).referrals] == [("declined", None)]
    assert [each.reason for each in of_type(after, financing.ReferralAnswered)] == [None]


def test_paid_is_closed_when_the_papers_go() -> None:
    case = referred()
    paid = said(approved(case, "1.00"), answers.disbursed, contract.CreditDisbursed, amount={"amount": "1.00"})
    after = reached(paid, NOW + 90 * DAY)
    assert [moved.state for moved in of_type(after, financing.ReferralAnswered)] == ["closed"]


def test_a_product_opens_on_the_day_the_firm_is_old_enough() -> None:
    young: Any = replace(firm(profile=replace(PROFILE, operating_since=date(2024, 6, 1))))
    day = datetime(2026, 6, 1, tzinfo=NOW.tzinfo)
    decision = reached(young, day)
    opened = {option.product for need in of_type(decision, financing.NeedIdentified) for option in need.options}
    assert "nafin-guaranteed-simple" in opened
    assert not of_type(reached(young, day - DAY), financing.NeedIdentified)


def test_a_partner_that_leaves_closes_its_options() -> None:
    left = replace(TERMS, partners=(partner("nafin", "Nacional Financiera", "development_bank", 20, active=False),))
    decision = timers.reassess(firm(), {}, NOW, left)
    options = [option for need in of_type(decision, financing.NeedIdentified) for option in need.options]
    assert options
    assert all("partner_inactive" in option.reasons for option in options)


def test_a_partner_that_did_not_change_disturbs_nobody() -> None:
    known = partner("estado", "Fondo estatal", "non_financial", 10)
    added = partners.put(None, known, (), NOW)
    assert isinstance(added, Decision)
    assert [sweep.kind for sweep in added.sweeps] == [PARTNER_CHANGED]
    assert partners.put(known, known, (), NOW) == Decision(known)
    assert types(partners.put(known, replace(known, sla_days=11), (), NOW)) == []
