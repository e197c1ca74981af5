"""Answers of `domain/answers.py`: what a buyer said stays, and the table of standings is what runs."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import get_args

import pytest

from services.matching.domain.answers import MOST_ANSWERS, STANDING, Act, Answers, Standing, buying, say
from services.matching.domain.award import Award
from services.matching.domain.match import match_id
from services.matching.domain.reasons import AnswerReason, Refusal
from tests.matching.given import ANCHOR, NOW, SUPPLIER, an_id

AWARD = Award(Decimal("1500000.00"), "MXN", 90_000)
LATER = NOW + timedelta(days=1)
NOTHING = Answers(an_id("requirement"), ANCHOR, "P01")
REASONS: dict[Act, AnswerReason] = {"decline": "price", "correct": "mistyped", "end": "quality"}
WAY: dict[Standing, tuple[Act, ...]] = {
    "found": (),
    "shortlisted": ("shortlist",),
    "declined": ("decline",),
    "awarded": ("award",),
    "ended": ("award", "end"),
}


def after(answers: Answers, *acts: Act, award: Award = AWARD, by: str = "buyer-1") -> Answers:
    for act in acts:
        bought = award if act in {"award", "correct"} else None
        said = say(answers, act, by, NOW, reason=REASONS.get(act), award=bought)
        assert isinstance(said, Answers), said
        answers = said
    return answers


def refused(answers: Answers, act: Act, award: Award | None = None) -> Refusal | None:
    said = say(answers, act, "buyer-2", LATER, reason=REASONS.get(act), award=award)
    return None if isinstance(said, Answers) else said


def test_a_supplier_and_a_requirement_have_one_match() -> None:
    assert match_id(SUPPLIER, an_id("a")) == match_id(SUPPLIER, an_id("a"))
    assert match_id(SUPPLIER, an_id("a")) != match_id(SUPPLIER, an_id("b"))
    assert match_id(an_id("a"), SUPPLIER) != match_id(SUPPLIER, an_id("a"))


@pytest.mark.parametrize("standing", get_args(Standing))
@pytest.mark.parametrize("act", get_args(Act))
def test_from_each_standing_each_act_goes_where_the_table_says(standing: Standing, act: Act) -> None:
    before = after(NOTHING, *WAY[standing])
    assert before.standing == standing
    other = replace(AWARD, annual_volume=80_000) if act in {"award", "correct"} else None
    said = say(before, act, "buyer-2", LATER, reason="other" if act in REASONS else None, award=other)
    way = STANDING.after(standing, act)
    if way is None:
        assert not isinstance(said, Answers)
    else:
        assert isinstance(said, Answers)
        assert said.standing == way


def test_every_word_is_kept_with_its_author_and_time() -> None:
    first = after(NOTHING, "decline")
    second = say(first, "shortlist", "buyer-2", LATER)
    assert isinstance(second, Answers)
    assert [(each.standing, each.reason, each.by, each.at) for each in second.said] == [
        ("declined", "price", "buyer-1", NOW),
        ("shortlisted", None, "buyer-2", LATER),
    ]
    assert (second.standing, second.reason) == ("shortlisted", None)


@pytest.mark.parametrize("acts", [("shortlist",), ("decline",), ("award",), ("award", "correct"), ("award", "end")])
def test_the_same_said_again_is_nothing_new(acts: tuple[Act, ...]) -> None:
    once = after(NOTHING, *acts)
    bought = AWARD if acts[-1] in {"award", "correct"} else None
    assert say(once, acts[-1], "buyer-2", LATER, reason=REASONS.get(acts[-1]), award=bought) == once


def test_what_the_table_does_not_allow_says_why() -> None:
    assert refused(after(NOTHING, "decline"), "award", AWARD) == "match_declined"
    awarded = after(NOTHING, "award")
    assert refused(awarded, "award", replace(AWARD, annual_volume=1)) == "match_awarded"
    assert [refused(awarded, act) for act in ("shortlist", "decline")] == ["match_awarded", "match_awarded"]
    assert [refused(NOTHING, act, AWARD) for act in ("correct", "end")] == ["award_missing", "award_missing"]
    assert refused(after(awarded, "end"), "correct", AWARD) == "award_missing"


def test_an_award_is_corrected_and_ended_and_given_again() -> None:
    other = replace(AWARD, annual_volume=80_000)
    corrected = say(after(NOTHING, "award"), "correct", "buyer-2", LATER, reason="mistyped", award=other)
    assert isinstance(corrected, Answers)
    assert (corrected.award, corrected.awarded_at) == (other, NOW)
    assert buying([corrected]) == {an_id("requirement")}
    ended = after(corrected, "end")
    assert (ended.standing, ended.award, ended.awarded_at, buying([ended])) == ("ended", None, None, frozenset())
    assert [each.award for each in after(ended, "award").said] == [AWARD, other, None, AWARD]


def test_a_firm_is_introduced_by_whoever_went_on_with_it() -> None:
    assert not after(NOTHING, "decline").introduced
    assert after(NOTHING, "shortlist", "decline").introduced


def test_a_program_in_a_loop_is_stopped() -> None:
    full = replace(NOTHING, said=after(NOTHING, "shortlist", "decline").said * (MOST_ANSWERS // 2))
    assert refused(full, "shortlist") == "answers_too_many"
    assert refused(after(full, "decline"), "shortlist") == "answers_too_many"


def test_of_a_firm_with_too_many_answers_what_is_bought_can_end_and_the_rest_be_declined() -> None:
    full = replace(
        NOTHING, said=after(NOTHING, "shortlist", "decline", "shortlist", "award").said * (MOST_ANSWERS // 4)
    )
    assert refused(full, "correct", replace(AWARD, annual_volume=1)) == "answers_too_many"
    ended = after(full, "end")
    assert ended.standing == "ended"
    assert say(ended, "end", "buyer-1", LATER, reason="price") == "answers_too_many"
    declined = after(ended, "decline")
    assert declined.standing == "declined"
    assert say(declined, "decline", "buyer-1", LATER, reason="quality") == "answers_too_many"


def test_the_reason_of_an_end_is_corrected_and_its_time_stays() -> None:
    ended = after(NOTHING, "award", "end")
    mended = say(ended, "end", "buyer-2", LATER, reason="mistyped")
    assert isinstance(mended, Answers)
    assert [(each.act, each.reason, each.by) for each in mended.said[1:]] == [
        ("end", "quality", "buyer-1"),
        ("end", "mistyped", "buyer-2"),
    ]
    assert (mended.standing, mended.reason, mended.ended_at) == ("ended", "mistyped", NOW)
    assert after(mended, "award").ended_at is None
