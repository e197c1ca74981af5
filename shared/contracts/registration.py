"""The published language of `registration`: who takes part, and what they can make."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from shared.contracts.event import (
    AreaCode,
    BasisPoints,
    Count,
    Day,
    EventData,
    Moment,
    ReasonCode,
    Reasons,
    RulesVersion,
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

Rfc = Annotated[str, Field(max_length=20, examples=["TBA950301QX7"])]
"""Tax id of a firm or a natural person with a business."""

Material = Annotated[str, Field(max_length=60, examples=["steel"])]
"""What a part is made of, in the words of the area."""

CqiCode = Annotated[str, Field(max_length=10, examples=["CQI-9"])]
"""AIAG code of a special process."""

Materials = Annotated[tuple[Material, ...], Field(max_length=20)]
Envelope = tuple[Count, Count, Count]
"""Three sides in millimetres."""


class SpecialProcess(Value):
    """A yearly AIAG CQI self-assessment of a special process."""

    code: Annotated[CqiCode, StringConstraints(pattern=r"^CQI-[0-9]{1,2}$")]
    """AIAG code of the process."""
    assessed_on: Day
    """Day of the last assessment."""


class ProcessOffer(Value):
    """What a supplier can do in one procurement area. None means not stated: ask the firm."""

    area: AreaCode
    """The procurement area."""
    materials: Materials = ()
    """What it works with."""
    force_t: Annotated[Count, Field(examples=[250])] | None = None
    """Largest press or clamping force, metric tons."""
    envelope_mm: Annotated[Envelope | None, Field(examples=[[600, 400, 200]])] = None
    """Largest part, three sides in millimetres."""
    tolerance_um: Annotated[Count, Field(examples=[50])] | None = None
    """Closest tolerance held, micrometres."""
    installed_capacity: Annotated[Count, Field(examples=[900000])] | None = None
    """Pieces per year."""
    free_capacity: Annotated[Count, Field(examples=[200000])] | None = None
    """Pieces per year."""
    lead_time_days: Annotated[Count, Field(examples=[30])] | None = None
    """From order to first series delivery."""
    special_processes: Annotated[tuple[SpecialProcess, ...], Field(max_length=10)] = ()
    """Special processes that it assessed itself in."""


class Offering(Value):
    """Everything that a supplier offers, across areas."""

    processes: Annotated[tuple[ProcessOffer, ...], Field(max_length=35)]
    """One for each area."""
    qms: Qms = "none"
    """Quality management system that it has."""
    qms_valid_to: Day | None = None
    """Last day of the certificate, for certified ladders; a certificate past it counts as not held."""
    ppm_12m: Annotated[Count, Field(examples=[35])] | None = None
    """Defective parts per million delivered, last 12 months."""
    otif_bp_12m: BasisPoints | None = None
    """Deliveries on time in full, last 12 months."""
    experience: Experience = "none"
    """Highest tier that it has delivered to."""
    regional_value_bp: BasisPoints | None = None
    """Regional value content (T-MEC, net cost) of the main part number."""


class Size(Value):
    """SME stratum by the Acuerdo of 30 June 2009."""

    stratum: Stratum
    """The stratum that follows from workers and sales."""
    score: Annotated[str, StringConstraints(pattern=r"^[0-9]+\.[0-9]{2,}$", max_length=40), Field(examples=["92.50"])]
    """10 % of the workers plus 90 % of the sales in millions of pesos."""
    flags: Reasons = ()
    """What an operator should look at."""
    rules: RulesVersion
    """Version of the rule."""


class Screening(Value):
    """What the tax authority's lists say of the firm, and when that was looked up."""

    list_69b: ListState
    """State on the list of article 69-B."""
    list_date: Day | None
    """Date of the list that was looked at; none when no list was loaded."""
    tax_opinion: TaxOpinion = "unknown"
    """Opinion on tax compliance that the firm handed in."""


class SupplierProfile(SupplierEvent):
    """A supplier as the other stages see it. `rfc` and `legal_name` only of legal persons: of a natural person
    both are personal data and stay in registration.
    """

    TOPIC: ClassVar[str] = "registration.supplier.v1"
    ABOUT: ClassVar[tuple[str, ...]] = ("participation",)

    folio: Annotated[str, Field(max_length=40, examples=["PDP-2026-000123"])]
    """Number of the registration, as the firm knows it."""
    kind: Literal["legal", "natural"]
    """Legal or natural person."""
    rfc: Rfc | None = None
    """Tax id, of legal persons only."""
    legal_name: Annotated[Text | None, Field(examples=["Troquelados del Bajío SA de CV"])] = None
    """Name of the firm, of legal persons only."""
    sector: Sector
    """Sector by which its size is judged."""
    scian: Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$"), Field(examples=["336370"])]
    """Class of economic activity (SCIAN)."""
    state: StateCode
    """State where its plant is."""
    municipality: Annotated[str, StringConstraints(pattern=r"^[0-9]{5}$"), Field(examples=["11020"])] | None = None
    """INEGI key of its municipality."""
    operating_since: Day
    """Since when it operates."""
    exports: bool = False
    """Whether it exports."""
    size: Size
    """How large it is."""
    screening: Screening
    """How it stands with the tax authority."""
    offering: Offering
    """What it can make."""
    registered_at: Moment
    """When it registered."""


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
    ABOUT: ClassVar[tuple[str, ...]] = ("participation",)

    reason: ReasonCode
    """Why it left."""
    withdrawn_at: Moment
    """When it left."""


class AnchorEvent(EventData):
    """Something about one anchor."""

    TOPIC: ClassVar[str] = "registration.anchor.v1"

    anchor_id: UUID
    """The anchor."""

    @property
    def key(self) -> UUID:
        return self.anchor_id


class AnchorJoined(AnchorEvent):
    """A large buyer (tractora) takes part."""

    TYPE: ClassVar[str] = "registration.anchor-joined"
    ABOUT: ClassVar[tuple[str, ...]] = ("joining",)

    code: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9-]{2,20}$"), Field(examples=["ARMADORA-01"])]
    """Its short name."""
    name: Annotated[Text, Field(examples=["Armadora del Norte"])]
    """Its name."""
    states: Annotated[tuple[StateCode, ...], Field(max_length=32)]
    """States where its plants are."""
    joined_at: Moment
    """When it joined."""


class AnchorLeft(AnchorEvent):
    """A large buyer no longer takes part; its requirements close."""

    TYPE: ClassVar[str] = "registration.anchor-left"
    ABOUT: ClassVar[tuple[str, ...]] = ("leaving",)

    reason: ReasonCode
    """Why it left."""
    left_at: Moment
    """When it left."""
