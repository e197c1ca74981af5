"""What a firm states beside what is scored: buyers read it, and may ask for some of it."""

from dataclasses import dataclass
from datetime import date

Interval = tuple[int, int]
"""From, to; both are within."""

Place = tuple[int, int]
"""Latitude and longitude, millionths of a degree (WGS 84)."""


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

    @property
    def place(self) -> Place | None:
        """Where it is; None: not stated."""
        if self.latitude_e6 is None or self.longitude_e6 is None:
            return None
        return self.latitude_e6, self.longitude_e6


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
