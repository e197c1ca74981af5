"""Finance products and the limits within which they serve."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal, Protocol
from uuid import UUID

from services.financing.domain.reasons import DataClass, Purpose, Shape

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
    """One edition of one product of one partner. `tickets` by currency; `tax_opinions` empty: the opinion is not asked
    for. An edition takes the place of those before it on its first day; after its last day there is no such product.
    """

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
    min_classes: tuple[DataClass, ...] = ()
    """What the partner cannot do without: a consent that names less carries no referral for it."""
    documents: tuple[str, ...] = ()
    """What the partner asks the firm for, on its own channel."""
    source: str = ""
    """Where its limits come from."""
    rank: int = 1
    """Of two that serve, the one with the smaller rank is proposed."""
    edition: int = 1
    """The shipped catalogue's is the first."""
    valid_from: date | None = None
    valid_until: date | None = None
    """Last day on which it is offered; None: no end is known."""

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


@dataclass(frozen=True, slots=True)
class Offer:
    """What operators made of one product: its editions after the shipped one, the newest last."""

    id: UUID
    code: str
    editions: tuple[Product, ...]


def in_force(editions: Iterable[Product], day: date) -> Product | None:
    """The edition of one product that holds on this day."""
    begun = [each for each in editions if each.valid_from is None or each.valid_from <= day]
    last = max(begun, key=lambda each: each.edition, default=None)
    return None if last is None or (last.valid_until is not None and day > last.valid_until) else last


class Dated(Protocol):
    """What has a first and a last day, or none that is known."""

    @property
    def valid_from(self) -> date | None: ...
    @property
    def valid_until(self) -> date | None: ...


def turning_days(editions: Sequence[Dated]) -> frozenset[date]:
    """The days on which something begins, or is over."""
    days = [each.valid_from for each in editions]
    days += [each.valid_until + timedelta(days=1) for each in editions if each.valid_until is not None]
    return frozenset(day for day in days if day is not None)


def anniversary(start: date, years: int) -> date:
    """The day on which so many full years have passed; of 29 February, 1 March in a common year."""
    try:
        return start.replace(year=start.year + years)
    except ValueError:
        return date(start.year + years, 3, 1)
