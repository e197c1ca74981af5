"""What cannot be meant of what is asked: it contradicts itself, or says something of what is not asked at all."""

from collections.abc import Iterator, Mapping
from datetime import date

from services.matching.domain.award import Fault
from services.matching.domain.reasons import Waivable
from services.matching.domain.requirement import NOT_ASKED, Specification

_OF_GATE: Mapping[Waivable, tuple[str, ...]] = {
    "materials": ("materials",),
    "envelope": ("envelope_mm",),
    "force": ("force_t",),
    "special_process": ("special_processes",),
    "qms": ("qms",),
    "tolerance": ("tolerance_um",),
    "part_limits": (
        "part_weight_g",
        "part_thickness_um",
        "part_diameter_um",
        "surface_ra_nm_max",
        "salt_spray_h_min",
    ),
    "minimum_order": ("minimum_order_max",),
    "ppap": ("ppap_level_min", "apqp"),
    "design": ("design_min",),
    "delivery": ("deliveries", "edi"),
    "certificates": ("certificates",),
    "programs": ("programs",),
    "languages": ("languages",),
    "distance": ("distance_km_max",),
}


def asks(asked: Specification, gate: Waivable) -> bool:
    """Whether anything of this gate is asked, as a must or only scored."""
    return any(getattr(asked, name) not in (*NOT_ASKED, "none") for name in _OF_GATE[gate])


def bars(asked: Specification, gate: Waivable) -> bool:
    """Whether a firm can fall short of this gate, were it not wished: a tolerance that is no must is only scored."""
    return asks(asked, gate) and (gate != "tolerance" or asked.tolerance_must)


def fault(asked: Specification, today: date, before: Specification | None = None) -> Fault | None:
    """The first thing that cannot be meant. Years that were asked `before` may be past by now."""
    return next(_faults(asked, today, before), None)


def _faults(asked: Specification, today: date, before: Specification | None) -> Iterator[Fault]:
    if asked.tolerance_must and asked.tolerance_um is None:
        yield Fault("tolerance_missing", {})
    if asked.tolerance_must and "tolerance" in asked.wishes:
        yield Fault("tolerance_wished", {})
    if beside := [gate for gate in asked.wishes if not asks(asked, gate)]:
        yield Fault("wish_not_asked", {"gates": ", ".join(beside)})
    start = asked.production_start
    if start and start.year < today.year and (before is None or start != before.production_start):
        yield Fault("start_past", {"year": str(today.year)})
    known = {each.year for each in before.ramp} if before else set()
    if past := [str(each.year) for each in asked.ramp if each.year < today.year and each.year not in known]:
        yield Fault("ramp_past", {"years": ", ".join(past), "year": str(today.year)})
