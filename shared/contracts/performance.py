"""How a firm delivers what was awarded to it: a part of `matching`'s published language."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from shared.contracts.event import AreaCode, BasisPoints, Moment, Positive, ReasonCode, SupplierEvent

Month = Annotated[str, StringConstraints(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$"), Field(examples=["2026-10"])]
"""A calendar month, year first."""

Ppm = Annotated[int, Field(strict=True, ge=0, le=1_000_000, examples=[35])]
"""Defective parts per million delivered."""


class PerformanceEvent(SupplierEvent):
    """Something about one month of what an anchor buys from a firm."""

    TOPIC: ClassVar[str] = "matching.match.v1"

    match_id: UUID
    """The pair of firm and requirement."""
    requirement_id: UUID
    """What was asked for."""
    anchor_id: UUID
    """Who buys."""
    area: AreaCode
    """The procurement area."""
    month: Month
    """The month."""


class PerformanceReported(PerformanceEvent):
    """An anchor reports how a firm delivered in a month. Told again, as it is then, when it reports other figures."""

    TYPE: ClassVar[str] = "matching.performance-reported"
    ABOUT: ClassVar[tuple[str, ...]] = ("performance", "match_id", "month")

    ppm: Ppm
    """Defective parts per million delivered."""
    otif_bp: BasisPoints
    """Deliveries on time in full."""
    delivered: Annotated[Positive, Field(examples=[9500])]
    """Pieces delivered."""
    reported_at: Moment
    """When it was reported."""
    corrected: bool = False
    """Whether other figures were reported before."""


class PerformanceRetracted(PerformanceEvent):
    """The anchor takes back what it reported of a month: no figure of it counts, until it reports the month again."""

    TYPE: ClassVar[str] = "matching.performance-retracted"
    ABOUT: ClassVar[tuple[str, ...]] = ("performance retraction", "match_id", "month")

    reason: ReasonCode
    """Why."""
    retracted_at: Moment
    """When it was taken back."""


class PerformanceAnswered(PerformanceEvent):
    """The firm says whether the figures are right. They stay as they are."""

    TYPE: ClassVar[str] = "matching.performance-answered"
    ABOUT: ClassVar[tuple[str, ...]] = ("performance answer", "match_id", "month")

    answer: Literal["accepted", "contested"]
    """What the firm says."""
    reason: ReasonCode | None = None
    """What of it is contested."""
    answered_at: Moment
    """When the firm said it."""
