from dataclasses import replace
from decimal import Decimal

import pytest

from services.matching.domain.alignment import MOST_ALIGNED, Aligned, Differs, NotAligned
from services.matching.domain.answers import Answer, Answers
from services.matching.domain.award import Award
from services.matching.domain.match import Found, Lost, Match
from services.matching.domain.offering import ProcessOffer, latest
from services.matching.domain.rematch import Offering, Rematch
from tests.matching.given import (
    ANCHOR,
    NOW,
    REGISTERED,
    SUPPLIER,
    again,
    diagnosed,
    matched,
    offering,
    process,
    profile,
    requirement,
)


def lost(found: Rematch) -> list[str]:
    return [change.reason for change in found.changes if isinstance(change, Lost)]


def test_before_registration_is_known_nothing_is_decided() -> None:
    before = Offering(SUPPLIER, diagnosis=diagnosed())
    assert again(before, requirement()) == Rematch(before, (), ())


def test_before_the_diagnosis_there_is_alignment_and_no_match() -> None:
    found = again(offering(), requirement())
    (told,) = found.alignment
    assert isinstance(told, Aligned)
    assert found.changes == ()
    assert (found.offering.matches, found.offering.aligned, found.offering.revision) == ((), {"P01": 1}, 1)


def test_the_first_is_told_whole_and_then_the_difference() -> None:
    a, b, c = (requirement(name) for name in ("a", "b", "c"))
    before = again(offering(), a, b).offering
    other = requirement("b", annual_volume=200_000)
    (told,) = again(before, a, other, c, was=(a, b)).alignment
    assert isinstance(told, Differs)
    assert {each.requirement_id: each.score for each in told.requirements} == {b.id: 9_000, c.id: 10_000}
    assert told.lost == ()
    found = again(before, b, was=(a, b))
    assert found.alignment == (Differs((), (a.id,)),)
    assert (found.offering.aligned, found.offering.revision) == ({"P01": 1}, 2)
    assert again(before, a, b, was=(a, b)) == Rematch(before, (), ())


def test_who_meets_nothing_any_more_hears_why_and_once() -> None:
    before = again(offering(), requirement()).offering
    zinc = requirement(materials=("zinc",))
    found = again(before, zinc, was=(requirement(),))
    (told,) = found.alignment
    assert isinstance(told, NotAligned)
    assert [each.reason for each in told.missing] == ["no_common_material"]
    assert again(found.offering, zinc, requirement("b", materials=("cobre",)), was=(zinc,)).alignment == ()
    (told,) = again(found.offering, zinc, was=(zinc,), own=True).alignment
    assert isinstance(told, NotAligned)
    (told,) = again(found.offering, requirement(), was=(zinc,)).alignment
    assert isinstance(told, Aligned)


def test_a_requirement_that_moves_to_another_area_is_told_as_it_is_there() -> None:
    firm = offering(process(), process(area="P02"))
    before = again(firm, requirement()).offering
    moved = again(before, requirement(area="P02"), was=(requirement(),))
    assert moved.offering.aligned == {"P02": 1}
    assert [type(each) for each in moved.alignment] == [Differs]


def test_a_set_that_outgrows_its_event_goes_on_in_the_next() -> None:
    many = [requirement(str(number)) for number in range(MOST_ALIGNED + 2)]
    found = again(offering(), *many)
    first, second = found.alignment
    assert isinstance(first, Aligned)
    assert isinstance(second, Differs)
    assert [len(each.requirements) for each in (first, second)] == [MOST_ALIGNED, 2]
    assert (found.offering.revision, found.offering.aligned) == (2, {"P01": MOST_ALIGNED + 2})


def test_everything_is_told_once_more_as_if_nothing_had_been() -> None:
    before = matched(requirement(), requirement("other"))
    found = again(before, requirement(), requirement("other"), was=(requirement(), requirement("other")), whole=True)
    (told,) = found.alignment
    assert isinstance(told, Aligned)
    assert len(told.requirements) == 2
    assert [type(change) for change in found.changes] == [Found, Found]
    assert replace(found.offering, revision=before.revision) == before
    (told,) = again(offering(), whole=True).alignment
    assert isinstance(told, NotAligned)


def test_a_diagnosed_firm_is_matched_and_told_once() -> None:
    before = replace(again(offering(), requirement()).offering, diagnosis=diagnosed("T05"))
    found = again(before, requirement(), was=(requirement(),))
    assert found.alignment == ()
    (change,) = found.changes
    assert isinstance(change, Found)
    assert (change.match.score, change.match.blocked_by) == (10_000, ("T05",))
    assert sum(criterion.points for criterion in change.criteria) == 10_000
    assert again(found.offering, requirement(), was=(requirement(),)) == Rematch(found.offering, (), ())


