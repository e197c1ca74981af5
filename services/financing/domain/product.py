"""Finance products and the limits within which they serve."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from services.financing.domain.reasons import Purpose, Shape

Condition = Literal["anchor", "anchor_enrolled", "contract", "exports"]
"""What a product asks for beside the firm itself: an anchor that it is matched with or sells to, one that starts the
scheme as its buyer (its award is its word: who is enrolled is not known here), a won contract, exports."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """Amounts served in one currency, both ends included; None: no such limit is known."""

    floor: Decimal | None = None
    ceiling: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Product:
    """One product of one partner. `tickets` by currency; `tax_opinions` empty: the opinion is not asked for."""

    code: str
    partner: str
    name: str
    shape: Shape
    purposes: tuple[Purpose, ...]
    strata: tuple[str, ...]
    kinds: tuple[str, ...]
    min_years: int
    max_term_months: int
    tax_opinions: tuple[str, ...]
    tickets: dict[str, Ticket]
    conditions: tuple[Condition, ...] = ()

    @property
    def currencies(self) -> tuple[str, ...]:
        return tuple(self.tickets)

    @property
    def by_buyer(self) -> bool:
        """The buyer starts it: what it buys in a year bounds it."""
        return self.shape == "buyer_initiated"

    @property
    def by_intermediary(self) -> bool:
        """Its partner places it with a bank or SOFOM, which then has the firm's data too."""
        return self.shape == "to_intermediary"


def anniversary(start: date, years: int) -> date:
    """The day on which so many full years have passed; of 29 February, 1 March in a common year."""
    try:
        return start.replace(year=start.year + years)
    except ValueError:
        return date(start.year + years, 3, 1)
