"""Decisions of `handlers/answers.py`."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from services.matching.domain.match import match_id
from services.matching.domain.rematch import Offering
from services.matching.handlers import answers
from shared.contracts.event import Money
from shared.contracts.matching import ContractAwarded, MatchAnswered
from shared.messaging.decision import Decision, Refused
from tests.matching.given import ANCHOR, NOW, SUPPLIER, an_id, matched, requirement

MATCH = match_id(SUPPLIER, an_id("requirement"))
LATER = NOW + timedelta(days=1)


def blocked() -> Offering:
    state = matched(requirement())
    return replace(state, matches=(replace(state.matches[0], blocked_by=("T05",)),))


def decided(outcome: Decision[Offering] | Refused) -> Decision[Offering]:
    assert isinstance(outcome, Decision)
    return outcome


def code(outcome: object) -> str:
    assert isinstance(outcome, Refused)
    return outcome.code


def test_a_shortlisted_match_is_told_once() -> None:
    state = matched(requirement(), requirement("other"))
    decision = decided(answers.shortlist(state, MATCH, NOW))
    (event,) = decision.events
    assert isinstance(event, MatchAnswered)
    assert (event.match_id, event.requirement_id, event.anchor_id) == (MATCH, an_id("requirement"), ANCHOR)
    assert (event.answer, event.reason, event.answered_at) == ("shortlisted", None, NOW)
    assert decided(answers.shortlist(decision.state, MATCH, LATER)).events == ()
    assert decision.state is not None
    assert {match.standing for match in decision.state.matches} == {"shortlisted", "found"}


def test_a_decline_has_its_reason() -> None:
    (event,) = decided(answers.decline(matched(requirement()), MATCH, "price", NOW)).events
    assert isinstance(event, MatchAnswered)
    assert (event.answer, event.reason) == ("declined", "price")


def test_an_award_is_told_with_its_money_and_only_once() -> None:
    decision = decided(answers.award(matched(requirement()), MATCH, Decimal(1500000), "MXN", 90_000, NOW))
    (event,) = decision.events
    assert isinstance(event, ContractAwarded)
    assert (event.annual_value, event.annual_volume) == (Money(amount="1500000.00", currency="MXN"), 90_000)
    again = decided(answers.award(decision.state, MATCH, Decimal("1500000.00"), "MXN", 90_000, LATER))
    assert again == Decision(decision.state)
    assert code(answers.award(decision.state, MATCH, Decimal(1), "MXN", 90_000, LATER)) == "match_awarded"


def test_a_blocked_match_is_neither_shortlisted_nor_awarded() -> None:
    assert code(answers.shortlist(blocked(), MATCH, NOW)) == "match_blocked"
    assert code(answers.award(blocked(), MATCH, Decimal(1), "MXN", 1, NOW)) == "match_blocked"
    assert len(decided(answers.decline(blocked(), MATCH, "quality", NOW)).events) == 1


def test_a_match_that_no_longer_holds_is_unknown() -> None:
    assert code(answers.shortlist(None, MATCH, NOW)) == "match_unknown"
    assert code(answers.shortlist(matched(requirement("other")), MATCH, NOW)) == "match_unknown"
