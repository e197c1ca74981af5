"""The part of `registration`'s published language that says what a firm can make, and what it can show for it."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from shared.contracts.event import AreaCode, BasisPoints, Count, Day, Sha256, Value

Qms = Literal["none", "documented", "iso_9001", "iatf_16949"]
"""Ladder of quality management systems, IATF 16949 8.4.2.3."""

Experience = Literal["none", "aftermarket", "tier_3", "tier_2", "tier_1"]

Material = Annotated[str, Field(max_length=60, examples=["steel"])]
"""What a part is made of, in the words of the area."""

CqiCode = Annotated[str, Field(max_length=10, examples=["CQI-9"])]
"""AIAG code of a special process."""

Materials = Annotated[tuple[Material, ...], Field(max_length=20)]
Envelope = tuple[Count, Count, Count]
"""Three sides in millimetres."""

Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,30}$")]
"""A word of an open list: a reader must accept one that it does not know, and show it."""

Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$"), Field(examples=["en"])]
"""ISO 639-1."""

Design = Literal["build_to_print", "co_design", "full"]
"""Who designs the part, from the customer alone to the supplier alone."""

OriginList = Literal["core", "principal", "complementary", "other"]
"""Lists of auto parts of the T-MEC, appendix to Annex 4-B."""

OriginMethod = Literal["net_cost", "transaction_value"]
Vehicle = Literal["light", "heavy"]

Interval = tuple[Count, Count]
"""From, to; both are within."""


class SpecialProcess(Value):
    """A yearly AIAG CQI self-assessment of a special process."""

    code: Annotated[CqiCode, StringConstraints(pattern=r"^CQI-[0-9]{1,2}$")]
    """AIAG code of the process."""
    assessed_on: Day
    """Day of the last assessment."""


class PartLimits(Value):
    """Which parts a supplier can make in one procurement area. None means not stated."""

    weight_g: Annotated[Interval | None, Field(examples=[[20, 4500]])] = None
    """Weight of a part, grams."""
    thickness_um: Annotated[Interval | None, Field(examples=[[500, 6000]])] = None
    """Thickness, micrometres."""
    diameter_um: Annotated[Interval | None, Field(examples=[[3000, 80000]])] = None
    """Diameter, micrometres."""
    surface_ra_nm: Annotated[Count, Field(examples=[800])] | None = None
    """Finest surface, Ra in nanometres."""
    salt_spray_h: Annotated[Count, Field(examples=[480])] | None = None
    """Hours of salt spray (ISO 9227) that its surfaces last."""


class SupplyTerms(Value):
    """How a supplier delivers in one procurement area. None means not stated."""

    minimum_order: Annotated[Count, Field(examples=[1000])] | None = None
    """Fewest pieces of an order."""
    sample_days: Annotated[Count, Field(examples=[15])] | None = None
    """From order to first samples."""
    tooling_days: Annotated[Count, Field(examples=[60])] | None = None
    """From order to the first parts of new tools."""
    tooling_in_house: bool | None = None
    """Whether it makes its tools itself."""
    design: Design | None = None
    """How much of a part it designs."""
    ppap_level: Annotated[int, Field(strict=True, ge=1, le=5, examples=[3])] | None = None
    """Highest level of the production part approval process (AIAG PPAP) that it hands in."""
    apqp: bool | None = None
    """Whether it plans new parts by APQP."""
    deliveries: Annotated[tuple[Annotated[Code, Field(examples=["fca"])], ...], Field(max_length=10)] = ()
    """How it delivers: `exw`, `fca`, `dap`, `ddp` (Incoterms), `jit`, `jis`."""
    edi: bool | None = None
    """Whether forecasts, orders and shipping notices are exchanged electronically."""
    shifts: Annotated[int, Field(strict=True, ge=0, le=4, examples=[2])] | None = None
    """Shifts a day; informative."""
    oee_bp: BasisPoints | None = None
    """Overall equipment effectiveness; informative."""


class ProcessOffer(Value):
    """What a supplier can do in one procurement area. None means not stated: ask the firm."""

    area: AreaCode
    """The procurement area."""
    materials: Materials = ()
    """What it works with."""
    force_t: Annotated[Count, Field(examples=[250])] | None = None
    """Largest press or clamping force, metric tons."""
    envelope_mm: Annotated[Envelope | None, Field(examples=[[600, 400, 200]])] = None
    """Largest part, three sides in millimetres."""
    tolerance_um: Annotated[Count, Field(examples=[50])] | None = None
    """Closest tolerance held, micrometres."""
    installed_capacity: Annotated[Count, Field(examples=[900000])] | None = None
    """Pieces per year."""
    free_capacity: Annotated[Count, Field(examples=[200000])] | None = None
    """Pieces per year."""
    lead_time_days: Annotated[Count, Field(examples=[30])] | None = None
    """From order to first series delivery."""
    special_processes: Annotated[tuple[SpecialProcess, ...], Field(max_length=10)] = ()
    """Special processes that it assessed itself in."""
    parts: PartLimits | None = None
    """Which parts it can make."""
    supply: SupplyTerms | None = None
    """How it delivers."""


class Certificate(Value):
    """A certificate of a management system. One past its last day counts as not held."""

    standard: Annotated[Code, Field(examples=["iatf_16949"])]
    """The standard: `iso_9001`, `iatf_16949`, `iso_14001`, `iso_45001`, and others."""
    body: Annotated[str, Field(max_length=120, examples=["Certificadora Ejemplo"])]
    """Who certified it."""
    number: Annotated[str, Field(max_length=60, examples=["MX-2026-0041"])] | None = None
    """Of legal persons only, as it leads to who has it."""
    scope: Annotated[str, Field(max_length=300, examples=["Stamping of metal parts"])] | None = None
    """What it covers; of legal persons only."""
    site: Annotated[str, Field(max_length=120, examples=["Planta Querétaro"])] | None = None
    """Name of the plant that it covers; of legal persons only. None: not stated."""
    valid_from: Day | None = None
    """Its first day."""
    valid_to: Day
    """Its last day."""
    sha256: Sha256 | None = None
    """Digest of the file that shows it; of legal persons only. The file stays in registration."""


class TradeProgram(Value):
    """A program of foreign trade in which a firm takes part."""

    program: Annotated[Code, Field(examples=["immex"])]
    """`immex`, `oea` (authorised economic operator) or `c_tpat`."""
    modality: Annotated[Code | None, Field(examples=["industrial"])] = None
    """Of an IMMEX program (decree of 1 November 2006, article 3)."""
    number: Annotated[str, Field(max_length=60, examples=["IMMEX 0041-2019"])] | None = None
    """Of legal persons only."""
    valid_to: Day | None = None
    """Its last day; none where it has no end."""


class PartOrigin(Value):
    """Regional content of a family of parts under the T-MEC, as the firm certifies it."""

    family: Annotated[str, Field(max_length=120, examples=["Brackets"])]
    """The parts, in the firm's words."""
    hs_code: Annotated[str, StringConstraints(pattern=r"^[0-9]{6,10}$"), Field(examples=["870829"])]
    """Tariff item: of the Harmonized System, or of the national tariff."""
    vehicle: Vehicle = "light"
    """For light vehicles, or for heavy trucks."""
    list: OriginList
    """In which list of auto parts it is."""
    method: OriginMethod = "net_cost"
    """How the content was calculated."""
    rvc_bp: BasisPoints
    """Regional value content."""
    valid_to: Day | None = None
    """Last day of the certification of origin; a certification past it counts as none."""


