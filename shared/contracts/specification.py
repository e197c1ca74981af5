"""What an anchor asks of whoever makes a part family: a part of `matching`'s published language."""

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
from shared.contracts.offering import CqiCode, Envelope, Materials, Qms

Targets = Annotated[dict[QuestionCode, Level], Field(max_length=60)]
MustHave = Annotated[tuple[QuestionCode, ...], Field(max_length=60)]


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
    targets: Targets = Field(default_factory=dict)
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
    named: bool = False
    """Whether firms that read it are told who asks, before they are introduced."""
