from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.diagnosis.domain.demand import Ask, merge
from services.diagnosis.domain.result import result_of
from services.diagnosis.explain import explain_diagnosis
from shared.i18n import Catalogue, NotExplainedError
from tests.diagnosis.builders import ANCHOR, INSTRUMENT, levels_at, with_dimension
from tests.diagnosis.test_scoring import VECTORS

CODES = list(INSTRUMENT.questions)


@pytest.mark.parametrize("vector", VECTORS, ids=[vector[0] for vector in VECTORS])
def test_checked_vectors(vector: tuple[str, dict[str, int | None], str, str, str]) -> None:
    _, levels, overall, grade, band = vector
    explained = explain_diagnosis({"levels": levels})
    assert (explained["overall"], explained["grade"], explained["band"]) == (overall, grade, band)


def test_it_gives_every_part() -> None:
    explained = explain_diagnosis({"levels": levels_at(4, A01=0)})
    assert explained["dimensions"]["ASG"] == "71.43"
    assert explained["reasons"] == ["critical_question_at_0", "dimension_below_b_floor", "question_at_0"]
    assert explained["gaps"] == [{"question": "A01", "gap": 3, "severity": "critical", "level": 0, "target": 3}]
    assert explained["instrument"] == "pdp-54-2026-1"
    steps = explained["steps"]
    reason = steps.index({"code": "critical_question_at_0", "params": {}})
    assert steps[reason + 1] == {"code": "explain.downgrade", "params": {"because": "A01", "grade": "C"}}
    assert "VDA 6.3" in explained["source"]


def test_targets_and_must_haves_shape_the_gaps() -> None:
    payload = {"levels": levels_at(3, T07=1), "targets": {"T04": 4, "T01": 2}, "must_have": ["T07"]}
    gaps = [(gap["question"], gap["gap"], gap["severity"]) for gap in explain_diagnosis(payload)["gaps"]]
    assert gaps == [("T07", 2, "critical"), ("T04", 1, "minor")]


def test_gaps_come_in_priority_order() -> None:
    gaps = explain_diagnosis({"levels": with_dimension(3, "FIN", 2)})["gaps"]
    assert [gap["question"] for gap in gaps] == ["F05", "F01", "F02", "F03", "F04", "F06"]


def test_what_was_left_out_is_named() -> None:
    assert explain_diagnosis({"levels": levels_at(3, T12=None)})["steps"][0] == {
        "code": "explain.left_out",
        "params": {"questions": "T12"},
    }


def test_what_is_not_about_the_firm_is_left_out_without_a_gap() -> None:
    levels = {code: level for code, level in levels_at(3).items() if code != "T12"}
    payload = {"levels": levels, "must_have": ["T12"], "offering": {"areas": ["P04"]}}
    assert explain_diagnosis(payload)["gaps"] == []
    special = payload | {
        "levels": levels_at(3, T12=None),
        "offering": {"areas": ["P04"], "special_processes": ["CQI-15"]},
    }
    assert [gap["question"] for gap in explain_diagnosis(special)["gaps"]] == ["T12"]


@pytest.mark.parametrize(
    ("payload", "sentence"),
    [
        ({}, "Give levels as an object from question code to level."),
        ({"levels": [3] * 54}, "Give levels as an object from question code to level."),
        ({"levels": {code: 3 for code in CODES if code != "T04"}}, "Answer every question. Missing: T04."),
        ({"levels": levels_at(3, T99=3)}, "The instrument has no question T99."),
        ({"levels": levels_at(3, T04=5)}, "Give T04 a level from 0 to 4, or null."),
        ({"levels": {**levels_at(3), "T04": "3"}}, "Give T04 a level from 0 to 4, or null."),
        (
            {"levels": levels_at(3, T01=None, T02=None, T03=None, T04=None)},
            "At most 3 questions may be not evaluated, and here are 4: T01, T02, T03, T04.",
        ),
        ({"levels": levels_at(3), "targets": {"T99": 3}}, "The instrument has no question T99."),
        ({"levels": levels_at(3), "targets": {"T04": 9}}, "Give T04 a target from 0 to 4."),
        ({"levels": levels_at(3), "targets": ["T04"]}, "Give targets as an object from question code to level."),
        ({"levels": levels_at(3), "must_have": ["T99"]}, "The instrument has no question T99."),
        ({"levels": levels_at(3), "must_have": "T04"}, "Give must_have as a list of question codes."),
        (
            {"levels": levels_at(3), "must_haves": []},
            "Unknown field must_haves: give levels, targets, must_have, offering.",
        ),
        (
            {"levels": levels_at(3), "offering": {"areas": "P04"}},
            '"offering" is what the firm makes: "areas" and "special_processes", two lists of texts.',
        ),
    ],
)
def test_what_cannot_be_scored_is_one_clear_sentence(payload: dict[str, Any], sentence: str) -> None:
    with pytest.raises(NotExplainedError) as error:
        explain_diagnosis(payload)
    assert Catalogue("services.diagnosis").text(error.value.code, "en", **error.value.params) == sentence


@given(
    st.fixed_dictionaries({code: st.integers(0, 4) for code in CODES}),
    st.dictionaries(st.sampled_from(CODES), st.integers(0, 4), max_size=8),
    st.lists(st.sampled_from(CODES), unique=True, max_size=4),
)
def test_it_explains_what_the_stage_decides(levels: dict[str, int], targets: dict[str, int], must: list[str]) -> None:
    explained = explain_diagnosis({"levels": levels, "targets": targets, "must_have": must})
    decided = result_of(INSTRUMENT, levels, merge(INSTRUMENT, [Ask(ANCHOR, targets, tuple(must))]))
    assert (explained["grade"], explained["band"]) == (decided.grade, decided.band)
    assert [gap["question"] for gap in explained["gaps"]] == [gap.question for gap in decided.gaps]
