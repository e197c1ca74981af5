"""What anchors ask for."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Literal, NamedTuple, get_args
from uuid import UUID

from services.matching.domain.offering import Qms
from services.matching.domain.reasons import CloseReason, Waivable
from services.matching.domain.record import Place
from services.matching.domain.waiver import Waiver, waived
from shared.state_machine import StateMachine, Transition

RequirementStatus = Literal["open", "closed"]

REQUIREMENT = StateMachine[RequirementStatus](
    "requirement",
    get_args(RequirementStatus),
    "open",
    (
        Transition("change", ("open",), "open"),
        Transition("close", ("open",), "closed"),
        Transition("expire", ("open",), "closed"),
        Transition("lose its anchor", ("open",), "closed"),
        Transition("reopen", ("closed",), "open"),
    ),
)


class YearVolume(NamedTuple):
    """Pieces of one calendar year."""

    year: int
    pieces: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Specification:
    """What an anchor asks of whoever makes a part family. None or empty means: not asked."""

    area: str
    title: str
    materials: tuple[str, ...] = ()
    """Any one of these will do."""
    force_t: int | None = None
    """Metric tons of press or clamping force."""
    envelope_mm: tuple[int, int, int] | None = None
    tolerance_um: int | None = None
    annual_volume: int
    """Pieces per year."""
    lead_time_days: int | None = None
    qms: Qms = "iso_9001"
    qms_waivable: bool = True
    special_processes: tuple[str, ...] = ()
    ppm_max: int | None = None
    otif_bp_min: int | None = None
    regional_value_bp_min: int | None = None
    plant_state: str | None
    """INEGI key of the state of delivery."""
    targets: Mapping[str, int] = field(default_factory=dict)
    """Level asked in the diagnosis, by question."""
    must_have: tuple[str, ...] = ()
    open_until: date
    """The last day on which it is open."""
    wishes: tuple[Waivable, ...] = ()
    """Of what is asked, what bars nobody: it is scored where a criterion has it, and told."""
    production_start: date | None = None
    ramp: tuple[YearVolume, ...] = ()
    """Pieces of single years, on the way to the annual volume and off it: what a firm reads, and no rule."""
    waived: tuple[Waivable, ...] = ()
    """Of one firm alone, as `Requirement.need_of` gives it; what is asked of all has none."""
    tolerance_must: bool = False
    """Whether a wider tolerance bars, and is not only scored. This and what follows bars, unless it is only wished."""
    part_weight_g: int | None = None
    part_thickness_um: int | None = None
    part_diameter_um: int | None = None
    surface_ra_nm_max: int | None = None
    salt_spray_h_min: int | None = None
    minimum_order_max: int | None = None
    """Pieces."""
    ppap_level_min: int | None = None
    apqp: bool = False
    design_min: str | None = None
    deliveries: tuple[str, ...] = ()
    """Any one of these will do."""
    edi: bool = False
    certificates: tuple[str, ...] = ()
    """Standards, all of them; so are the two below."""
    programs: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    plant_latitude_e6: int | None = None
    plant_longitude_e6: int | None = None
    distance_km_max: int | None = None
    """From there to a plant of the firm."""
    named: bool = False
    """Whether firms that read it are told who asks, before they are introduced."""

    @property
    def place(self) -> Place | None:
        """Where parts are delivered; None: not said."""
        if self.plant_latitude_e6 is None or self.plant_longitude_e6 is None:
            return None
        return self.plant_latitude_e6, self.plant_longitude_e6

    @property
    def asks_record(self) -> bool:
        """Whether any of what firms state beside what is scored is asked."""
        return any(getattr(self, name) not in NOT_ASKED for name in OF_RECORD)


OF_RECORD = (
    "tolerance_must",
    "part_weight_g",
    "part_thickness_um",
    "part_diameter_um",
    "surface_ra_nm_max",
    "salt_spray_h_min",
    "minimum_order_max",
    "ppap_level_min",
    "apqp",
    "design_min",
    "deliveries",
    "edi",
    "certificates",
    "programs",
    "languages",
    "distance_km_max",
)
NOT_ASKED: tuple[object, ...] = (None, False, ())

MOST_CLOSURES = 50
"""The last so many are kept with a requirement; its versions have all."""


@dataclass(frozen=True, slots=True)
class Closure:
    """One time that a requirement closed, and how it opened again."""

    reason: CloseReason
    by: str | None = None
    """Who closed it, the subject of the token; None: time did, or its anchor left."""
    at: datetime | None = None
    """None: before closures were kept."""
    reopened_by: str | None = None
    reopened_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Requirement:
    """One part family that one anchor asks for."""

    id: UUID
    anchor_id: UUID
    specification: Specification
    status: RequirementStatus = REQUIREMENT.initial
    closed_reason: CloseReason | None = None
    version: int = 1
    """Counts what was told of it, from its publication on."""
    by_hand: bool = False
    """Whether what is asked was changed by hand since a file last said it."""
    closures: tuple[Closure, ...] = ()
    """Oldest first."""
    reference: str | None = None
    """The anchor's own name of it, as a part number: no other of its requirements has it."""
    waivers: tuple[Waiver, ...] = ()
    """Those that ended too, in the order in which they were given."""

    def asking(self, asked: Specification, *, by_hand: bool) -> "Requirement":
        """The next version: something else is asked."""
        return replace(self, version=self.version + 1, specification=asked, by_hand=by_hand)

    def closed(self, status: RequirementStatus, closure: Closure) -> "Requirement":
        return replace(
            self,
            version=self.version + 1,
            status=status,
            closed_reason=closure.reason,
            closures=(*self.closures, closure)[-MOST_CLOSURES:],
        )

    def reopened(self, status: RequirementStatus, by: str, at: datetime) -> "Requirement":
        *before, last = self.closures or (None,)
        if last is None or last.reopened_at is not None:
            # It closed before closures were kept.
            before, last = [*self.closures], Closure(self.closed_reason or "cancelled")
        closures = (*before, replace(last, reopened_by=by, reopened_at=at))
        return replace(self, status=status, closed_reason=None, closures=closures[-MOST_CLOSURES:])

    def need_of(self, supplier_id: UUID, today: date) -> Specification:
        """What it asks of this firm: with the gates that are waived for it."""
        gates = waived(self.waivers, supplier_id, today)
        return replace(self.specification, waived=gates) if gates else self.specification

    @property
    def area(self) -> str:
        return self.specification.area
