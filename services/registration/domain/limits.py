"""Which parts a supplier makes in one procurement area, and how it delivers them. None means not stated."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from services.registration.domain.fault import Fault

Design = Literal["build_to_print", "co_design", "full"]
"""Who designs the part, from the customer alone to the supplier alone."""

Delivery = Literal["exw", "fca", "dap", "ddp", "jit", "jis"]
"""Incoterms, just in time, just in sequence."""

Interval = tuple[int, int]
"""From, to; both are within."""

MAX_MEASURE = 2_000_000_000
"""Fits the four bytes of every reader's integer column; no capacity, force, side or time comes near it."""
FULL_SHARE_BP = 10_000
PPAP_LEVELS = (1, 5)
MAX_SHIFTS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class PartLimits:
    """Grams, micrometres; surface as Ra in nanometres, and hours of salt spray (ISO 9227)."""

    weight_g: Interval | None = None
    thickness_um: Interval | None = None
    diameter_um: Interval | None = None
    surface_ra_nm: int | None = None
    salt_spray_h: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplyTerms:
    """Times in days from the order; of a series it is the process's own."""

    minimum_order: int | None = None
    """Pieces."""
    sample_days: int | None = None
    tooling_days: int | None = None
    tooling_in_house: bool | None = None
    design: Design | None = None
    ppap_level: int | None = None
    """Highest that it hands in (AIAG PPAP)."""
    apqp: bool | None = None
    deliveries: tuple[Delivery, ...] = ()
    edi: bool | None = None
    shifts: int | None = None
    """A day; informative, as is the overall equipment effectiveness."""
    oee_bp: int | None = None


def faults(parts: PartLimits | None, supply: SupplyTerms | None, path: str) -> Iterator[Fault]:
    """Every rule that is broken."""
    if parts is not None:
        yield from _part_faults(parts, f"{path}.parts")
    if supply is not None:
        yield from _supply_faults(supply, f"{path}.supply")


def _part_faults(parts: PartLimits, path: str) -> Iterator[Fault]:
    for name in ("weight_g", "thickness_um", "diameter_um"):
        interval: Interval | None = getattr(parts, name)
        if interval is None:
            continue
        if not all(0 <= end <= MAX_MEASURE for end in interval):
            yield Fault(f"{path}.{name}", "measure_range", {"least": 0})
        elif interval[0] > interval[1]:
            yield Fault(f"{path}.{name}", "interval_backwards")
    yield from measure_faults(path, surface_ra_nm=parts.surface_ra_nm, salt_spray_h=parts.salt_spray_h)


def _supply_faults(supply: SupplyTerms, path: str) -> Iterator[Fault]:
    yield from measure_faults(
        path,
        minimum_order=supply.minimum_order,
        sample_days=supply.sample_days,
        tooling_days=supply.tooling_days,
    )
    bounded = (
        ("ppap_level", supply.ppap_level, *PPAP_LEVELS),
        ("shifts", supply.shifts, 0, MAX_SHIFTS),
        ("oee_bp", supply.oee_bp, 0, FULL_SHARE_BP),
    )
    for name, number, least, most in bounded:
        if number is not None and not least <= number <= most:
            yield Fault(f"{path}.{name}", "number_range", {"least": least, "most": most})
    if len(set(supply.deliveries)) < len(supply.deliveries):
        yield Fault(f"{path}.deliveries", "repeated")


def measure_faults(path: str, **measures: int | None) -> Iterator[Fault]:
    """Of measures by their names: whole numbers that readers can hold."""
    for name, measure in measures.items():
        if measure is not None and not 0 <= measure <= MAX_MEASURE:
            yield Fault(f"{path}.{name}".lstrip("."), "measure_range", {"least": 0})
