"""Awards of `domain/award.py` are compared with what is asked, with other awards and with what a piece may cost."""

from decimal import Decimal

import pytest

from services.matching import catalogue
from services.matching.domain.award import Award, Limits, Volume, fault

BOUNDS = catalogue.award_bounds()
VOLUME = Volume(asked=100_000, elsewhere=60_000)


def wrong(value: str, currency: str = "MXN", pieces: int = 40_000, volume: Volume = VOLUME) -> str | None:
    found = fault(Award(Decimal(value), currency, pieces), Limits(volume, BOUNDS.prices, BOUNDS.version))
    return found.code if found else None


def test_what_can_be_meant_is_taken() -> None:
    assert wrong("1500000.00") is None
    assert wrong("90000.00", "USD") is None


@pytest.mark.parametrize("currency", ["XXX", "ZZZ", "MXP"])
def test_a_currency_is_one_that_the_program_takes(currency: str) -> None:
    assert wrong("1500000.00", currency) == "award_currency"


@pytest.mark.parametrize(("value", "code"), [("399.99", "award_price"), ("400.00", None)])
def test_a_piece_costs_a_centavo_at_least(value: str, code: str | None) -> None:
    assert wrong(value) == code


def test_a_piece_costs_no_more_than_any_part_does() -> None:
    assert wrong("2000000.00", pieces=1) is None
    assert wrong("2000000.01", pieces=1) == "award_price"
    assert wrong("0.01", pieces=2_000_000_000) == "award_price"


def test_several_awards_share_the_volume_that_is_asked() -> None:
    assert wrong("1500000.00", pieces=40_001) == "award_volume"
    assert wrong("1500000.00", pieces=1, volume=Volume(50, 60)) == "award_volume"
    found = fault(Award(Decimal(1500000), "MXN", 40_001), Limits(VOLUME, BOUNDS.prices, BOUNDS.version))
    assert found is not None
    assert found.params == {"asked": 100_000, "elsewhere": 60_000, "left": 40_000}
