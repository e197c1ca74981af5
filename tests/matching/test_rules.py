from dataclasses import asdict, replace

import pytest

from services.matching.domain.rules import Weights
from tests.matching.given import RULES


def test_weights_must_sum_to_ten_thousand() -> None:
    values = asdict(RULES.weights)
    with pytest.raises(ValueError, match="sum to 10000"):
        Weights(**values | {"capacity": values["capacity"] + 1})
    with pytest.raises(ValueError, match="not be negative"):
        Weights(**values | {"capacity": -500, "tolerance": 4000})


@pytest.mark.parametrize("neighbours", [{"11": frozenset({"22"})}, {"11": frozenset({"11"})}])
def test_a_neighbourhood_must_be_symmetric(neighbours: dict[str, frozenset[str]]) -> None:
    with pytest.raises(ValueError, match="not symmetric"):
        replace(RULES, neighbours=neighbours)


def test_the_minimum_score_is_a_share() -> None:
    with pytest.raises(ValueError, match="minimum score"):
        replace(RULES, minimum_score=10_001)
