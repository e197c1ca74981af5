"""What a supplier can make."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from services.registration.domain import certificates as certified
from services.registration.domain import limits, trade
from services.registration.domain.certificates import Certificate, Qms
from services.registration.domain.fault import Fault
from services.registration.domain.limits import FULL_SHARE_BP, MAX_MEASURE, PartLimits, SupplyTerms, measure_faults
from services.registration.domain.trade import PartOrigin, TradeProgram
from shared.areas import CODES

Experience = Literal["none", "aftermarket", "tier_3", "tier_2", "tier_1"]

MAX_MATERIALS = 20
MAX_MATERIAL_LENGTH = 60
MAX_SPECIAL_PROCESSES = 10
MAX_LANGUAGES = 10

FULL_PPM = 1_000_000

_CQI = re.compile(r"CQI-[0-9]{1,2}")
_LANGUAGE = re.compile(r"[a-z]{2}")


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecialProcess:
    """A yearly AIAG CQI self-assessment of a special process."""

    code: str
    assessed_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessOffer:
    """What a supplier can do in one procurement area. None means not stated."""

    area: str
    materials: tuple[str, ...] = ()
    force_t: int | None = None
    """Largest press or clamping force, metric tons."""
    envelope_mm: tuple[int, int, int] | None = None
    tolerance_um: int | None = None
    installed_capacity: int | None = None
    """Pieces per year, as is the free capacity."""
    free_capacity: int | None = None
    lead_time_days: int | None = None
    special_processes: tuple[SpecialProcess, ...] = ()
    parts: PartLimits | None = None
    supply: SupplyTerms | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Offering:
    """Everything that a supplier offers, across areas."""

    processes: tuple[ProcessOffer, ...]
    qms: Qms = "none"
    qms_valid_to: date | None = None
    ppm_12m: int | None = None
    otif_bp_12m: int | None = None
    experience: Experience = "none"
    regional_value_bp: int | None = None
    certificates: tuple[Certificate, ...] = ()
    """Where one is of a quality management system, `qms` and its last day follow from them."""
    languages: tuple[str, ...] = ()
    """ISO 639-1."""
    payment_terms_days: int | None = None
    programs: tuple[TradeProgram, ...] = ()
    origins: tuple[PartOrigin, ...] = ()


def faults(offering: Offering, today: date, plants: Sequence[str] = ()) -> Iterator[Fault]:
    """Every rule of an offering that is broken; `plants` are the names of the firm's."""
    if not offering.processes:
        yield Fault("processes", "processes_missing")
    if len(offering.processes) > len(CODES):
        yield Fault("processes", "processes_too_many", {"most": len(CODES)})
    seen: set[str] = set()
    for number, process in enumerate(offering.processes[: len(CODES)]):
        yield from _process_faults(process, f"processes.{number}", seen, today)
        seen.add(process.area)
    shares = (
        ("ppm_12m", offering.ppm_12m, FULL_PPM),
        ("otif_bp_12m", offering.otif_bp_12m, FULL_SHARE_BP),
        ("regional_value_bp", offering.regional_value_bp, FULL_SHARE_BP),
    )
    for name, share, full in shares:
        if share is not None and not 0 <= share <= full:
            yield Fault(name, "share_range", {"most": full})
    yield from _record_faults(offering, today, plants)


def _record_faults(offering: Offering, today: date, plants: Sequence[str]) -> Iterator[Fault]:
    if offering.payment_terms_days is not None:
        yield from measure_faults("", payment_terms_days=offering.payment_terms_days)
    if offering.languages:
        yield from _language_faults(offering.languages)
    if offering.certificates:
        yield from certified.faults(offering.certificates, plants, today)
    if offering.programs or offering.origins:
        yield from trade.faults(offering.programs, offering.origins)


def _language_faults(languages: tuple[str, ...]) -> Iterator[Fault]:
    if len(languages) > MAX_LANGUAGES:
        yield Fault("languages", "too_many", {"most": MAX_LANGUAGES})
    if len(set(languages)) < len(languages):
        yield Fault("languages", "repeated")
    if not all(_LANGUAGE.fullmatch(each) for each in languages):
        yield Fault("languages", "language_form")


def _process_faults(process: ProcessOffer, path: str, seen: set[str], today: date) -> Iterator[Fault]:
    if process.area not in CODES:
        yield Fault(f"{path}.area", "area_unknown", {"first": CODES[0], "last": CODES[-1]})
    elif process.area in seen:
        yield Fault(f"{path}.area", "area_repeated")
    if not _are_materials(process.materials):
        yield Fault(f"{path}.materials", "materials_form", {"most": MAX_MATERIALS, "longest": MAX_MATERIAL_LENGTH})
    for name, measure, least in _measures(process):
        if measure is not None and not least <= measure <= MAX_MEASURE:
            yield Fault(f"{path}.{name}", "measure_range", {"least": least})
    installed, free = process.installed_capacity, process.free_capacity
    if installed is not None and free is not None and free > installed:
        yield Fault(f"{path}.free_capacity", "free_above_installed")
    yield from _special_faults(process.special_processes, f"{path}.special_processes", today)
    if process.parts is not None or process.supply is not None:
        yield from limits.faults(process.parts, process.supply, path)


def _special_faults(special: tuple[SpecialProcess, ...], path: str, today: date) -> Iterator[Fault]:
    codes = [process.code for process in special]
    whole = all(_CQI.fullmatch(code) for code in codes)
    if not whole or len(set(codes)) < len(codes) or len(codes) > MAX_SPECIAL_PROCESSES:
        yield Fault(path, "special_process_form")
    if any(process.assessed_on > today for process in special):
        yield Fault(path, "special_process_in_future")


def _are_materials(materials: tuple[str, ...]) -> bool:
    fit = all(name.strip() and len(name) <= MAX_MATERIAL_LENGTH and name.isprintable() for name in materials)
    return fit and len(materials) <= MAX_MATERIALS


def _measures(process: ProcessOffer) -> Iterator[tuple[str, int | None, int]]:
    yield "force_t", process.force_t, 0
    yield "tolerance_um", process.tolerance_um, 0
    yield "installed_capacity", process.installed_capacity, 0
    yield "free_capacity", process.free_capacity, 0
    yield "lead_time_days", process.lead_time_days, 0
    for side in process.envelope_mm or ():
        yield "envelope_mm", side, 1
