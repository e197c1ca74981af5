"""The published language of `registration`: who takes part, and what they can make."""

from datetime import date
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from shared.contracts.event import (
    AreaCode,
    BasisPoints,
    EventData,
    Moment,
    ReasonCode,
    StateCode,
    SupplierEvent,
    Text,
    Value,
)

Qms = Literal["none", "documented", "iso_9001", "iatf_16949"]
"""Ladder of quality management systems, IATF 16949 8.4.2.3."""

Experience = Literal["none", "aftermarket", "tier_3", "tier_2", "tier_1"]
Stratum = Literal["micro", "small", "medium", "large"]
Sector = Literal["industry", "trade", "services"]
ListState = Literal["not_listed", "presumed", "definitive", "disproved", "favourable_ruling"]
"""State on the list of article 69-B of the Código Fiscal: Presunto, Definitivo, Desvirtuado, Sentencia Favorable."""

TaxOpinion = Literal[
    "positive", "negative", "negative_with_plan", "in_suspension", "registered_without_obligations", "unknown"
]
"""Opinion on tax compliance, article 32-D of the Código Fiscal."""


class SpecialProcess(Value):
    """A yearly AIAG CQI self-assessment of a special process."""

    code: Annotated[str, StringConstraints(pattern=r"^CQI-\d{1,2}$")]
    assessed_on: date


class ProcessOffer(Value):
    """What a supplier can do in one procurement area. None means not stated: ask the firm."""

    area: AreaCode
    materials: tuple[str, ...] = ()
    force_t: Annotated[int, Field(ge=0)] | None = None
    """Largest press or clamping force, metric tons."""
    envelope_mm: tuple[int, int, int] | None = None
    """Largest part, three sides in millimetres."""
    tolerance_um: Annotated[int, Field(ge=0)] | None = None
    """Closest tolerance held, micrometres."""
    installed_capacity: Annotated[int, Field(ge=0)] | None = None
    """Pieces per year."""
    free_capacity: Annotated[int, Field(ge=0)] | None = None
    """Pieces per year."""
    lead_time_days: Annotated[int, Field(ge=0)] | None = None
    """From order to first series delivery."""
    special_processes: tuple[SpecialProcess, ...] = ()


class Offering(Value):
    """Everything that a supplier offers, across areas."""

    processes: tuple[ProcessOffer, ...]
    qms: Qms = "none"
    qms_valid_to: date | None = None
    """Last day of the certificate, for certified ladders; a certificate past it counts as not held."""
    ppm_12m: Annotated[int, Field(ge=0)] | None = None
    """Defective parts per million delivered, last 12 months."""
    otif_bp_12m: BasisPoints | None = None
    """Deliveries on time in full, last 12 months."""
    experience: Experience = "none"
    regional_value_bp: BasisPoints | None = None
    """Regional value content (T-MEC, net cost) of the main part number."""


class Size(Value):
    """SME stratum by the Acuerdo of 30 June 2009."""

    stratum: Stratum
    score: Annotated[str, StringConstraints(pattern=r"^\d+\.\d{2,}$")]
    flags: tuple[ReasonCode, ...] = ()
    rules: str


class Screening(Value):
    """What the tax authority's lists say of the firm, and when that was looked up."""

    list_69b: ListState
    list_date: date | None
    tax_opinion: TaxOpinion = "unknown"


class SupplierProfile(SupplierEvent):
    """A supplier as the other stages see it. `rfc` and `legal_name` only of legal persons: of a natural person
    both are personal data and stay in registration.
    """

    TOPIC: ClassVar[str] = "registration.supplier.v1"

    folio: str
    kind: Literal["legal", "natural"]
    rfc: str | None = None
    legal_name: Text | None = None
    sector: Sector
    scian: Annotated[str, StringConstraints(pattern=r"^\d{6}$")]
    state: StateCode
    municipality: Annotated[str, StringConstraints(pattern=r"^\d{5}$")] | None = None
    operating_since: date
    exports: bool = False
    size: Size
    screening: Screening
    offering: Offering
    registered_at: Moment


class SupplierRegistered(SupplierProfile):
    """A firm takes part from now on."""

    TYPE: ClassVar[str] = "registration.supplier-registered"


class SupplierChanged(SupplierProfile):
    """Something of the profile changed; the whole profile as it is now."""

    TYPE: ClassVar[str] = "registration.supplier-changed"


class SupplierWithdrawn(SupplierEvent):
    """A firm no longer takes part."""

    TYPE: ClassVar[str] = "registration.supplier-withdrawn"
    TOPIC: ClassVar[str] = "registration.supplier.v1"

    reason: ReasonCode
    withdrawn_at: Moment


class AnchorEvent(EventData):
    TOPIC: ClassVar[str] = "registration.anchor.v1"

    anchor_id: UUID

    @property
    def key(self) -> UUID:
        return self.anchor_id


class AnchorJoined(AnchorEvent):
    """A large buyer (tractora) takes part."""

    TYPE: ClassVar[str] = "registration.anchor-joined"

    code: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9-]{2,20}$")]
    name: Text
    states: tuple[StateCode, ...]
    joined_at: Moment


class AnchorLeft(AnchorEvent):
    """A large buyer no longer takes part; its requirements close."""

    TYPE: ClassVar[str] = "registration.anchor-left"

    reason: ReasonCode
    left_at: Moment
