from dataclasses import replace
from decimal import Decimal

import pytest

from services.matching.domain.match import Award, Match, decline, give_award, match_id, shortlist
from tests.matching.given import NOW, SUPPLIER, an_id, matched, requirement

AWARD = Award(Decimal("1500000.00"), "MXN", 90_000, NOW)


@pytest.fixture
def match() -> Match:
    return matched(requirement()).matches[0]


def test_a_supplier_and_a_requirement_have_one_match() -> None:
    assert match_id(SUPPLIER, an_id("a")) == match_id(SUPPLIER, an_id("a"))
    assert match_id(SUPPLIER, an_id("a")) != match_id(SUPPLIER, an_id("b"))
    assert match_id(an_id("a"), SUPPLIER) != match_id(SUPPLIER, an_id("a"))


def test_an_anchor_may_take_back_a_decline(match: Match) -> None:
    declined = decline(match, "price")
    assert isinstance(declined, Match)
    assert (declined.standing, declined.decline_reason) == ("declined", "price")
    listed = shortlist(declined)
    assert isinstance(listed, Match)
    assert (listed.standing, listed.decline_reason) == ("shortlisted", None)


def test_a_blocked_match_can_only_be_declined(match: Match) -> None:
    blocked = replace(match, blocked_by=("T05",))
    assert shortlist(blocked) == "match_blocked"
    assert give_award(blocked, AWARD) == "match_blocked"
    assert isinstance(decline(blocked, "quality"), Match)


def test_an_award_is_final(match: Match) -> None:
    awarded = give_award(match, AWARD)
    assert isinstance(awarded, Match)
    assert (awarded.standing, awarded.award) == ("awarded", AWARD)
    assert shortlist(awarded) == "match_awarded"
    assert decline(awarded, "price") == "match_awarded"
    assert give_award(awarded, replace(AWARD, annual_volume=1)) == "match_awarded"
    assert give_award(awarded, replace(AWARD, at=NOW.replace(year=2027))) == awarded


def test_a_declined_match_is_not_awarded(match: Match) -> None:
    declined = decline(match, "price")
    assert isinstance(declined, Match)
    assert give_award(declined, AWARD) == "match_declined"