def test_a_match_needs_the_minimum_score() -> None:
    just_enough = requirement("a", annual_volume=1_000_000_000, tolerance_um=1, lead_time_days=1, plant_state="22")
    before = Offering(SUPPLIER, profile=profile(), diagnosis=diagnosed())
    found = again(before, just_enough)
    assert found.offering.matches[0].score == 5_000
    less = replace(just_enough, specification=replace(just_enough.specification, plant_state="19"))
    found = again(found.offering, less, was=(just_enough,))
    assert found.offering.aligned == {"P01": 1}
    assert lost(found) == ["score_below_minimum"]


def test_why_a_match_is_lost() -> None:
    before = matched(requirement())
    was = (requirement(),)
    assert lost(again(before, was=was)) == ["requirement_closed"]
    assert lost(again(before, requirement(materials=("zinc",)), was=was)) == ["no_longer_aligned"]
    assert lost(again(before, requirement(area="P02"), was=was)) == ["no_longer_aligned"]
    assert lost(again(replace(before, withdrawn_at=NOW), requirement(), was=was, of=before)) == ["supplier_withdrawn"]
    other = replace(before, profile=profile(process(area="P02")))
    assert lost(again(other, requirement(), was=was, of=before)) == ["no_longer_aligned"]


def test_a_match_is_told_again_when_score_or_blocks_or_explanation_change() -> None:
    before = matched(requirement(), requirement("other"))
    was = (requirement(), requirement("other"))
    found = again(before, requirement(annual_volume=125_000), requirement("other"), was=was)
    assert [change.match.score for change in found.changes] == [9_600]
    found = again(replace(before, diagnosis=diagnosed("O04")), *was, was=was)
    assert [change.match.blocked_by for change in found.changes] == [("O04",), ("O04",)]
    found = again(before, requirement(annual_volume=50_000), requirement("other"), was=was)
    (change,) = found.changes
    assert isinstance(change, Found)
    assert (change.match.score, change.criteria[0].need) == (10_000, "50000")
    assert found.alignment == ()


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
    was = (requirement(), requirement("other"))
    found = again(replace(before, withdrawn_at=NOW), was=was, of=before)
    assert found.offering.matches == (replace(kept, holds=False),)
    assert len(lost(found)) == 1
    assert again(found.offering, requirement()).changes == ()
    back = again(replace(found.offering, withdrawn_at=None), *was)
    assert [change.match for change in back.changes] == list(before.matches)
    critical = again(replace(before, diagnosis=diagnosed("T05")), requirement(), requirement("other"))
    assert [match.blocked_by for match in critical.offering.matches] == [("T05",), ("T05",)]
    found = again(before, requirement(annual_volume=200_000), requirement("other", annual_volume=200_000))
    assert [change.match.score < kept.score for change in found.changes] == [True, True]
    assert all(match.holds for match in found.offering.matches)


def test_a_firm_that_left_stays_away_until_it_registers_anew() -> None:
    gone = replace(offering(), withdrawn_at=NOW)
    found = again(gone, requirement(), own=True)
    assert [type(each) for each in found.alignment] == [NotAligned]
    assert found.offering.withdrawn
    assert Offering(SUPPLIER, withdrawn_at=NOW).withdrawn
    assert not replace(gone, profile=profile(registered_at=NOW.replace(year=2027))).withdrawn
    assert not replace(gone, withdrawn_at=REGISTERED.replace(year=2025)).withdrawn
    assert replace(gone, withdrawn_at=REGISTERED).withdrawn


def test_the_lost_are_told_before_the_found() -> None:
    changes = again(matched(requirement("a")), requirement("b"), was=(requirement("a"),)).changes
    assert [type(change) for change in changes] == [Lost, Found]


def test_the_latest_diagnosis_counts() -> None:
    old, new = diagnosed("T05"), diagnosed(at=NOW.replace(hour=20))
    assert latest(None, old) == old
    assert (latest(old, new), latest(new, old)) == (new, old)
    again_ = diagnosed("O01", version=2, at=REGISTERED)
    assert latest(new, again_) == latest(again_, new) == again_


@pytest.mark.parametrize(("processes", "holds"), [((process(),), False), ((process(), process(area="P02")), True)])
def test_what_is_bought_goes_along_where_its_requirement_moves_to_another_area(
    processes: tuple[ProcessOffer, ...], *, holds: bool
) -> None:
    """Nothing bought is lost by it, also where the firm offers nothing there; and it goes back with it."""
    firm, asked = Offering(SUPPLIER, profile=profile(*processes), diagnosis=diagnosed()), requirement()
    award = Answer("award", "awarded", "buyer", NOW, award=Award(Decimal(1_500_000), "MXN", 90_000))
    answers = (Answers(asked.id, ANCHOR, "P01", (award,)),)
    bought = replace(again(firm, asked).offering, answers=answers)
    there = requirement(area="P02")
    moved = again(bought, there, was=(asked,))
    (match,) = moved.offering.matches
    assert (match.area, match.holds, lost(moved)) == ("P02", holds, [])
    assert moved.offering.answers == (replace(answers[0], area="P02"),)
    back = again(moved.offering, asked, was=(there,) if holds else ())
    (match,) = back.offering.matches
    assert (match.area, match.holds, back.offering.answers) == ("P01", True, answers)
