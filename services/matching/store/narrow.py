"""Narrow rows: what gates and score read of offerings and requirements, as columns."""

from typing import Any

from services.matching.domain import material_keys
from services.matching.domain.offering import LADDER, ProcessOffer
from services.matching.domain.rematch import Offering
from services.matching.domain.requirement import Requirement
from services.matching.domain.rules import Rules
from services.matching.store import narrow_record
from services.matching.store.judging import bits_of
from services.matching.store.narrow_tables import OpenDemandRow, ProcessOfferRow

OPEN_DEMAND = tuple(OpenDemandRow.model_fields)
PROCESS_OFFER = tuple(ProcessOfferRow.model_fields)
"""Columns, in the order of the rows."""


def asked_row(requirement: Requirement, rules: Rules) -> tuple[Any, ...]:
    """A requirement as its row."""
    asked = requirement.specification
    keys = material_keys.asked(rules.materials, asked.materials)
    row = {
        "requirement_id": requirement.id,
        "area": asked.area,
        "met": keys.met,
        "near": keys.near,
        "unmapped": keys.unmapped,
        **_sides(asked.envelope_mm),
        "force_t": asked.force_t,
        "tolerance_um": asked.tolerance_um,
        "annual_volume": asked.annual_volume,
        "lead_time_days": asked.lead_time_days,
        "special": sorted(set(asked.special_processes)),
        "qms": LADDER[asked.qms],
        "qms_waivable": asked.qms_waivable,
        "plant_state": asked.plant_state,
        "near_states": sorted(rules.neighbours.get(asked.plant_state or "", ())),
        "ppm_max": asked.ppm_max,
        "otif_bp_min": asked.otif_bp_min,
        "regional_value_bp_min": asked.regional_value_bp_min,
        "wished": bits_of(asked.wishes),
        **_waived(requirement),
        **narrow_record.asked(asked),
    }
    return tuple(row[name] for name in OPEN_DEMAND)


def _waived(requirement: Requirement) -> dict[str, list[Any]]:
    """Waivers that may still count: those of the past too, as the row outlives the day."""
    kept = [waiver for waiver in requirement.waivers if waiver.revoked_at is None]
    return {
        "waived_firms": [waiver.supplier_id for waiver in kept],
        "waived_gates": [bits_of([waiver.gate]) for waiver in kept],
        "waived_until": [waiver.until for waiver in kept],
    }


def offered_rows(offering: Offering, rules: Rules) -> list[tuple[Any, ...]]:
    """An offering as its rows; none before it is registered, and after it left."""
    profile = offering.profile
    if profile is None or offering.withdrawn:
        return []
    measured = profile.measured
    of_firm = {
        "offering_id": offering.id,
        "state": profile.state,
        "barred": profile.list_69b == "definitive",
        "looked_up": profile.looked_up,
        "qms": LADDER[profile.qms],
        "qms_until": profile.qms_until(rules.certificate_months),
        "ppm_12m": profile.ppm_12m,
        "otif_bp_12m": profile.otif_bp_12m,
        "regional_value_bp": profile.regional_value_bp,
        "measured_ppm": measured and measured.ppm,
        "measured_otif_bp": measured and measured.otif_bp,
        "measured_until": measured and measured.until,
        **narrow_record.of_firm(profile.record),
    }
    rows = [of_firm | _process(place, process, rules) for place, process in enumerate(profile.processes)]
    return [tuple(row[name] for name in PROCESS_OFFER) for row in rows]


def _process(position: int, process: ProcessOffer, rules: Rules) -> dict[str, Any]:
    keys = material_keys.offered(rules.materials, process.materials)
    until = process.special_until(rules.cqi_valid_months)
    return {
        "area": process.area,
        "position": position,
        "met": keys.met,
        "near": keys.near,
        "unmapped": keys.unmapped,
        **_sides(process.envelope_mm),
        "force_t": process.force_t,
        "tolerance_um": process.tolerance_um,
        "free_capacity": process.free_capacity,
        "lead_time_days": process.lead_time_days,
        "special": list(until),
        "special_until": list(until.values()),
        **narrow_record.of_process(process),
    }


def _sides(envelope_mm: tuple[int, int, int] | None) -> dict[str, int | None]:
    """Sorted: a part is turned as it needs to be."""
    sides = sorted(envelope_mm) if envelope_mm else [None] * 3
    return {f"side_{number}": side for number, side in enumerate(sides, 1)}
