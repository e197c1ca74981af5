"""Laws that hold whatever people, partners and time do."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, get_args

from hypothesis import given, settings
from hypothesis import strategies as st

from services.financing.domain.case import Case
from services.financing.domain.consent import PAPER_CLASSES
from services.financing.domain.reasons import DataClass, Purpose
from services.financing.handlers import answers, consents, referrals, timers
from services.financing.handlers.referrals import Refer
from shared.contracts import partner as contract
from shared.contracts.event import EventData, Money
from shared.messaging.decision import Decision, Refused, RejectedEventError
from tests.financing.given import NOW, TERMS, approved, consented, firm, mxn, offered, referred

CLASSES = st.lists(st.sampled_from(get_args(DataClass)), min_size=1, unique=True).map(tuple)
PURPOSES = st.one_of(
    st.just(get_args(Purpose)), st.lists(st.sampled_from(get_args(Purpose)), min_size=1, unique=True).map(tuple)
)
PARTNERS = st.sampled_from(("nafin", "bancomext", "cluster"))

Walk = tuple[Case, list[tuple[Any, ...]]]

STEPS = st.one_of(
    st.tuples(st.just("give"), PARTNERS, PURPOSES, CLASSES, st.integers(1, 60)),
    st.tuples(st.just("revoke"), st.integers(0, 3)),
    st.tuples(st.just("refer"), st.integers(0, 8), st.integers(0, 3)),
    st.tuples(st.just("answer"), st.integers(0, 3), st.sampled_from(("ack", "info", "approve", "decline", "pay"))),
    st.tuples(st.just("inform"), st.integers(0, 3)),
    st.tuples(st.just("wait"), st.integers(1, 100)),
)
AMOUNT = Money(amount="1.00")
STARTS = (firm(), consented(purposes=get_args(Purpose)), referred(), approved(referred(), "3.00"))
WALKS = st.tuples(st.sampled_from(STARTS), st.lists(STEPS, max_size=25))


def take(case: Case, step: tuple[Any, ...], now: datetime) -> Decision[Case] | Refused | None:
    """One step; None where there is nothing that it could be about."""
    match step:
        case ("give", partner, purposes, classes, days):
            wanted = offered(partner, purposes, classes, expires_on=(now + timedelta(days=days)).date())
            return consents.give(case, wanted, now, TERMS)
        case ("refer", index, product):
            need = case.needs[index % len(case.needs)]
            option = need.options[product % len(need.options)]
            return referrals.refer(case, Refer(need.id, option.product, mxn("1000.00"), 3), now, TERMS)
        case ("revoke", index) if case.consents:
            return consents.revoke(case, case.consents[index % len(case.consents)].id, now, TERMS)
        case ("inform", index) if case.referrals:
            return referrals.inform(case, case.referrals[index % len(case.referrals)].id, now, TERMS)
        case ("answer", index, what) if case.referrals:
            return _answer(case, case.referrals[index % len(case.referrals)], what, now)
        case ("wait", _):
            return timers.deadline_reached(case, now, TERMS)
    return None


def _answer(case: Case, referral: Any, what: str, now: datetime) -> Decision[Case] | None:
    try:
        return _answered(case, referral, what, now)
    except RejectedEventError:
        return None


def _answered(case: Case, referral: Any, what: str, now: datetime) -> Decision[Case]:
    told: dict[str, Any] = {"referral_id": referral.id, "partner": referral.partner, "answered_at": now}
    match what:
        case "ack":
            return answers.acknowledged(case, contract.ReferralAcknowledged(**told), now, now, TERMS)
        case "info":
            asked = contract.InformationRequested(**told, items=("a",))
            return answers.information_requested(case, asked, now, now, TERMS)
        case "approve":
            yes = contract.ReferralApproved(**told, amount=AMOUNT, term_months=3)
            return answers.approved(case, yes, now, now, TERMS)
        case "decline":
            return answers.declined(case, contract.ReferralDeclined(**told, reason="no_funds"), now, now, TERMS)
        case _:
            return answers.disbursed(case, contract.CreditDisbursed(**told, amount=AMOUNT), now, now, TERMS)


def walk(given_walk: Walk) -> Iterator[tuple[Case, Case, tuple[EventData, ...], datetime]]:
    case, steps = given_walk
    now = NOW
    for step in steps:
        now += timedelta(days=step[1] if step[0] == "wait" else 0)
        outcome = take(case, step, now)
        if isinstance(outcome, Decision) and outcome.state is not None:
            yield case, outcome.state, outcome.events, now
            case = outcome.state


@settings(max_examples=150)
@given(WALKS)
def test_a_partner_gets_no_class_that_its_consent_does_not_name(given_walk: Walk) -> None:
    for before, after, events, now in walk(given_walk):
        for sent in (event for event in events if isinstance(event, contract.Referral)):
            consent = before.consent(sent.consent.consent_id)
            assert consent is not None
            held = {name for name in get_args(DataClass) if getattr(sent, name) is not None}
            assert held == set(consent.data_classes)
            assert consent.partner == sent.partner
            assert sent.topic == f"partner.{consent.partner}.referrals.v1"
            assert consent.revoked_at is None
            assert now.date() <= consent.expires_on
            assert "capacity" not in held or sent.shape != "non_financial"
            referral = after.referral(sent.referral_id)
            assert referral is not None
            assert referral.purpose in consent.purposes


@settings(max_examples=150)
@given(WALKS)
def test_papers_are_held_only_under_a_consent_that_holds(given_walk: Walk) -> None:
    for _, case, events, _ in walk(given_walk):
        for consent in case.consents:
            if consent.revoked_at or consent.superseded_at:
                assert consent.papers is None
            if consent.papers is not None:
                assert consent.papers.classes == set(consent.data_classes) & PAPER_CLASSES
        revoked = {consent.id for consent in case.consents if consent.revoked_at}
        assert not any(
            referral.is_open or referral.papers for referral in case.referrals if referral.consent_id in revoked
        )
        last = {consent.partner: consent for consent in case.consents}
        gone = {partner for partner, consent in last.items() if consent.revoked_at}
        assert not any(referral.is_open or referral.papers for referral in case.referrals if referral.partner in gone)
        public = "".join(event.model_dump_json() for event in events if not event.topic.startswith("partner."))
        assert not any(secret in public for secret in ("Ana", "8110000000", "31500000", "TME840315KT6", "1000.00"))


@settings(max_examples=150)
@given(WALKS)
def test_the_timer_is_always_what_the_case_waits_for(given_walk: Walk) -> None:
    case, steps = given_walk
    asked, now = case.wake_at, NOW
    for step in steps:
        now += timedelta(days=step[1] if step[0] == "wait" else 0)
        outcome = take(case, step, now)
        if isinstance(outcome, Decision) and outcome.state is not None:
            asked = None if step[0] == "wait" else asked
            for timer in outcome.timers:
                asked = timer.at
            case = outcome.state
            assert asked == case.wake_at


def test_the_walks_reach_what_the_laws_speak_of() -> None:
    """Laws about referrals that are never sent would hold for nothing."""
    reached: set[str] = set()

    @settings(max_examples=500, derandomize=True)
    @given(WALKS)
    def collect(given_walk: Walk) -> None:
        for _, case, _, _ in walk(given_walk):
            reached.update(referral.state for referral in case.referrals)
            reached.update(referral.shape for referral in case.referrals)

    collect()
    assert {"sent", "approved", "declined", "withdrawn", "lapsed", "disbursed", "buyer_initiated"} <= reached
