"""Consents: for one partner, in the exact words shown, for named classes and no others; and taken back."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from services.financing.domain.case import Case
from services.financing.domain.consent import IdentityPapers, Papers
from services.financing.domain.partner import partner
from services.financing.handlers import answers, consents, timers
from shared.contracts import financing
from shared.contracts import partner as contract
from shared.messaging.decision import Decision, Refused
from tests.financing.given import (
    CLASSES,
    FIRM,
    NOW,
    PAPERS,
    PROFILE,
    TERMS,
    approved,
    consented,
    firm,
    of_type,
    offered,
    papers_of,
    referred,
    said,
    state,
    types,
)

LATER = NOW + timedelta(days=1)


def code(outcome: object) -> str:
    assert isinstance(outcome, Refused), outcome
    return outcome.code


def give(case: Any = FIRM, **different: Any) -> Any:
    return consents.give(case, offered(**different), NOW, TERMS)


def test_a_consent_is_told_without_the_papers() -> None:
    decision = give()
    told = of_type(decision, financing.ConsentGiven)[0]
    assert (told.partner, told.purposes) == ("nafin", ("certification", "receivables"))
    assert set(told.data_classes) == set(CLASSES)
    assert (told.text_version, told.text_sha256) == ("consent-credit-es-2026.5", offered().text_sha256)
    assert not any(secret in told.model_dump_json() for secret in ("Ana", "8110000000", "31500000", "TME840315KT6"))
    assert state(decision).consents[0].papers == PAPERS


def test_papers_never_show_themselves() -> None:
    assert "Ana" not in repr(consented())
    assert "ana@" not in repr(offered())


@pytest.mark.parametrize(
    ("different", "problem"),
    [
        ({"text_sha256": "0" * 64}, "text_not_shown"),
        ({"purposes": ()}, "nothing_consented"),
        ({"classes": ()}, "nothing_consented"),
        ({"papers": papers_of(("identity", "contact"))}, "papers_do_not_match_classes"),
        ({"classes": ("identity", "need"), "papers": PAPERS}, "papers_do_not_match_classes"),
        ({"expires_on": NOW.date()}, "expiry_out_of_range"),
        ({"expires_on": date(2027, 3, 3)}, "expiry_out_of_range"),
        ({"partner": "cluster"}, "data_class_not_allowed"),
        ({"papers": replace(PAPERS, identity=IdentityPapers("TME840315KT", "X", "Y"))}, "rfc_malformed"),
        ({"papers": replace(PAPERS, identity=IdentityPapers("GODE561231GR8", "X", "Y"))}, "rfc_malformed"),
        ({"papers": replace(PAPERS, identity=IdentityPapers("SAT970701NN3", "X", "Y"))}, "rfc_mismatch"),
        (
            {"papers": replace(PAPERS, identity=IdentityPapers("TME840315KT6", "Otra, S.A.", "Y"))},
            "legal_name_mismatch",
        ),
    ],
)
def test_what_is_not_accepted(different: dict[str, Any], problem: str) -> None:
    assert code(give(**different)) == problem


@pytest.mark.parametrize("last_day", [date(2026, 3, 3), date(2027, 3, 2)])
def test_the_days_that_a_consent_may_hold(last_day: date) -> None:
    assert isinstance(give(expires_on=last_day), Decision)


def test_a_natural_person_gives_its_own_rfc() -> None:
    person = replace(FIRM, profile=replace(PROFILE, kind="natural", rfc=None))
    papers = replace(PAPERS, identity=IdentityPapers("GODE561231GR8", "Ana Ejemplo", "Ana Ejemplo"))
    assert isinstance(give(person, papers=papers), Decision)


def test_other_words_than_those_for_this_choice_do_not_count() -> None:
    narrower = offered(classes=("identity", "need"))
    assert code(give(text_sha256=narrower.text_sha256)) == "text_not_shown"


def test_unknown_parties() -> None:
    assert code(give(None)) == "supplier_unknown"
    assert code(consents.give(FIRM, replace(offered(), partner="nadie"), NOW, TERMS)) == "partner_unknown"
    left = replace(TERMS, partners=(partner("nafin", "N", "development_bank", 20, active=False),))
    assert code(consents.give(FIRM, offered(), NOW, left)) == "partner_inactive"


def test_a_grant_needs_no_capacity() -> None:
    without = tuple(name for name in CLASSES if name != "capacity")
    assert isinstance(give(partner="cluster", purposes=("certification",), classes=without), Decision)


def test_the_same_consent_twice_is_one() -> None:
    once = consented()
    again = consents.give(once, offered(), LATER, TERMS)
    assert isinstance(again, Decision)
    assert (again.state, again.events) == (once, ())


def test_the_last_word_replaces_the_one_before_and_its_papers() -> None:
    narrower = consented(consented(), classes=("identity", "need"))
    first, last = narrower.consents
    assert (first.papers, first.superseded_at) == (None, NOW)
    assert last.papers is not None
    assert last.papers.contact is None
    assert first.id != last.id


def test_a_consent_to_another_partner_leaves_the_first_alone() -> None:
    both = consented(consented(), partner="bancomext", purposes=("tooling",))
    assert [consent.papers is not None for consent in both.consents] == [True, True]


def test_taking_it_back_withdraws_erases_and_tells_the_partner() -> None:
    case = referred()
    decision = consents.revoke(case, case.consents[0].id, LATER, TERMS)
    assert types(decision) == [
        "financing.consent-revoked",
        "partner.referral-withdrawn",
        "financing.referral-answered",
    ]
    told = of_type(decision, contract.ReferralWithdrawn)[0]
    assert (told.topic, told.referral_id) == ("partner.nafin.referrals.v1", case.referrals[0].id)
    moved = of_type(decision, financing.ReferralAnswered)[0]
    assert (moved.state, moved.reason) == ("withdrawn", "consent_revoked")
    after = state(decision)
    assert after.consents[0].papers is None
    assert (after.referrals[0].state, after.referrals[0].papers, after.referrals[0].lapse_at) == (
        "withdrawn",
        None,
        None,
    )


def paid(case: Case) -> Case:
    return said(approved(case), answers.disbursed, contract.CreditDisbursed, amount={"amount": "300000.00"})


ENDED: dict[str, Callable[[Case], Case]] = {
    "declined": lambda case: said(case, answers.declined, contract.ReferralDeclined, reason="no_funds"),
    "closed": paid,
    "lapsed": lambda case: state(timers.deadline_reached(case, NOW + timedelta(days=20), TERMS)),
}


@pytest.mark.parametrize(("how", "after"), [("declined", "declined"), ("closed", "closed"), ("lapsed", "withdrawn")])
def test_taking_it_back_reaches_what_has_ended(how: str, after: str) -> None:
    case = ENDED[how](referred())
    decision = consents.revoke(case, case.consents[0].id, LATER, TERMS)
    told = of_type(decision, contract.ReferralWithdrawn)
    assert [(each.referral_id, each.ended) for each in told] == [(case.referrals[0].id, True)]
    assert (state(decision).referrals[0].state, state(decision).referrals[0].papers) == (after, None)
    moved = [each.state for each in of_type(decision, financing.ReferralAnswered)]
    assert moved == [after]


def test_taking_a_consent_back_is_for_the_pair() -> None:
    """Referred under the first; the second replaced it; the second is taken back."""
    case = consented(referred(), classes=("identity", "need"))
    decision = consents.revoke(case, case.consents[1].id, LATER, TERMS)
    assert types(decision) == [
        *["financing.consent-revoked"] * 2,
        "partner.referral-withdrawn",
        "financing.referral-answered",
    ]
    after = state(decision)
    assert [consent.revoked_at for consent in after.consents] == [LATER, LATER]
    assert (after.referrals[0].state, after.referrals[0].papers) == ("withdrawn", None)


def test_so_is_taking_back_one_that_was_replaced_or_has_expired() -> None:
    case = consented(referred(), classes=("identity", "need"), expires_on=NOW.date() + timedelta(days=5))
    expired = state(timers.deadline_reached(case, NOW + timedelta(days=6), TERMS))
    for consent in expired.consents:
        after = state(consents.revoke(expired, consent.id, NOW + timedelta(days=7), TERMS))
        assert after.referrals[0].state == "withdrawn"
        assert all(each.revoked_at for each in after.consents)


def test_a_partner_is_told_of_a_referral_once() -> None:
    case = referred()
    revoked = state(consents.revoke(case, case.consents[0].id, LATER, TERMS))
    again = referred(consented(revoked, now=LATER), now=LATER)
    decision = consents.revoke(again, again.consents[1].id, LATER, TERMS)
    assert [told.referral_id for told in of_type(decision, contract.ReferralWithdrawn)] == [again.referrals[1].id]


def test_taking_back_the_first_again_leaves_a_new_consent_alone() -> None:
    case = referred()
    revoked = state(consents.revoke(case, case.consents[0].id, LATER, TERMS))
    again = consented(revoked, now=LATER)
    repeated = consents.revoke(again, again.consents[0].id, LATER, TERMS)
    assert isinstance(repeated, Decision)
    assert (repeated.state, repeated.events) == (again, ())


def test_taking_it_back_leaves_other_partners_referrals_alone() -> None:
    case = consented(referred(), partner="cluster", purposes=("certification",), classes=("identity", "need"))
    decision = consents.revoke(case, case.consents[1].id, LATER, TERMS)
    assert types(decision) == ["financing.consent-revoked"]
    assert state(decision).referrals == case.referrals


def test_taking_it_back_twice_is_once() -> None:
    case = consented()
    once = state(consents.revoke(case, case.consents[0].id, LATER, TERMS))
    again = consents.revoke(once, case.consents[0].id, LATER, TERMS)
    assert isinstance(again, Decision)
    assert (again.state, again.events) == (once, ())


def test_what_was_never_given_cannot_be_taken_back() -> None:
    assert code(consents.revoke(firm(), FIRM.id, NOW, TERMS)) == "consent_unknown"


def test_a_new_consent_after_a_revocation_is_another_one() -> None:
    case = consented()
    revoked = state(consents.revoke(case, case.consents[0].id, LATER, TERMS))
    again = consented(revoked, now=LATER)
    assert len({consent.id for consent in again.consents}) == 2
    assert again.consents[0].superseded_at is None


def test_no_papers_are_known_by_their_classes() -> None:
    assert Papers().classes == frozenset()
