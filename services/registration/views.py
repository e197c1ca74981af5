"""What the API takes and gives. Forms only: the rules are the domain's."""

import hashlib
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import Field, PlainSerializer, TypeAdapter

from services.registration.domain.offering import Experience, Qms
from services.registration.domain.profile import Profile, TaxOpinion
from services.registration.domain.reasons import DepartureReason, HoldReason, SizeFlag, WithdrawalReason
from services.registration.domain.rfc import Kind
from services.registration.domain.screening import ListState
from services.registration.domain.size import Sector, Stratum
from services.registration.domain.supplier import Status
from shared.files.faults import RowFault
from shared.service.http import Body

_PROFILE = TypeAdapter(Profile)

Number = Annotated[Decimal, PlainSerializer(lambda number: format(number, "f"), return_type=str)]
"""A decimal, as a string without exponent."""

Line = Annotated[str, Field(max_length=300)]


class ContactBody(Body):
    name: Line
    email: Line
    phone: Line | None = None


class SpecialProcessBody(Body):
    code: Line
    assessed_on: date


class ProcessBody(Body):
    """What the firm can do in one procurement area; lengths in mm, tolerance in µm, capacities in pieces per year."""

    area: Line
    materials: tuple[Line, ...] = ()
    force_t: int | None = None
    envelope_mm: tuple[int, int, int] | None = None
    tolerance_um: int | None = None
    installed_capacity: int | None = None
    free_capacity: int | None = None
    lead_time_days: int | None = None
    special_processes: tuple[SpecialProcessBody, ...] = ()


class OfferingBody(Body):
    """Shares in basis points."""

    processes: tuple[ProcessBody, ...]
    qms: Qms = "none"
    qms_valid_to: date | None = None
    ppm_12m: int | None = None
    otif_bp_12m: int | None = None
    experience: Experience = "none"
    regional_value_bp: int | None = None


class SupplierBody(Body):
    """A firm's whole profile."""

    rfc: Line
    legal_name: Line
    contact: ContactBody | None = None
    sector: Sector
    scian: Line
    state: Line
    municipality: Line | None = None
    operating_since: date
    exports: bool = False
    workers: int
    annual_sales_mxn: Number
    tax_opinion: TaxOpinion = "unknown"
    offering: OfferingBody

    def profile(self) -> Profile:
        return _PROFILE.validate_python(self.model_dump())

    def fingerprint(self) -> str:
        """Digest of what was asked: equal for equal bodies, whatever the order of their keys."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()


class SizeView(Body):
    stratum: Stratum
    score: Number
    flags: tuple[SizeFlag, ...]
    rules: str


class ScreeningView(Body):
    list_69b: ListState
    list_date: date | None


class Receipt(Body):
    """What whoever registers a firm gets back."""

    id: UUID
    folio: str
    status: Status
    holds: tuple[HoldReason, ...]
    kind: Kind
    size: SizeView
    received_at: datetime
    registered_at: datetime | None


class SupplierView(SupplierBody):
    """A supplier, for itself and for operators."""

    id: UUID
    folio: str
    status: Status
    holds: tuple[HoldReason, ...]
    kind: Kind
    size: SizeView
    screening: ScreeningView
    received_at: datetime
    registered_at: datetime | None
    withdrawal: WithdrawalReason | None
    withdrawn_at: datetime | None


class SupplierSummary(Body):
    """One line of the operators' list."""

    id: UUID
    folio: str
    status: Status
    holds: tuple[HoldReason, ...]
    kind: Kind
    rfc: str
    legal_name: str
    sector: Sector
    state: str
    size: SizeView
    screening: ScreeningView
    received_at: datetime


class SupplierPage(Body):
    items: list[SupplierSummary]
    next: UUID | None
    """Give it as `after` for the following page; None on the last."""


class WithdrawalBody(Body):
    reason: WithdrawalReason


class ReleaseBody(Body):
    reasons: Annotated[tuple[HoldReason, ...], Field(min_length=1)]
    """Those that the operator looked into."""


class AnchorBody(Body):
    code: Line
    name: Line
    states: tuple[Line, ...]


class AnchorView(Body):
    id: UUID
    code: str
    name: str
    states: tuple[str, ...]
    status: str
    joined_at: datetime
    departure: DepartureReason | None
    left_at: datetime | None


class DepartureBody(Body):
    reason: DepartureReason


class SupplierImport(Body):
    registered: int
    held: int
    refused: list[RowFault]


class AnchorImport(Body):
    joined: int
    refused: list[RowFault]


class ListView(Body):
    list_date: date
    loaded_at: datetime
    firms: int


class ListLoaded(ListView):
    left_out: int
    """Rows whose RFC is redacted or nobody's."""
