"""What was promised holds for as long as it was, whatever is promised to others, and for who left."""

from datetime import timedelta

import pytest

from services.financing.domain.case import Case
from services.financing.handlers import answers, consents, facts, referrals, timers
from shared.contracts import partner as contract
from shared.contracts.registration import SupplierWithdrawn
from tests.financing.given import (
    NOW,
    SUPPLIER,
    TERMS,
    answer,
    approved,
    asked,
    consented,
    firm,
    offered,
    referred,
    state,
)
from tests.financing.test_consent_text import code, with_limits


@pytest.mark.parametrize(("setting", "days"), [(400, 90), (7, 7)])
def test_nothing_is_kept_longer_than_was_promised(setting: int, days: int) -> None:
    later = with_limits(erase_days=setting, approval_days=setting)
    case = referred()
    declined = answers.declined(case, answer(contract.ReferralDeclined, case, reason="no_funds"), NOW, NOW, later)
    lapsed = timers.deadline_reached(case, NOW + timedelta(days=20), later)
    assert state(declined).referrals[0].erase_at == NOW + timedelta(days=days)
    assert state(lapsed).referrals[0].erase_at == NOW + timedelta(days=20 + days)


def test_nor_what_was_approved_and_is_not_paid() -> None:
    case = referred()
    yes = answer(contract.ReferralApproved, case, amount={"amount": "300000.00"}, term_months=3)
    kept = answers.approved(case, yes, NOW, NOW, with_limits(approval_days=3_000))
    assert state(kept).referrals[0].erase_at == NOW + timedelta(days=365)


def left(case: Case) -> Case:
    gone = SupplierWithdrawn(supplier_id=SUPPLIER, reason="own_wish", withdrawn_at=NOW)
    return state(facts.supplier_withdrawn(case, gone, NOW, TERMS))


def test_who_left_hands_nothing_over_any_more() -> None:
    assert code(consents.give(left(firm()), offered(), NOW, TERMS)) == "supplier_withdrawn"
    case = left(consented())
    assert case.consents[0].papers is None
    ask = asked(case)
    assert code(referrals.refer(case, ask, NOW, TERMS)) == "supplier_withdrawn"


def test_what_was_sent_before_goes_on_until_it_ends() -> None:
    case = left(consented(referred(), partner="bancomext", purposes=("tooling",)))
    assert [consent.papers is not None for consent in case.consents] == [True, False]
    ended = approved(case)
    assert ended.referrals[0].state == "approved"
    revoked = state(consents.revoke(ended, ended.consents[0].id, NOW, TERMS))
    assert all(consent.papers is None for consent in revoked.consents)
