"""What an anchor asks of whoever makes a part family: a part of `matching`'s published language."""

from dataclasses import field
from typing import Annotated

from pydantic import Field

from shared.contracts.event import (
    AreaCode,
    BasisPoints,
    Count,
    Day,
    Level,
    Positive,
    QuestionCode,
    ReasonCode,
    StateCode,
    Text,
    Value,
)
from shared.contracts.offering import Code, CqiCode, Design, Envelope, Language, Materials, Qms

Targets = Annotated[dict[QuestionCode, Level], Field(max_length=60)]
MustHave = Annotated[tuple[QuestionCode, ...], Field(max_length=60)]


Latitude = Annotated[int, Field(strict=True, ge=14_500_000, le=32_750_000, examples=[20588800])]
"""Millionths of a degree (WGS 84), within Mexico; so is the one below."""
Longitude = Annotated[int, Field(strict=True, ge=-118_600_000, le=-86_500_000, examples=[-100389900])]
MOST_KM = 500
"""Farther, a distance on a plane is none."""

MOST_WISHES = 20
Wishes = Annotated[tuple[ReasonCode, ...], Field(max_length=MOST_WISHES, examples=[["force"]])]
"""Gates, by their names."""


class YearVolume(Value):
    """Pieces of one calendar year."""

    year: Annotated[int, Field(strict=True, ge=2000, le=2100, examples=[2028])]
    """The year."""
    pieces: Count
    """Pieces in it."""


Ramp = Annotated[tuple[YearVolume, ...], Field(max_length=15)]


class Specification(Value):
    """What an anchor asks of whoever makes a part family. None means: not asked."""

    area: AreaCode
    """The procurement area that it belongs to."""
    title: Text
    """The part family, in the anchor's words."""
    materials: Materials = ()
    """Any one of these will do."""
    force_t: Annotated[Count, Field(examples=[400])] | None = None
    """Press or clamping force, metric tons."""
    envelope_mm: Annotated[Envelope | None, Field(examples=[[400, 250, 120]])] = None
    """The part's three sides, millimetres."""
    tolerance_um: Annotated[Count, Field(examples=[50])] | None = None
    """Tolerance to hold, micrometres."""
    annual_volume: Annotated[Positive, Field(examples=[120000])]
    """Pieces per year."""
    lead_time_days: Annotated[Positive, Field(examples=[45])] | None = None
    """From order to first series delivery."""
    qms: Qms = "iso_9001"
    """Lowest quality management system."""
    qms_waivable: bool = True
    """A firm below the ladder may still align, with a plan (IATF 16949 8.4.2.3)."""
    special_processes: Annotated[tuple[CqiCode, ...], Field(max_length=10)] = ()
    """AIAG CQI codes that must be assessed within 12 months."""
    ppm_max: Annotated[Count, Field(examples=[50])] | None = None
    """Most defective parts per million delivered."""
    otif_bp_min: BasisPoints | None = None
    """Least share of deliveries on time in full."""
    regional_value_bp_min: BasisPoints | None = None
    """Least regional value content (T-MEC, net cost)."""
    plant_state: StateCode
    """Where the parts are delivered."""
    targets: Targets = field(default_factory=dict)
    """Level asked in the diagnosis, by question; 3 where it says nothing."""
    must_have: MustHave = ()
    """Questions on which a gap is critical."""
    open_until: Day
    """Last day on which it is open."""
    wishes: Wishes = ()
    """Of what is asked, what bars nobody: it is scored where a criterion has it."""
    production_start: Day | None = None
    """When series production starts."""
    ramp: Ramp = ()
    """Pieces of single years, in their order, where they differ from the annual volume."""
    tolerance_must: bool = False
    """Whether a wider tolerance bars, and is not only scored."""
    part_weight_g: Annotated[Count, Field(examples=[850])] | None = None
    """Weight of the part, grams. This and what follows bars who has it not, unless it is a wish."""
    part_thickness_um: Annotated[Count, Field(examples=[2500])] | None = None
    """Thickness of the part, micrometres."""
    part_diameter_um: Annotated[Count, Field(examples=[40000])] | None = None
    """Diameter of the part, micrometres."""
    surface_ra_nm_max: Annotated[Count, Field(examples=[1600])] | None = None
    """Roughest surface, Ra in nanometres."""
    salt_spray_h_min: Annotated[Count, Field(examples=[240])] | None = None
    """Hours of salt spray (ISO 9227) that its surface has to last."""
    minimum_order_max: Annotated[Count, Field(examples=[5000])] | None = None
    """Pieces of the smallest order that a firm may want."""
    ppap_level_min: Annotated[int, Field(strict=True, ge=1, le=5, examples=[3])] | None = None
    """Lowest level of the production part approval process (AIAG PPAP)."""
    apqp: bool = False
    """Whether new parts are planned by APQP."""
    design_min: Design | None = None
    """How much of the part the firm designs, at least."""
    deliveries: Annotated[tuple[Annotated[Code, Field(examples=["jit"])], ...], Field(max_length=10)] = ()
    """How it delivers; any one of these will do."""
    edi: bool = False
    """Whether forecasts, orders and shipping notices are exchanged electronically."""
    certificates: Annotated[tuple[Annotated[Code, Field(examples=["iso_14001"])], ...], Field(max_length=10)] = ()
    """Standards by which it is certified, all of them, beside the quality management system."""
    programs: Annotated[tuple[Annotated[Code, Field(examples=["immex"])], ...], Field(max_length=10)] = ()
    """Programs of foreign trade in which it takes part, all of them."""
    languages: Annotated[tuple[Language, ...], Field(max_length=10)] = ()
    """In which it serves its customers, all of them."""
    plant_latitude_e6: Latitude | None = None
    """Where the parts are delivered."""
    plant_longitude_e6: Longitude | None = None
    """The same."""
    distance_km_max: Annotated[int, Field(strict=True, ge=1, le=MOST_KM, examples=[120])] | None = None
    """From there to a plant of the firm, kilometres as the crow flies."""
    named: bool = False
    """Whether firms that read it are told who asks, before they are introduced."""
