"""The published language of `matching`: what is asked for, and who could make it."""

from datetime import date
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.event import (
    AreaCode,
    BasisPoints,
    EventData,
    Level,
    Moment,
    Money,
    QuestionCode,
    ReasonCode,
    StateCode,
    SupplierEvent,
    Text,
    Value,
)
from shared.contracts.registration import Qms


class Specification(Value):
    """What an anchor asks of whoever makes a part family. None means: not asked."""

    area: AreaCode
    title: Text
    materials: tuple[str, ...] = ()
    """Any one of these will do."""
    force_t: Annotated[int, Field(ge=0)] | None = None
    envelope_mm: tuple[int, int, int] | None = None
    tolerance_um: Annotated[int, Field(ge=0)] | None = None
    annual_volume: Annotated[int, Field(gt=0)]
    """Pieces per year."""
    lead_time_days: Annotated[int, Field(gt=0)] | None = None
    qms: Qms = "iso_9001"
    qms_waivable: bool = True
    """A firm below the ladder may still align, with a plan (IATF 16949 8.4.2.3)."""
    special_processes: tuple[str, ...] = ()
    """AIAG CQI codes that must be assessed within 12 months."""
    ppm_max: Annotated[int, Field(ge=0)] | None = None
    otif_bp_min: BasisPoints | None = None
    regional_value_bp_min: BasisPoints | None = None
    plant_state: StateCode
    """Where the parts are delivered."""
    targets: dict[QuestionCode, Level] = Field(default_factory=dict)
    """Level asked in the diagnosis, by question; 3 where it says nothing."""
    must_have: tuple[QuestionCode, ...] = ()
    open_until: date


class RequirementEvent(EventData):
    TOPIC: ClassVar[str] = "matching.requirement.v1"

    requirement_id: UUID
    anchor_id: UUID

    @property
    def key(self) -> UUID:
        return self.requirement_id


class RequirementPublished(RequirementEvent):
    """An anchor asks for something."""

    TYPE: ClassVar[str] = "matching.requirement-published"

    specification: Specification


class RequirementChanged(RequirementEvent):
    """What an anchor asks for changed; the whole specification as it is now."""

    TYPE: ClassVar[str] = "matching.requirement-changed"

    specification: Specification


class RequirementClosed(RequirementEvent):
    """An anchor no longer asks."""

    TYPE: ClassVar[str] = "matching.requirement-closed"

    area: AreaCode
    reason: ReasonCode


class AlignedRequirement(Value):
    """One requirement that a supplier's offering can meet, with what its diagnosis is measured against."""

    requirement_id: UUID
    anchor_id: UUID
    area: AreaCode
    score: BasisPoints
    targets: dict[QuestionCode, Level]
    must_have: tuple[QuestionCode, ...]


class Missing(Value):
    """One gate that an offering did not pass."""

    area: AreaCode
    requirement_id: UUID | None = None
    gate: ReasonCode
    reason: ReasonCode
    need: str = ""
    offer: str = ""


class OfferingAligned(SupplierEvent):
    """The firm can make what somebody asks for. The whole set as it is now, each time it changes."""

    TYPE: ClassVar[str] = "matching.offering-aligned"
    TOPIC: ClassVar[str] = "matching.match.v1"

    requirements: tuple[AlignedRequirement, ...]
    rules: str


class OfferingNotAligned(SupplierEvent):
    """Nobody asks for what the firm can make, or it lacks what is asked."""

    TYPE: ClassVar[str] = "matching.offering-not-aligned"
    TOPIC: ClassVar[str] = "matching.match.v1"

    missing: tuple[Missing, ...]
    rules: str


class Criterion(Value):
    """One criterion of the score, with its reason."""

    criterion: ReasonCode
    points: BasisPoints
    max: BasisPoints
    status: Literal["ok", "partial", "fails", "unknown"]
    need: str
    offer: str
    reason: ReasonCode


class MatchEvent(SupplierEvent):
    TOPIC: ClassVar[str] = "matching.match.v1"

    match_id: UUID
    requirement_id: UUID
    anchor_id: UUID
    area: AreaCode


class MatchFound(MatchEvent):
    """A diagnosed firm meets a requirement. Sent again when the score or what blocks it changes."""

    TYPE: ClassVar[str] = "matching.match-found"

    score: BasisPoints
    criteria: tuple[Criterion, ...]
    blocked_by: tuple[QuestionCode, ...] = ()
    """Open critical gaps: the firm is not introduced to the anchor until they close."""
    rules: str


class MatchLost(MatchEvent):
    """A match no longer holds."""

    TYPE: ClassVar[str] = "matching.match-lost"

    reason: ReasonCode


class MatchAnswered(MatchEvent):
    """The anchor's buyer looked at the match."""

    TYPE: ClassVar[str] = "matching.match-answered"

    answer: Literal["shortlisted", "declined"]
    reason: ReasonCode | None = None
    answered_at: Moment


class ContractAwarded(MatchEvent):
    """The anchor buys from the firm."""

    TYPE: ClassVar[str] = "matching.contract-awarded"

    annual_value: Money
    annual_volume: Annotated[int, Field(gt=0)]
    awarded_at: Moment
