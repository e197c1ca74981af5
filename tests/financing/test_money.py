"""Amounts: exact, two places, half to even."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.financing.domain.money import Money, money, total

AMOUNTS = st.decimals(min_value=0, max_value=Decimal("99999999999999.99"), places=2)


@pytest.mark.parametrize(
    ("given_amount", "rounded"),
    [("1", "1.00"), ("0.005", "0.00"), ("0.015", "0.02"), ("0.025", "0.02"), ("2.675", "2.68"), ("1E+2", "100.00")],
)
def test_rounds_half_to_even_to_two_places(given_amount: str, rounded: str) -> None:
    assert str(money(given_amount).amount) == rounded


def test_adds_amounts_of_one_currency() -> None:
    assert total([money("0.10"), money("0.20")]) == Money(Decimal("0.30"))


def test_assumes_no_exchange_rate() -> None:
    assert total([money("1", "MXN"), money("1", "USD")]) is None


def test_nothing_costs_nothing_known() -> None:
    assert total([]) is None


@given(st.lists(AMOUNTS, min_size=1, max_size=20))
def test_a_sum_loses_nothing(amounts: list[Decimal]) -> None:
    assert total([money(amount) for amount in amounts]) == Money(sum(amounts, Decimal(0)).quantize(Decimal("0.01")))
