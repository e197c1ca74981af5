"""A year in which nobody says anything, with partners' own days: every moment passes once, whatever is restarted."""

import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import TypeAdapter

from services.financing.catalogue import read
from services.financing.domain.case import Case
from services.financing.domain.reasons import Purpose
from services.financing.domain.terms import Limits, Terms
from services.financing.handlers import referrals, timers
from shared.contracts.financing import ReferralLapsed
from shared.contracts.partner import ReferralDue
from tests.financing.given import NOW, asked, consented, firm, need_of, of_type, state

STORED = TypeAdapter(Case)
YEAR = timedelta(days=365)
PRODUCTS: dict[str, tuple[str, Purpose]] = {
    "nafin": ("nafin-guaranteed-simple", "certification"),
    "bancomext": ("bancomext-auto-tooling", "tooling"),
}


def own(reminder_bp: int, sla_days: int, erase_days: int) -> Terms:
    """Days of their own: the second has one more, so that one is reminded while the other waits to lapse."""
    known = {each.code: each for each in read().terms((), Limits()).partners}
    first = replace(known["nafin"], reminder_bp=reminder_bp, sla_days=sla_days, erase_days=erase_days)
    return read().terms((first, replace(known["bancomext"], sla_days=sla_days + 1)), Limits())


def sent(terms: Terms) -> Case:
    """Two referrals, to a partner each."""
    case = firm()
    for partner, (_, purpose) in PRODUCTS.items():
        case = consented(case, partner=partner, purposes=(purpose,))
    for partner, (product, purpose) in PRODUCTS.items():
        wanted = asked(case, need_id=need_of(case, purpose), product=product)
        case = state(referrals.refer(case, wanted, NOW, terms))
        assert case.referrals[-1].partner == partner
    return case


def restarted(case: Case) -> Case:
    """As a process that starts anew reads it."""
    return STORED.validate_json(STORED.dump_json(case))


@pytest.mark.parametrize("seed", range(5))
def test_every_moment_of_a_year_passes_once_however_late_and_however_often_it_is_looked_at(seed: int) -> None:
    rng = random.Random(seed)
    terms = own(rng.choice([5_000, 7_000, 9_000]), rng.randint(5, 40), rng.randint(0, 60))
    case, now, told, reminded = sent(terms), NOW, Counter[str](), Counter[str]()
    while case.wake_at is not None and case.wake_at <= NOW + YEAR:
        # A timer fires when somebody is there to see it: at once, hours late, or twice because it was not committed.
        now = max(now, case.wake_at) + rng.choice([timedelta(0), timedelta(hours=5), timedelta(days=3)])
        before = restarted(case)
        lost = timers.deadline_reached(before, now, terms)
        decision = timers.deadline_reached(restarted(before), now, terms)
        assert lost == decision, "what was not committed is decided alike"
        case = state(decision)
        told.update(str(event.referral_id) for event in of_type(decision, ReferralLapsed))
        reminded.update(str(event.referral_id) for event in of_type(decision, ReferralDue))
    assert told == {str(referral.id): 1 for referral in case.referrals}
    assert reminded <= told
    assert [referral.papers for referral in case.referrals] == [None, None]
    assert state(timers.deadline_reached(case, datetime(2099, 1, 1, tzinfo=UTC), terms)).referrals == case.referrals


def test_a_partner_s_own_days_decide_when_its_papers_go() -> None:
    terms = own(7_000, 10, 5)
    case, gone = sent(terms), dict[str, datetime]()
    while case.wake_at is not None and case.wake_at <= NOW + YEAR:
        now = case.wake_at
        case = state(timers.deadline_reached(case, now, terms))
        for referral in case.referrals:
            if referral.papers is None:
                gone.setdefault(referral.partner, now)
    assert gone == {"nafin": NOW + timedelta(days=10 + 5), "bancomext": NOW + timedelta(days=11 + 90)}