class Offering(Value):
    """Everything that a supplier offers, across areas."""

    processes: Annotated[tuple[ProcessOffer, ...], Field(max_length=35)]
    """One for each area."""
    qms: Qms = "none"
    """Quality management system that it has."""
    qms_valid_to: Day | None = None
    """Last day of the certificate, for certified ladders; a certificate past it counts as not held."""
    ppm_12m: Annotated[Count, Field(examples=[35])] | None = None
    """Defective parts per million delivered, last 12 months."""
    otif_bp_12m: BasisPoints | None = None
    """Deliveries on time in full, last 12 months."""
    experience: Experience = "none"
    """Highest tier that it has delivered to."""
    regional_value_bp: BasisPoints | None = None
    """Regional value content (T-MEC, net cost) of the main part number."""
    certificates: Annotated[tuple[Certificate, ...], Field(max_length=30)] = ()
    """What it can show. `qms` and `qms_valid_to` follow from them where one is of a quality management system."""
    languages: Annotated[tuple[Language, ...], Field(max_length=10)] = ()
    """In which customers are served."""
    payment_terms_days: Annotated[Count, Field(examples=[60])] | None = None
    """Longest term of payment that it grants."""
    programs: Annotated[tuple[TradeProgram, ...], Field(max_length=10)] = ()
    """Programs of foreign trade."""
    origins: Annotated[tuple[PartOrigin, ...], Field(max_length=30)] = ()
    """Regional content by family of parts."""
