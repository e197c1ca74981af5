from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.diagnosis.domain.scoring import (
    Band,
    DowngradeReason,
    Grade,
    basis_points,
    dimension_points,
    half_up,
    overall_points,
    score,
    shown,
)
from tests.diagnosis.builders import INSTRUMENT, levels_at, small_instrument, with_dimension

LEVELS = st.fixed_dictionaries({code: st.integers(0, 4) for code in INSTRUMENT.questions})
CODES = st.sampled_from(list(INSTRUMENT.questions))

VECTORS: list[tuple[str, Mapping[str, int | None], str, Grade, Band]] = [
    ("all 3", levels_at(3), "80.00", "B", "B"),
    ("all 4", levels_at(4), "100.00", "A", "A"),
    ("all 4 with O13=0", levels_at(4, O13=0), "98.68", "B", "B"),
    ("all 4 with F05=1", levels_at(4, F05=1), "98.50", "B", "B"),
    ("all 4 with A01=0", levels_at(4, A01=0), "97.14", "C", "C1"),
    ("all 3 with FIN all 2", with_dimension(3, "FIN", 2), "78.00", "C", "C1"),
    ("all 4 with GES all 2", with_dimension(4, "GES", 2), "96.00", "C", "C1"),
    ("all 2", levels_at(2), "60.00", "C", "C2"),
    ("all 1", levels_at(1), "40.00", "C", "C3"),
    ("all 3 with T12 not evaluated", levels_at(3, T12=None), "80.00", "B", "B"),
]


@pytest.mark.parametrize(("levels", "overall", "grade", "band"), [v[1:] for v in VECTORS], ids=[v[0] for v in VECTORS])
def test_checked_vectors(levels: Mapping[str, int | None], overall: str, grade: Grade, band: Band) -> None:
    scored = score(INSTRUMENT, levels)
    assert (shown(basis_points(scored.overall)), scored.grade, scored.band) == (overall, grade, band)


# Weights: TEC 28 of 30 %, OPE 19 of 25 %, COM 11 of 15 %, FIN 8, GES 7 and ASG 7 of 10 % each; points 0 4 6 8 10.
WORKED: list[tuple[str, Mapping[str, int | None], str, Grade, Band]] = [
    # T01 weighs 3: 3·10 of 280 are lost, 100 - 30·30/280 = 96.79; it is critical, at 0.
    ("all 4 with T01=0", levels_at(4, T01=0), "96.79", "C", "C1"),
    # 3·6 of 280 are lost, 100 - 30·18/280 = 98.07; critical, at 1.
    ("all 4 with T01=1", levels_at(4, T01=1), "98.07", "B", "B"),
    # 1·4 of 280 are lost, 100 - 30·4/280 = 99.57; TEC 98.57, nothing critical.
    ("all 4 with T07=2", levels_at(4, T07=2), "99.57", "A", "A"),
    # 80 + 25·20/100 = 85.
    ("all 3 with OPE all 4", with_dimension(3, "OPE", 4), "85.00", "B", "B"),
    # 100 - 15·20/100 = 97; COM stands at 80, which is not below.
    ("all 4 with COM all 3", with_dimension(4, "COM", 3), "97.00", "A", "A"),
    # COM (11·8 - 2) of 110 = 78.18, 78 is below 80; 100 - 15·21.818/100 = 96.73.
    ("all 4 with COM all 3 but C04=2", {**with_dimension(4, "COM", 3), "C04": 2}, "96.73", "B", "B"),
    # 2·2 of 110 more, 80 + 15·4/110 = 80.55.
    ("all 3 with C05=4", levels_at(3, C05=4), "80.55", "B", "B"),
    # 2·2 of 70 less, 80 - 10·4/70 = 79.43: below 80 is C whatever the dimensions are.
    ("all 3 with A01=2", levels_at(3, A01=2), "79.43", "C", "C1"),
    # 60 + 30·20/100 = 66, 60 + 25·20/100 = 65, 60 + 15·20/100 = 63: C1 begins at 65.
    ("all 2 with TEC all 3", with_dimension(2, "TEC", 3), "66.00", "C", "C1"),
    ("all 2 with OPE all 3", with_dimension(2, "OPE", 3), "65.00", "C", "C1"),
    ("all 2 with COM all 3", with_dimension(2, "COM", 3), "63.00", "C", "C2"),
    # 60 - 10·60/100 = 54 and 40 + 30·20/100 = 46: C2 begins at 50.
    ("all 2 with FIN all 0", with_dimension(2, "FIN", 0), "54.00", "C", "C2"),
    ("all 1 with TEC all 2", with_dimension(1, "TEC", 2), "46.00", "C", "C3"),
    # What nobody evaluated is in neither sum: OPE is 180 of 180.
    ("all 4 with O13 not evaluated", levels_at(4, O13=None), "100.00", "A", "A"),
    ("all 0", levels_at(0), "0.00", "C", "C3"),
]


@pytest.mark.parametrize(("levels", "overall", "grade", "band"), [v[1:] for v in WORKED], ids=[v[0] for v in WORKED])
def test_worked_examples(levels: Mapping[str, int | None], overall: str, grade: Grade, band: Band) -> None:
    scored = score(INSTRUMENT, levels)
    assert (shown(basis_points(scored.overall)), scored.grade, scored.band) == (overall, grade, band)


