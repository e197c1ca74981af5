"""Decisions of `handlers/answers.py`."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from services.matching import catalogue
from services.matching.domain.answers import Answers
from services.matching.domain.award import Award, Limits, Volume
from services.matching.domain.match import match_id
from services.matching.domain.reasons import EndReason
from services.matching.domain.rematch import Offering
from services.matching.domain.requirement import Requirement
from services.matching.handlers import answers
from services.matching.handlers.offerings import told
from shared.contracts.event import Money
from shared.contracts.matching import ContractAwarded, ContractEnded, MatchAnswered, MatchFound, MatchLost
from shared.messaging.decision import Decision, Refused
from tests.matching.given import (
    ANCHOR,
    NOW,
    RULES,
    SUPPLIER,
    again,
    an_id,
    apart,
    followed,
    matched,
    pairs,
    requirement,
)

MATCH = match_id(SUPPLIER, an_id("requirement"))
LATER = NOW + timedelta(days=1)
BUYER, OTHER = "buyer-1", "buyer-2"
AWARD = Award(Decimal(1500000), "MXN", 90_000)
LEFT = Volume(100_000, 0)
BOUNDS = catalogue.award_bounds()


def limits(left: Volume = LEFT) -> Limits:
    return Limits(left, BOUNDS.prices, BOUNDS.version)


def blocked() -> Offering:
    state = matched(requirement())
    return replace(state, matches=(replace(state.matches[0], blocked_by=("T05",)),))


def decided(outcome: Decision[Offering] | Refused) -> Decision[Offering]:
    assert isinstance(outcome, Decision)
    return outcome


def state(outcome: Decision[Offering] | Refused) -> Offering:
    found = decided(outcome).state
    assert found is not None
    return found


def code(outcome: object) -> str:
    assert isinstance(outcome, Refused)
    return outcome.code


def award(before: Offering | None, given: Award = AWARD, left: Volume = LEFT) -> Decision[Offering] | Refused:
    return answers.award(before, MATCH, given, limits(left), BUYER, NOW)


def ended(before: Offering | None, reason: EndReason, by: str, at: datetime, asked: Requirement) -> Decision[Offering]:
    """What the end of an award makes of a firm that was told of what is asked, where that is open."""
    was = () if asked.status == "closed" else (asked,)
    return followed(decided(answers.end(before, MATCH, reason, by, at, RULES)), asked, was=was, now=at)


def test_a_shortlisted_match_is_told_once() -> None:
    before = matched(requirement(), requirement("other"))
    decision = decided(answers.shortlist(before, MATCH, BUYER, NOW))
    (event,) = decision.events
    assert isinstance(event, MatchAnswered)
    assert (event.match_id, event.requirement_id, event.anchor_id) == (MATCH, an_id("requirement"), ANCHOR)
    assert (event.answer, event.reason, event.answered_at) == ("shortlisted", None, NOW)
    assert decided(answers.shortlist(decision.state, MATCH, OTHER, LATER)).events == ()
    assert [(each.requirement_id, each.standing) for each in state(decision).answers] == [
        (an_id("requirement"), "shortlisted")
    ]
    assert state(decision).matches == before.matches


def test_a_decline_has_its_reason() -> None:
    (event,) = decided(answers.decline(matched(requirement()), MATCH, "price", BUYER, NOW)).events
    assert isinstance(event, MatchAnswered)
    assert (event.answer, event.reason) == ("declined", "price")


def test_an_award_is_told_with_its_money_and_only_once() -> None:
    decision = decided(award(matched(requirement())))
    (event,) = decision.events
    assert isinstance(event, ContractAwarded)
    assert (event.annual_value, event.annual_volume) == (Money(amount="1500000.00", currency="MXN"), 90_000)
    assert (event.awarded_at, event.corrected, event.corrected_at) == (NOW, None, None)
    assert event.bounds == BOUNDS.version
    assert award(decision.state, replace(AWARD, annual_value=Decimal("1500000.00"))) == Decision(decision.state)
    assert code(award(decision.state, replace(AWARD, annual_volume=80_000))) == "match_awarded"


def test_an_award_that_cannot_be_meant_is_refused_with_figures() -> None:
    refusal = award(matched(requirement()), left=Volume(100_000, 20_000))
    assert code(refusal) == "award_volume"
    assert isinstance(refusal, Refused)
    assert refusal.params == {"asked": 100_000, "elsewhere": 20_000, "left": 80_000}


def test_a_corrected_award_is_told_as_it_is_now() -> None:
    before = state(award(matched(requirement())))
    less = replace(AWARD, annual_volume=80_000)
    decision = decided(answers.correct(before, MATCH, less, limits(), OTHER, LATER, reason="volume_changed"))
    (event,) = decision.events
    assert isinstance(event, ContractAwarded)
    assert (event.annual_volume, event.awarded_at) == (80_000, NOW)
    assert (event.corrected, event.corrected_at) == ("volume_changed", LATER)
    assert event.bounds == BOUNDS.version
    more = replace(AWARD, annual_volume=100_001)
    assert code(answers.correct(before, MATCH, more, limits(), OTHER, LATER, reason="mistyped")) == "award_volume"


def test_an_award_that_ends_leaves_the_match_to_the_rules() -> None:
    before = state(award(matched(requirement())))
    goes_on = ended(before, "completed", BUYER, LATER, requirement())
    (event,) = goes_on.events
    assert isinstance(event, ContractEnded)
    assert (event.reason, event.ended_at) == ("completed", LATER)
    kept = again(before, was=(requirement(),)).offering
    assert len(kept.matches) == 1
    lost = ended(kept, "completed", BUYER, LATER, replace(requirement(), status="closed"))
    assert [type(each) for each in lost.events] == [ContractEnded, MatchLost]
    assert state(lost).matches == ()
    assert [each.standing for each in state(lost).answers] == ["ended"]
    assert ended(goes_on.state, "completed", OTHER, LATER, requirement()).events == ()


def test_the_reason_of_an_end_is_corrected_also_when_the_match_was_lost() -> None:
    before = again(state(award(matched(requirement()))), was=(requirement(),)).offering
    closed = replace(requirement(), status="closed")
    first = ended(before, "completed", BUYER, LATER, closed)
    after = LATER + timedelta(days=1)
    (event,) = ended(first.state, "mistyped", OTHER, after, closed).events
    assert isinstance(event, ContractEnded)
    assert (event.match_id, event.reason, event.ended_at) == (MATCH, "mistyped", LATER)
    assert code(answers.end(Offering(SUPPLIER), MATCH, "mistyped", OTHER, after, RULES)) == "match_unknown"


def test_a_blocked_match_is_neither_shortlisted_nor_awarded() -> None:
    assert code(answers.shortlist(blocked(), MATCH, BUYER, NOW)) == "match_blocked"
    assert code(award(blocked())) == "match_blocked"
    assert len(decided(answers.decline(blocked(), MATCH, "quality", BUYER, NOW)).events) == 1


def test_a_match_that_was_lost_is_not_answered_and_has_its_standing_when_it_comes_back() -> None:
    before = state(answers.decline(matched(requirement()), MATCH, "price", BUYER, NOW))
    lost = again(before, requirement(materials=("zinc",)), was=(requirement(),)).offering
    assert (lost.matches, lost.answers) == ((), before.answers)
    assert code(answers.shortlist(lost, MATCH, BUYER, LATER)) == "match_lost"
    (_, found) = apart(told(lost, pairs(lost, requirement()), LATER).events)
    assert isinstance(found, MatchFound)
    assert (found.match_id, found.standing) == (MATCH, "declined")


def test_a_match_that_never_was_is_unknown() -> None:
    assert code(answers.shortlist(None, MATCH, BUYER, NOW)) == "match_unknown"
    assert code(answers.shortlist(matched(requirement("other")), MATCH, BUYER, NOW)) == "match_unknown"


def test_of_one_firm_each_requirement_has_its_own_answers() -> None:
    before = matched(requirement(), requirement("other"))
    both = state(answers.shortlist(before, MATCH, BUYER, NOW))
    both = state(answers.decline(both, match_id(SUPPLIER, an_id("other")), "price", BUYER, NOW))
    found: dict[object, Answers] = {each.requirement_id: each for each in both.answers}
    assert {id_: each.standing for id_, each in found.items()} == {
        an_id("requirement"): "shortlisted",
        an_id("other"): "declined",
    }
