"""What the API takes and gives. Forms only: the rules are the domain's."""

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from pydantic import BeforeValidator, Field, PlainSerializer, TypeAdapter, WithJsonSchema

from services.registration.domain import anchor as anchors
from services.registration.domain.profile import MAX_SALES_MXN, ContactRole, Profile, TaxOpinion
from services.registration.domain.reasons import (
    DepartureReason,
    GivenWithdrawal,
    HoldReason,
    SizeFlag,
    WithdrawalReason,
)
from services.registration.domain.rfc import Kind
from services.registration.domain.screening import ListState
from services.registration.domain.size import Sector, Stratum
from services.registration.domain.supplier import Status
from services.registration.views.offers import Line, OfferingBody, Whole
from services.registration.views.rules import profile_faults
from shared.contracts.event import Day
from shared.days import day_of
from shared.i18n.fields import wrong
from shared.runtime.clock import now
from shared.service.http import Body, View
from shared.service.http.wellformed import Broken, Place

_PROFILE = TypeAdapter(Profile)

_AMOUNT = r"^[0-9]{1,14}(\.[0-9]{1,2})?$"


def _amount(given: object) -> Decimal:
    if isinstance(given, Decimal):
        return given
    if isinstance(given, str) and re.match(_AMOUNT, given):
        return Decimal(given)
    if isinstance(given, int | float) and not isinstance(given, bool):
        return Decimal(str(given))
    raise wrong("field.amount")


Score = Annotated[Decimal, PlainSerializer(lambda number: format(number, "f"), return_type=str)]
"""A decimal, as a string without exponent."""

Amount = Annotated[
    Decimal,
    Field(ge=0, le=MAX_SALES_MXN),
    BeforeValidator(_amount),
    PlainSerializer(lambda amount: format(amount, ".2f"), return_type=str, when_used="json"),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "number", "minimum": 0, "maximum": float(MAX_SALES_MXN)},
                {"type": "string", "pattern": _AMOUNT, "maxLength": 17},
            ]
        },
        mode="validation",
    ),
]
"""Pesos: a number or, as it is returned, a string with two decimals."""


class ContactBody(Body):
    name: Line
    email: Line
    phone: Line | None = None
    role: ContactRole | None = None
    """What they do in the firm."""


class PlantBody(Body):
    """Coordinates in millionths of a degree (WGS 84)."""

    name: Line
    state: Line
    municipality: Line | None = None
    latitude_e6: Whole | None = None
    longitude_e6: Whole | None = None


class SupplierBody(Body):
    """A firm's whole profile."""

    rfc: Line
    legal_name: Line
    contact: ContactBody | None = None
    sector: Sector
    scian: Line
    state: Line
    municipality: Line | None = None
    plants: Annotated[tuple[PlantBody, ...], Field(max_length=50)] = ()
    """The main one first: state and municipality are that one's."""
    operating_since: Day
    exports: bool = False
    women_led: bool | None = None
    """Women own 51 % or more; or 20 %, with a woman in a top role (chief executive or operating officer, president,
    vice president) and, where there is a board, 30 % of it: as IFC counts.
    """
    workers: Whole
    annual_sales_mxn: Amount
    tax_opinion: TaxOpinion = "unknown"
    offering: OfferingBody

    def profile(self) -> Profile:
        return _PROFILE.validate_python(self.model_dump())

    @classmethod
    def broken(cls, given: dict[str, Any], wrong: Sequence[Place]) -> Iterator[Broken]:
        """What the rules say of the fields that are well formed."""
        return profile_faults(given, wrong, day_of(now()))


class RegistrationBody(SupplierBody):
    """The same of a firm that asks to take part."""

    privacy_notice: Annotated[str, Field(pattern=r"^[0-9A-Za-z._-]{1,40}$", max_length=40)] | None = None
    """Version of the privacy notice that whoever sends this has read, where they were asked."""

    def profile(self) -> Profile:
        return _PROFILE.validate_python(self.model_dump(exclude={"privacy_notice"}))


class SizeView(View):
    stratum: Stratum
    score: Score
    flags: tuple[SizeFlag, ...]
    rules: str


class ScreeningView(View):
    list_69b: ListState
    list_date: date | None


class SizeSaidView(View):
    """What a firm said of its size, and when."""

    workers: int
    annual_sales_mxn: Amount
    said_on: date | None
    """None: before that was kept."""


class SupplierView(SupplierBody):
    """A supplier, for itself and for operators."""

    id: UUID
    folio: str
    status: Status
    holds: tuple[HoldReason, ...]
    kind: Kind
    size: SizeView
    screening: ScreeningView
    sizes: tuple[SizeSaidView, ...]
    """What was said of workers and sales, oldest first."""
    received_at: datetime
    registered_at: datetime | None
    withdrawal: WithdrawalReason | None
    withdrawn_at: datetime | None
    merged_into: UUID | None
    """As which one it goes on, where two were one."""
    privacy_notice: str | None
    notice_read_at: datetime | None


class SupplierSummary(View):
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


class WithdrawalBody(Body):
    reason: GivenWithdrawal


class ReleaseBody(Body):
    reasons: Annotated[tuple[HoldReason, ...], Field(min_length=1, max_length=10)]
    """Those that the operator looked into."""


class AnchorBody(Body):
    code: Line
    name: Line
    states: Annotated[tuple[Line, ...], Field(max_length=40)]

    @classmethod
    def broken(cls, given: dict[str, Any], _: Sequence[Place]) -> Iterator[Broken]:
        """What the rules say of the fields that are well formed."""
        code, name, states = given.get("code", ""), given.get("name", ""), tuple(given.get("states", ()))
        return ((fault.field, fault.reason, fault.params) for fault in anchors.faults(code, name, states))


class AnchorView(View):
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


class ListView(View):
    list_date: date
    loaded_at: datetime
    firms: int
