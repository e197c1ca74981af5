"""Foreign trade: the programs in which a firm takes part, and the origin of its parts under the T-MEC."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from services.registration.domain.fault import Fault, line_faults
from services.registration.domain.limits import FULL_SHARE_BP

Program = Literal["immex", "oea", "c_tpat"]
Modality = Literal["controladora", "industrial", "servicios", "albergue", "terciarizacion"]
"""Of an IMMEX program: decree of 1 November 2006, article 3."""
OriginList = Literal["core", "principal", "complementary", "other"]
OriginMethod = Literal["net_cost", "transaction_value"]
Vehicle = Literal["light", "heavy"]

MAX_PROGRAMS = 10
MAX_ORIGINS = 30
MAX_PROGRAM_NUMBER, MAX_FAMILY = 60, 120

_HS_CODE = re.compile(r"[0-9]{6}([0-9]{2}){0,2}")


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeProgram:
    program: Program
    modality: Modality | None = None
    number: str | None = None
    valid_to: date | None = None
    """None where it has no end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartOrigin:
    """Regional value content of a family of parts, as the firm certifies it."""

    family: str
    hs_code: str
    """Six digits of the Harmonized System, eight or ten of the national tariff."""
    vehicle: Vehicle = "light"
    list: OriginList
    """List of auto parts, appendix to Annex 4-B."""
    method: OriginMethod = "net_cost"
    rvc_bp: int
    valid_to: date | None = None
    """Last day of the certification of origin."""


def faults(programs: Sequence[TradeProgram], origins: Sequence[PartOrigin]) -> Iterator[Fault]:
    """Every rule that is broken."""
    yield from _program_faults(programs)
    if len(origins) > MAX_ORIGINS:
        yield Fault("origins", "too_many", {"most": MAX_ORIGINS})
    for number, each in enumerate(origins[:MAX_ORIGINS]):
        path = f"origins.{number}"
        yield from line_faults(f"{path}.family", each.family, MAX_FAMILY)
        if _HS_CODE.fullmatch(each.hs_code) is None:
            yield Fault(f"{path}.hs_code", "hs_code_form")
        if not 0 <= each.rvc_bp <= FULL_SHARE_BP:
            yield Fault(f"{path}.rvc_bp", "share_range", {"most": FULL_SHARE_BP})


def _program_faults(programs: Sequence[TradeProgram]) -> Iterator[Fault]:
    if len(programs) > MAX_PROGRAMS:
        yield Fault("programs", "too_many", {"most": MAX_PROGRAMS})
    seen = set[Program]()
    for number, each in enumerate(programs[:MAX_PROGRAMS]):
        path = f"programs.{number}"
        if each.program in seen:
            yield Fault(f"{path}.program", "repeated")
        seen.add(each.program)
        if each.modality is not None and each.program != "immex":
            yield Fault(f"{path}.modality", "modality_of_immex")
        yield from line_faults(f"{path}.number", each.number, MAX_PROGRAM_NUMBER)
