"""The published language of `registration`: who takes part, and what they can make."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from shared.contracts.event import (
    Day,
    EventData,
    Moment,
    ReasonCode,
    Reasons,
    RulesVersion,
    Sha256,
    StateCode,
    SupplierEvent,
    Text,
    Value,
)
from shared.contracts.offering import Offering

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

Municipality = Annotated[str, StringConstraints(pattern=r"^[0-9]{5}$"), Field(examples=["11020"])]
"""INEGI key: two digits of the state, three of the municipality."""


class Plant(Value):
    """Where a firm works. Name and coordinates of legal persons only: a natural person may live there."""

    name: Annotated[str, Field(max_length=120, examples=["Planta Querétaro"])] | None = None
    """As the firm calls it."""
    state: StateCode
    """Its state."""
    municipality: Municipality | None = None
    """INEGI key of its municipality."""
    latitude_e6: Annotated[int, Field(strict=True, ge=14_500_000, le=32_750_000, examples=[20588800])] | None = None
    """Millionths of a degree (WGS 84), within Mexico."""
    longitude_e6: Annotated[int, Field(strict=True, ge=-118_600_000, le=-86_500_000, examples=[-100389900])] | None = (
        None
    )
    """The same, east positive: in Mexico it is always negative."""


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


class Introduction(Value):
    """Which anchors that it matches may know a firm, and what they learn beside its name, folio and state. A legal
    person is introduced to each of them; a natural person to those that it consented to.
    """

    everybody: bool = False
    """Whether a natural person consented to every anchor of the program."""
    anchors: Annotated[tuple[UUID, ...], Field(max_length=200)] = ()
    """Those that it consented to one by one."""
    contact_role: Annotated[ReasonCode, Field(examples=["sales"])] | None = None
    """What its contact does in the firm; of a natural person only once it consented to anybody."""


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
    """State where its main plant is."""
    municipality: Municipality | None = None
    """INEGI key of its municipality."""
    plants: Annotated[tuple[Plant, ...], Field(max_length=20)] = ()
    """Where it works, the main plant first: `state` and `municipality` are that one's. Empty: not stated."""
    operating_since: Day
    """Since when it operates."""
    exports: bool = False
    """Whether it exports."""
    women_led: bool | None = None
    """Whether women own 51 % or more of it; or 20 %, with a woman in a top role and, where there is a board, 30 % of
    it, as IFC counts. None: not stated, or a natural person.
    """
    size: Size
    """How large it is."""
    screening: Screening
    """How it stands with the tax authority."""
    offering: Offering
    """What it can make."""
    introduction: Introduction = Introduction()
    """To whom it may be introduced."""
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
    merged_into: UUID | None = None
    """The firm as which it goes on, where both were one."""


class PersonLeft(SupplierEvent):
    """Somebody who spoke for a firm does so no longer. Nobody is named: who knows their subject compares."""

    TYPE: ClassVar[str] = "registration.person-left"
    TOPIC: ClassVar[str] = "registration.supplier.v1"
    ABOUT: ClassVar[tuple[str, ...]] = ("person", "person")

    person: Sha256
    """A mark of the person, of this firm alone."""
    left_at: Moment
    """When they were removed, or went over to the firm that remained of two."""


class ContactErased(SupplierEvent):
    """The person to talk to of a firm is forgotten (LFPDPPP, right of cancellation). Nobody is named, nor by a mark:
    an address is guessed too easily. Whoever keeps addresses of the firm's people on their behalf lets them go.
    """

    TYPE: ClassVar[str] = "registration.contact-erased"
    TOPIC: ClassVar[str] = "registration.supplier.v1"
    ABOUT: ClassVar[tuple[str, ...]] = ("contact",)

    erased_at: Moment
    """When it was erased."""


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
