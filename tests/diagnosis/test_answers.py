from dataclasses import replace
from datetime import timedelta

import pytest

from services.diagnosis.domain.answers import Answers, differences, fault, is_level, listed
from tests.diagnosis.builders import INSTRUMENT, NOW, answers, levels_at


def code_of(given: Answers) -> str | None:
    refusal = fault(INSTRUMENT, given)
    return None if refusal is None else refusal.reason


def test_all_54_levels_are_complete() -> None:
    assert code_of(answers(levels_at(3))) is None


def test_three_may_be_not_evaluated_and_a_fourth_may_not() -> None:
    three = levels_at(3, T12=None, T13=None, O13=None)
    assert code_of(answers(three)) is None
    refusal = fault(INSTRUMENT, answers({**three, "C07": None}))
    assert refusal is not None
    assert refusal.reason == "too_many_not_evaluated"
    assert refusal.params == {"questions": "C07, O13, T12, T13", "most": 3, "given": 4}


def test_two_thirds_of_a_dimension_are_evaluated_or_there_is_no_grade() -> None:
    assert code_of(answers(levels_at(3, F01=None, F02=None))) is None
    refusal = fault(INSTRUMENT, answers(levels_at(3, A04=None, A05=None)))
    assert refusal is not None
    assert (refusal.reason, refusal.params) == ("dimension_too_thin", {"dimensions": "ASG"})


def test_a_reason_is_one_of_a_list_and_words() -> None:
    assert code_of(replace(answers(levels_at(3, T12=None)), why={})) == "reason_missing"


@pytest.mark.parametrize("reason", ["", "   "])
def test_what_was_not_evaluated_needs_a_reason(reason: str) -> None:
    given = replace(answers(levels_at(3, T12=None)), reasons={"T12": reason})
    refusal = fault(INSTRUMENT, given)
    assert refusal is not None
    assert (refusal.reason, refusal.params) == ("reason_missing", {"questions": "T12"})


def test_a_missing_question_is_named() -> None:
    levels = levels_at(3)
    del levels["T04"]
    refusal = fault(INSTRUMENT, answers(levels))
    assert refusal is not None
    assert (refusal.reason, refusal.params) == ("question_missing", {"questions": "T04"})


@pytest.mark.parametrize("level", [-1, 5, True, 2.0, "3"])
def test_a_level_is_a_whole_number_from_0_to_4(level: object) -> None:
    assert not is_level(level)
    assert code_of(answers({**levels_at(3), "T04": level})) == "level_out_of_range"  # type: ignore[dict-item]


def test_unknown_questions_are_refused_wherever_they_stand() -> None:
    assert code_of(answers(levels_at(3, T99=1))) == "unknown_question"
    assert code_of(answers(levels_at(3), notes={"T99": "?"})) == "unknown_question"
    assert code_of(replace(answers(levels_at(3)), reasons={"T99": "?"})) == "unknown_question"


def test_differences_start_at_two_levels() -> None:
    firm = answers(levels_at(3, T01=4, T02=2, T03=0))
    assessor = answers(levels_at(3, T01=2, T02=3, T03=2))
    assert differences(firm, assessor, 2) == ("T01", "T03")


def test_a_level_against_none_is_no_difference() -> None:
    assert differences(answers(levels_at(3, T12=None)), answers(levels_at(3, T12=0)), 2) == ()
    assert differences(answers(levels_at(3, T12=0)), answers(levels_at(3, T12=None)), 2) == ()


def test_a_repeat_is_the_same_answers_by_the_same_person() -> None:
    first = answers(levels_at(3))
    assert replace(first, at=NOW + timedelta(hours=1)).repeats(first)
    assert not replace(first, by="another").repeats(first)
    assert not first.repeats(None)


def test_a_long_list_is_cut() -> None:
    assert listed(f"T{n:02d}" for n in range(12, 0, -1)) == ("T01, T02, T03, T04, T05, T06, T07, T08, T09, T10, … (+2)")
