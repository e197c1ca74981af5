from fractions import Fraction

import pytest

from services.development.catalogue import calls, modules
from services.development.domain.module import Modules
from services.development.domain.score import Weights, closability, half_up, score
from tests.development.given import diagnosis, gap

HALF = Modules("half", {"critical": 9, "major": 3, "minor": 1}, tuple(m for m in modules().modules if m.code == "M04"))


def test_half_match_three_tenths_readiness_one_fifth_closability() -> None:
    # 0.5 * 8,000 + 0.3 * 6,000 + 0.2 * 5,000
    given = diagnosis(overall=6_000, gaps=(gap("T05"), gap("O03")))
    assert score(8_000, given, HALF, calls().current.weights).total == 6_800


def test_closability_is_an_exact_share() -> None:
    assert closability(diagnosis(gaps=(gap("T05"), gap("O03"), gap("O04"))), HALF) == Fraction(10_000, 3)


def test_without_gaps_nothing_is_left_that_could_not_be_closed() -> None:
    assert closability(diagnosis(gaps=()), HALF) == 10_000


def test_full_in_everything_is_full() -> None:
    given = score(10_000, diagnosis(overall=10_000, gaps=()), HALF, calls().current.weights)
    assert given.basis_points == 10_000


@pytest.mark.parametrize(("value", "rounded"), [("6800.49", 6800), ("6800.5", 6801), ("0", 0), ("9999.5", 10000)])
def test_published_half_up(value: str, rounded: int) -> None:
    assert half_up(Fraction(value)) == rounded


@pytest.mark.parametrize("weights", [(50, 30, 21), (50, 30, 19), (110, -10, 0)])
def test_weights_are_a_whole(weights: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="weight"):
        Weights(*weights)
