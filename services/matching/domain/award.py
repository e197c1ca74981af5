"""Awards: what an anchor buys from a firm, compared with what it asked for."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from services.matching.domain.reasons import Refusal


@dataclass(frozen=True, slots=True)
class Award:
    """What the anchor buys from the firm."""

    annual_value: Decimal
    currency: str
    annual_volume: int
    """Pieces per year."""


@dataclass(frozen=True, slots=True)
class Volume:
    """Pieces per year of one requirement."""

    asked: int
    elsewhere: int
    """Awarded to other firms."""

    @property
    def left(self) -> int:
        return max(self.asked - self.elsewhere, 0)


@dataclass(frozen=True, slots=True)
class Prices:
    """What a piece may cost at all in one currency, both ends included."""

    least: Decimal
    most: Decimal


@dataclass(frozen=True, slots=True)
class Limits:
    """What an award is compared with."""

    volume: Volume
    prices: Mapping[str, Prices]
    """By currency."""
    version: str
    """Of the prices."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Why an award cannot be meant, with the figures that say so."""

    code: Refusal
    params: Mapping[str, object]


def fault(award: Award, limits: Limits) -> Fault | None:
    """What is wrong with an award: a currency that the program does not take, a price of a piece that no part has, or
    more than what is left of the volume asked. Several firms may share a volume (dual sourcing).
    """
    piece, volume = limits.prices.get(award.currency), limits.volume
    if piece is None:
        return Fault("award_currency", {"currency": award.currency, "taken": ", ".join(sorted(limits.prices))})
    if not piece.least * award.annual_volume <= award.annual_value <= piece.most * award.annual_volume:
        shown = {"currency": award.currency, "least": f"{piece.least:f}", "most": f"{piece.most:f}"}
        return Fault("award_price", shown)
    if award.annual_volume > volume.left:
        return Fault("award_volume", {"asked": volume.asked, "elsewhere": volume.elsewhere, "left": volume.left})
    return None
