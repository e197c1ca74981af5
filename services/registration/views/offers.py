"""What a firm can make and show, as callers send and see it. Forms only: the rules are the domain's."""

from typing import Annotated

from pydantic import Field

from services.registration.domain.certificates import Qms, Standard
from services.registration.domain.limits import Delivery, Design
from services.registration.domain.offering import Experience
from services.registration.domain.trade import Modality, OriginList, OriginMethod, Program, Vehicle
from shared.contracts.event import Day
from shared.service.http import Body

LARGEST_WHOLE = 2_000_000_000
"""Fits the four bytes of every reader's column."""

Whole = Annotated[int, Field(ge=-LARGEST_WHOLE, le=LARGEST_WHOLE)]
"""The rules say which of them can be."""

Line = Annotated[str, Field(max_length=300)]


class SpecialProcessBody(Body):
    code: Line
    assessed_on: Day


class PartLimitsBody(Body):
    """Intervals from the least to the greatest, both within."""

    weight_g: tuple[Whole, Whole] | None = None
    """Weight of a part, grams."""
    thickness_um: tuple[Whole, Whole] | None = None
    """Thickness, micrometres."""
    diameter_um: tuple[Whole, Whole] | None = None
    """Diameter, micrometres."""
    surface_ra_nm: Whole | None = None
    """Finest surface, Ra in nanometres."""
    salt_spray_h: Whole | None = None
    """Hours of salt spray (ISO 9227)."""


class SupplyTermsBody(Body):
    """Times in days from the order."""

    minimum_order: Whole | None = None
    """Fewest pieces of an order."""
    sample_days: Whole | None = None
    """To first samples."""
    tooling_days: Whole | None = None
    """To the first parts of new tools."""
    tooling_in_house: bool | None = None
    """Whether the firm makes its tools itself."""
    design: Design | None = None
    """How much of a part the firm designs."""
    ppap_level: Whole | None = None
    """Highest level of AIAG PPAP that the firm hands in, 1 to 5."""
    apqp: bool | None = None
    """Whether it plans new parts by APQP."""
    deliveries: Annotated[tuple[Delivery, ...], Field(max_length=10)] = ()
    """Incoterms, just in time, just in sequence."""
    edi: bool | None = None
    """Whether forecasts, orders and shipping notices are exchanged electronically."""
    shifts: Whole | None = None
    """Shifts a day."""
    oee_bp: Whole | None = None
    """Overall equipment effectiveness, basis points."""


class ProcessBody(Body):
    """What the firm can do in one procurement area; lengths in mm, tolerance in µm, capacities in pieces per year."""

    area: Line
    materials: Annotated[tuple[Line, ...], Field(max_length=100)] = ()
    force_t: Whole | None = None
    envelope_mm: tuple[Whole, Whole, Whole] | None = None
    tolerance_um: Whole | None = None
    installed_capacity: Whole | None = None
    free_capacity: Whole | None = None
    lead_time_days: Whole | None = None
    """Of a series."""
    special_processes: Annotated[tuple[SpecialProcessBody, ...], Field(max_length=50)] = ()
    parts: PartLimitsBody | None = None
    supply: SupplyTermsBody | None = None


class CertificateBody(Body):
    standard: Standard
    body: Line
    """Who certified it."""
    number: Line
    scope: Line | None = None
    """What it covers."""
    site: Line | None = None
    """Name of the plant that it covers."""
    valid_from: Day | None = None
    valid_to: Day
    """Its last day."""
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", max_length=64)] | None = None
    """Digest of an attachment of this firm that shows it. Null: the one that was said before, of the
    same number, site and last day.
    """


class TradeProgramBody(Body):
    program: Program
    modality: Modality | None = None
    """Of an IMMEX program."""
    number: Line | None = None
    valid_to: Day | None = None
    """None where it has no end."""


class PartOriginBody(Body):
    """Regional value content of a family of parts under the T-MEC, basis points."""

    family: Line
    hs_code: Line
    """Six digits of the Harmonized System, eight or ten of the national tariff."""
    vehicle: Vehicle = "light"
    list: OriginList
    """List of auto parts, appendix to Annex 4-B."""
    method: OriginMethod = "net_cost"
    rvc_bp: Whole
    valid_to: Day | None = None
    """Last day of the certification of origin."""


class OfferingBody(Body):
    """Shares in basis points."""

    processes: Annotated[tuple[ProcessBody, ...], Field(max_length=100)]
    qms: Qms = "none"
    """Follows from the certificates where one of them is of a quality management system, as its last day does."""
    qms_valid_to: Day | None = None
    ppm_12m: Whole | None = None
    otif_bp_12m: Whole | None = None
    experience: Experience = "none"
    regional_value_bp: Whole | None = None
    certificates: Annotated[tuple[CertificateBody, ...], Field(max_length=50)] = ()
    languages: Annotated[tuple[Annotated[str, Field(max_length=10)], ...], Field(max_length=50)] = ()
    """In which customers are served, ISO 639-1."""
    payment_terms_days: Whole | None = None
    """Longest term of payment that the firm grants."""
    programs: Annotated[tuple[TradeProgramBody, ...], Field(max_length=50)] = ()
    origins: Annotated[tuple[PartOriginBody, ...], Field(max_length=50)] = ()
