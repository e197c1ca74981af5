"""What a firm lacks that costs money, and which products could pay for it."""

from dataclasses import dataclass
from uuid import UUID

from services.financing.domain.money import Money
from services.financing.domain.reasons import Ineligible, Purpose, Shape


@dataclass(frozen=True, slots=True)
class Option:
    """One product that could serve a need, with why it does not."""

    product: str
    partner: str
    shape: Shape
    reasons: tuple[Ineligible, ...]
    edition: int = 1
    """Of the product, as it was judged."""
    proposed: bool = False
    """The best of those that serve: the firm may choose another."""

    @property
    def eligible(self) -> bool:
        return not self.reasons


@dataclass(frozen=True, slots=True)
class Need:
    """One purpose of one firm.

    `amount` is an estimate, None until the firm states it; `open` False: nothing asks for it any more.
    """

    id: UUID
    purpose: Purpose
    questions: tuple[str, ...]
    modules: tuple[str, ...]
    amount: Money | None
    open: bool
    options: tuple[Option, ...]
    terms: str

    @property
    def eligible_partners(self) -> tuple[str, ...]:
        return tuple(sorted({option.partner for option in self.options if option.eligible}))
