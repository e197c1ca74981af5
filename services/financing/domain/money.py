"""Amounts of money: exact, two places, always with their currency."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

CENTAVO = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Money:
    """Amount in units of an ISO 4217 currency; made by `money`, which rounds it."""

    amount: Decimal
    currency: str = "MXN"


def money(amount: Decimal | str, currency: str = "MXN") -> Money:
    """The one place where an amount is rounded: to two places, half to even, so that sums of many do not drift."""
    return Money(Decimal(amount).quantize(CENTAVO, rounding=ROUND_HALF_EVEN), currency)


def total(amounts: Iterable[Money]) -> Money | None:
    """Sum of amounts of one currency; None of nothing, and of several currencies: no exchange rate is assumed."""
    listed = tuple(amounts)
    if len({item.currency for item in listed}) != 1:
        return None
    return money(sum((item.amount for item in listed), Decimal(0)), listed[0].currency)
