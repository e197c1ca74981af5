"""What a buyer reads of a firm beside its score: no gate and no criterion asks for it."""

from dataclasses import dataclass
from datetime import date

Interval = tuple[int, int]
"""From, to; both are within."""


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
    """Times in days from the order."""

    minimum_order: int | None = None
    """Pieces."""
    sample_days: int | None = None
    tooling_days: int | None = None
    tooling_in_house: bool | None = None
    design: str | None = None
    ppap_level: int | None = None
    apqp: bool | None = None
    deliveries: tuple[str, ...] = ()
    edi: bool | None = None
    shifts: int | None = None
    oee_bp: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    standard: str
    body: str
    number: str | None = None
    scope: str | None = None
    site: str | None = None
    valid_from: date | None = None
    valid_to: date


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeProgram:
    program: str
    modality: str | None = None
    number: str | None = None
    valid_to: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PartOrigin:
    """Regional value content of a family of parts (T-MEC)."""

    family: str
    hs_code: str
    vehicle: str
    list: str
    method: str
    rvc_bp: int
    valid_to: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plant:
    name: str | None = None
    state: str
    municipality: str | None = None
    latitude_e6: int | None = None
    longitude_e6: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Of the firm, beside what its processes say."""

    experience: str = "none"
    plants: tuple[Plant, ...] = ()
    certificates: tuple[Certificate, ...] = ()
    languages: tuple[str, ...] = ()
    payment_terms_days: int | None = None
    programs: tuple[TradeProgram, ...] = ()
    origins: tuple[PartOrigin, ...] = ()


NOTHING_STATED = Record()