def test_shares_of_the_dimensions_behind_the_vectors() -> None:
    assert shown(basis_points(score(INSTRUMENT, levels_at(4, A01=0)).dimensions["ASG"])) == "71.43"
    assert score(INSTRUMENT, with_dimension(4, "GES", 2)).dimensions["GES"] == 60


@pytest.mark.parametrize(
    ("levels", "reasons"),
    [
        (levels_at(4), []),
        (levels_at(4, O13=0), ["question_at_0"]),
        (levels_at(4, F05=1), ["critical_question_at_1"]),
        (levels_at(4, A01=0), ["critical_question_at_0", "dimension_below_b_floor", "question_at_0"]),
        (with_dimension(4, "GES", 2), ["dimension_below_c_floor", "dimension_below_b_floor"]),
        (levels_at(2), []),
    ],
)
def test_reasons_name_each_downgrade(levels: Mapping[str, int | None], reasons: list[DowngradeReason]) -> None:
    assert [downgrade.reason for downgrade in score(INSTRUMENT, levels).downgrades] == reasons


def test_downgrades_name_what_they_are_about() -> None:
    scored = score(INSTRUMENT, levels_at(4, A01=0, O13=0))
    assert {downgrade.reason: downgrade.because_of for downgrade in scored.downgrades} == {
        "critical_question_at_0": ("A01",),
        "dimension_below_b_floor": ("ASG",),
        "question_at_0": ("O13", "A01"),
    }


@pytest.mark.parametrize(
    ("at_3", "at_2", "share", "grade"),
    [
        (39, 1, Fraction(159, 2), "A"),  # 79.5 counts as 80
        (194, 6, Fraction(397, 5), "B"),  # 79.4 counts as 79
        (19, 21, Fraction(139, 2), "B"),  # 69.5 counts as 70
        (94, 106, Fraction(347, 5), "C"),  # 69.4 counts as 69
    ],
)
def test_a_dimension_is_rounded_half_up_before_the_floors(at_3: int, at_2: int, share: Fraction, grade: Grade) -> None:
    instrument = small_instrument(("T01", "TEC", at_3), ("T02", "TEC", at_2), ("O01", "OPE", 1))
    weights = {**instrument.dimensions, "OPE": replace(instrument.dimensions["OPE"], weight=90)}
    scored = score(replace(instrument, dimensions=weights), {"T01": 3, "T02": 2, "O01": 4})
    assert (scored.dimensions["TEC"], scored.by_share, scored.grade) == (share, "A", grade)


def test_a_share_below_a_has_no_a_to_lose() -> None:
    levels = {code: 4 if question.critical else 3 for code, question in INSTRUMENT.questions.items()}
    scored = score(INSTRUMENT, levels | {"O13": 0})
    assert (scored.by_share, scored.grade) == ("B", "B")
    assert scored.downgrades == ()


def test_half_up() -> None:
    assert [half_up(Fraction(n, 10)) for n in (794, 795, 796, 805)] == [79, 80, 80, 81]
    assert basis_points(Fraction(200, 3)) == 6667
    assert shown(5) == "0.05"


def test_what_is_shown_never_contradicts_the_grade() -> None:
    """Seen: 79.9998 % shown as 80.00 beside grade C."""
    rules = INSTRUMENT.rules
    below = [Fraction(limit) - Fraction(1, 10_000) for limit in (90, 80, 65, 50)]
    assert [overall_points(rules, share) for share in below] == [8999, 7999, 6499, 4999]
    assert overall_points(rules, Fraction(80)) == 8000
    assert overall_points(rules, Fraction(700, 9)) == 7778
    assert [dimension_points(rules, Fraction(half, 2) - Fraction(1, 10_000)) for half in (159, 139)] == [7949, 6949]


def test_a_dimension_without_an_evaluated_question_is_left_out_with_its_weight() -> None:
    instrument = small_instrument(("T01", "TEC", 1), ("O01", "OPE", 1))
    scored = score(instrument, {"T01": 3, "O01": None})
    assert scored.dimensions == {"TEC": 80}
    assert scored.overall == 80


def test_nothing_evaluated_has_no_score() -> None:
    with pytest.raises(ValueError, match="no question"):
        score(small_instrument(("T01", "TEC", 1)), {"T01": None})


@given(LEVELS, CODES)
def test_raising_a_level_never_lowers_the_overall_share(levels: dict[str, int], code: str) -> None:
    raised = {**levels, code: min(4, levels[code] + 1)}
    before, after = score(INSTRUMENT, levels), score(INSTRUMENT, raised)
    assert after.overall >= before.overall
    assert after.grade <= before.grade  # letters: A before B before C


@given(LEVELS)
def test_the_grade_is_never_better_than_the_shares_allow(levels: dict[str, int]) -> None:
    scored = score(INSTRUMENT, levels)
    assert scored.grade >= scored.by_share
    if scored.grade == "A":
        assert scored.overall >= 90
        assert min(scored.dimensions.values()) >= Fraction(159, 2)
        assert min(levels.values()) >= 1
    if scored.grade == "B":
        assert scored.overall >= 80
        assert min(scored.dimensions.values()) >= Fraction(139, 2)
    assert (scored.grade == scored.by_share) == (not scored.downgrades)
    assert scored.band.startswith(scored.grade)


@given(LEVELS)
def test_the_overall_share_lies_between_those_of_the_dimensions(levels: dict[str, int]) -> None:
    scored = score(INSTRUMENT, levels)
    assert min(scored.dimensions.values()) <= scored.overall <= max(scored.dimensions.values())
