"""What the other stages said of a supplier, as far as finance depends on it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from services.financing.domain.money import Money

CRITICAL = "critical"


@dataclass(frozen=True, slots=True)
class Profile:
    """Who the firm is. `rfc` and `legal_name` only of legal persons: a natural person's stay in registration."""

    kind: Literal["legal", "natural"]
    rfc: str | None
    scian: str
    state: str
    stratum: str
    operating_since: date
    exports: bool
    tax_opinion: str
    list_69b: str
    list_date: date | None
    legal_name: str | None = None
    """None of a legal person too that was told before names were kept."""


@dataclass(frozen=True, slots=True)
class Gap:
    """One question below its target."""

    question: str
    severity: str
    modules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The newest validated version. `fin_bp` is the share of the finance dimension, None where it was not scored."""

    id: UUID
    version: int
    grade: str
    band: str
    overall_bp: int
    fin_bp: int | None
    levels: dict[str, int | None]
    gaps: tuple[Gap, ...] = ()

    @property
    def has_critical_gap(self) -> bool:
        return any(gap.severity == CRITICAL for gap in self.gaps)


@dataclass(frozen=True, slots=True)
class Match:
    """A requirement of an anchor that the firm meets; `score` in basis points."""

    id: UUID
    requirement_id: UUID
    anchor_id: UUID
    score: int


@dataclass(frozen=True, slots=True)
class Contract:
    """A requirement that the firm won. It stays when the match is lost: what was signed is signed."""

    match_id: UUID
    requirement_id: UUID
    anchor_id: UUID
    awarded_at: datetime
    annual_value: Money | None = None
    """What the anchor buys for in a year."""


@dataclass(frozen=True, slots=True)
class Activity:
    """One module of the plan; `cost_to` is the upper end of its range."""

    id: UUID
    module: str
    questions: tuple[str, ...]
    cost_to: Money


@dataclass(frozen=True, slots=True)
class Plan:
    """The development plan that firm and program agreed on."""

    id: UUID
    activities: tuple[Activity, ...]
