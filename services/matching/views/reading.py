"""What is asked, as firms read it."""

from datetime import date
from typing import Self
from uuid import UUID

from services.matching.domain.gate import Gate
from services.matching.domain.offering import Qms
from services.matching.domain.reading import Reading
from services.matching.domain.reasons import GateName, GateReason, GateStatus, Waivable
from services.matching.domain.requirement import OF_RECORD
from services.matching.domain.waiver import Waiver
from services.matching.handlers import published
from shared.contracts import matching as contract
from shared.contracts.specification import YearVolume
from shared.service.http import View


class GateView(View):
    gate: GateName
    status: GateStatus
    reason: GateReason
    need: str
    offer: str

    @classmethod
    def of_gate(cls, gate: Gate) -> Self:
        return cls(gate=gate.gate, status=gate.status, reason=gate.reason, need=gate.need, offer=gate.offer)


class CountingView(View):
    """A waiver that counts for the firm. Why it was given, and who gave it, stays with who asks."""

    gate: Waivable
    plan: str
    """How it comes to be passed."""
    until: date
    """The last day on which it counts."""

    @classmethod
    def of_waiver(cls, waiver: Waiver) -> Self:
        return cls(gate=waiver.gate, plan=waiver.plan, until=waiver.until)


class ReadingView(View):
    """One open requirement of the firm's areas, and how the firm stands on it. Lengths in mm, tolerance in µm, forces
    in metric tons, shares in basis points, volumes in pieces per year.
    """

    requirement_id: UUID
    anchor_id: UUID | None
    """Null where who asks did not choose to be named, and does not know the firm."""
    area: str
    title: str
    materials: tuple[str, ...]
    force_t: int | None
    envelope_mm: tuple[int, int, int] | None
    tolerance_um: int | None
    annual_volume: int
    lead_time_days: int | None
    qms: Qms
    qms_waivable: bool
    special_processes: tuple[str, ...]
    ppm_max: int | None
    otif_bp_min: int | None
    regional_value_bp_min: int | None
    plant_state: str | None
    targets: dict[str, int]
    must_have: tuple[str, ...]
    open_until: date
    wishes: tuple[Waivable, ...]
    """Of what is asked, what bars nobody."""
    waivers: list[CountingView]
    """Of what is asked, what does not bar this firm until a day."""
    production_start: date | None
    ramp: tuple[YearVolume, ...]
    """Pieces of single years, where they differ from the annual volume."""
    tolerance_must: bool
    """Whether a wider tolerance bars. This and what follows bars who has it not, unless it is a wish."""
    part_weight_g: int | None
    part_thickness_um: int | None
    part_diameter_um: int | None
    surface_ra_nm_max: int | None
    salt_spray_h_min: int | None
    minimum_order_max: int | None
    ppap_level_min: int | None
    apqp: bool
    design_min: str | None
    deliveries: tuple[str, ...]
    """Any one of these will do."""
    edi: bool
    certificates: tuple[str, ...]
    """All of these, as of the two below."""
    programs: tuple[str, ...]
    languages: tuple[str, ...]
    distance_km_max: int | None
    """From where the parts are delivered, which stays with who asks."""
    met: bool
    """Whether the firm passes every gate."""
    score: int | None
    """Null where it does not."""
    gates: list[GateView]
    """Those that it does not pass, and those of which nobody knows."""
    criteria: list[contract.Criterion]
    """Of the score, each with its reason: what would lift it is where points are missing."""
    rules: str

    @classmethod
    def of_reading(cls, reading: Reading, rules: str) -> Self:
        requirement, asked = reading.requirement, published.told(reading.requirement.specification)
        told = {name: getattr(asked, name) for name in TOLD}
        return cls(
            requirement_id=requirement.id,
            anchor_id=requirement.anchor_id if reading.names_anchor else None,
            **told,
            waivers=[CountingView.of_waiver(waiver) for waiver in reading.waivers],
            met=reading.met,
            score=reading.points,
            gates=[GateView.of_gate(gate) for gate in reading.gates],
            criteria=published.criteria(reading.criteria),
            rules=rules,
        )


TOLD = (
    "area",
    "title",
    "materials",
    "force_t",
    "envelope_mm",
    "tolerance_um",
    "annual_volume",
    "lead_time_days",
    "qms",
    "qms_waivable",
    "special_processes",
    "ppm_max",
    "otif_bp_min",
    "regional_value_bp_min",
    "plant_state",
    "targets",
    "must_have",
    "open_until",
    "wishes",
    "production_start",
    "ramp",
    *OF_RECORD,
)
"""What of a specification firms read. Whatever is asked besides stays with who asks, until it is named here."""
