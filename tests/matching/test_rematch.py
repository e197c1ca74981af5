from dataclasses import replace
from decimal import Decimal

from services.matching.domain.alignment import Aligned, NotAligned
from services.matching.domain.answers import Answer, Answers
from services.matching.domain.award import Award
from services.matching.domain.match import Found, Lost, Match
from services.matching.domain.offering import latest
from services.matching.domain.rematch import Offering, Rematch, rematch
from services.matching.domain.requirement import Requirement
from tests.matching.given import (
    NOW,
    REGISTERED,
    SUPPLIER,
    TODAY,
    demand,
    diagnosed,
    matched,
    offering,
    process,
    profile,
    requirement,
)


def again(before: Offering, *requirements: Requirement) -> Rematch:
    return rematch(before, demand(*requirements), TODAY)


def lost(found: Rematch) -> list[str]:
    return [change.reason for change in found.changes if isinstance(change, Lost)]


def test_before_registration_is_known_nothing_is_decided() -> None:
    before = Offering(SUPPLIER, diagnosis=diagnosed())
    assert again(before, requirement()) == Rematch(before, None, ())


def test_before_the_diagnosis_there_is_alignment_and_no_match() -> None:
    found = again(offering(), requirement())
    assert isinstance(found.alignment, Aligned)
    assert found.changes == ()
    assert found.offering.matches == ()


def test_a_diagnosed_firm_is_matched_and_told_once() -> None:
    before = replace(again(offering(), requirement()).offering, diagnosis=diagnosed("T05"))
    found = again(before, requirement())
    assert found.alignment is None
    (change,) = found.changes
    assert isinstance(change, Found)
    assert (change.match.score, change.match.blocked_by) == (10_000, ("T05",))
    assert sum(criterion.points for criterion in change.match.criteria) == 10_000
    assert again(found.offering, requirement()) == Rematch(found.offering, None, ())


def test_a_match_needs_the_minimum_score() -> None:
    just_enough = requirement("a", annual_volume=1_000_000_000, tolerance_um=1, lead_time_days=1, plant_state="22")
    before = Offering(SUPPLIER, profile=profile(), diagnosis=diagnosed())
    found = again(before, just_enough)
    assert found.offering.matches[0].score == 5_000
    less = replace(just_enough, specification=replace(just_enough.specification, plant_state="19"))
    found = again(found.offering, less)
    assert isinstance(found.offering.alignment, Aligned)
    assert lost(found) == ["score_below_minimum"]


def test_why_a_match_is_lost() -> None:
    before = matched(requirement())
    assert lost(again(before)) == ["requirement_closed"]
    assert lost(again(before, requirement(materials=("zinc",)))) == ["no_longer_aligned"]
    assert lost(again(before, requirement(area="P02"))) == ["no_longer_aligned"]
    assert lost(again(replace(before, withdrawn_at=NOW), requirement())) == ["supplier_withdrawn"]
    other = replace(before, profile=profile(process(area="P02")))
    assert lost(again(other, requirement())) == ["no_longer_aligned"]


def test_a_match_is_told_again_when_score_or_blocks_or_explanation_change() -> None:
    before = matched(requirement(), requirement("other"))
    found = again(before, requirement(annual_volume=125_000), requirement("other"))
    assert [change.match.score for change in found.changes] == [9_600]
    found = again(replace(before, diagnosis=diagnosed("O04")), requirement(), requirement("other"))
    assert [change.match.blocked_by for change in found.changes] == [("O04",), ("O04",)]
    found = again(before, requirement(annual_volume=50_000), requirement("other"))
    assert [(change.match.score, change.match.criteria[0].need) for change in found.changes] == [(10_000, "50000")]


def answered(match: Match, answer: Answer) -> Answers:
    return Answers(match.requirement_id, match.anchor_id, match.area, (answer,))


def test_what_the_anchor_answered_outlives_whatever_is_derived() -> None:
    before = matched(requirement())
    declined = answered(before.matches[0], Answer("decline", "declined", "buyer-1", NOW, "price"))
    before = before.with_answers(declined)
    for asked in (requirement(annual_volume=200_000), requirement(materials=("zinc",)), requirement("another")):
        assert again(before, asked).offering.answers == (declined,)
    assert again(replace(before, withdrawn_at=NOW), requirement()).offering.answers == (declined,)


def test_an_awarded_match_is_never_lost_and_says_what_it_is_today() -> None:
    before = matched(requirement(), requirement("other"))
    award = Answer("award", "awarded", "buyer-1", NOW, award=Award(Decimal(1), "MXN", 1))
    kept = before.matches[0]
    before = before.with_answers(answered(kept, award))
    found = again(replace(before, withdrawn_at=NOW))
    assert found.offering.matches == (replace(kept, holds=False),)
    assert len(lost(found)) == 1
    assert again(found.offering, requirement()).changes == ()
    back = again(replace(found.offering, withdrawn_at=None), requirement(), requirement("other"))
    assert [change.match for change in back.changes] == list(before.matches)
    critical = again(replace(before, diagnosis=diagnosed("T05")), requirement(), requirement("other"))
    assert [match.blocked_by for match in critical.offering.matches] == [("T05",), ("T05",)]
    found = again(before, requirement(annual_volume=200_000), requirement("other", annual_volume=200_000))
    assert [change.match.score < kept.score for change in found.changes] == [True, True]
    assert all(match.holds for match in found.offering.matches)


def test_a_firm_that_left_stays_away_until_it_registers_anew() -> None:
    gone = replace(offering(), withdrawn_at=NOW)
    found = again(gone, requirement())
    assert isinstance(found.alignment, NotAligned)
    assert found.offering.withdrawn
    assert Offering(SUPPLIER, withdrawn_at=NOW).withdrawn
    assert not replace(gone, profile=profile(registered_at=NOW.replace(year=2027))).withdrawn
    assert not replace(gone, withdrawn_at=REGISTERED.replace(year=2025)).withdrawn
    assert replace(gone, withdrawn_at=REGISTERED).withdrawn


def test_the_lost_are_told_before_the_found() -> None:
    changes = again(matched(requirement("a")), requirement("b")).changes
    assert [type(change) for change in changes] == [Lost, Found]


def test_the_latest_diagnosis_counts() -> None:
    old, new = diagnosed("T05"), diagnosed(at=NOW.replace(hour=20))
    assert latest(None, old) == old
    assert (latest(old, new), latest(new, old)) == (new, old)
    again_ = diagnosed("O01", version=2, at=REGISTERED)
    assert latest(new, again_) == latest(again_, new) == again_
