"""Partners as operators send and see them."""

from datetime import date
from typing import Annotated, Any

from pydantic import Field, StringConstraints, ValidationInfo, field_validator

from services.financing.domain.ids import partner_id
from services.financing.domain.partner import Partner
from services.financing.domain.reasons import PartnerKind
from shared.contracts.event import Day
from shared.i18n.fields import wrong
from shared.service.http import Body, Named, View

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]


class PartnerBody(Body):
    """A partner, whole: what it was before stays on record."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=200), Named]
    kind: PartnerKind
    sla_days: Annotated[int, Field(ge=1, le=365)]
    active: bool = True
    reminder_bp: Annotated[int, Field(ge=1, le=10_000)] = 7_000
    """Share of its days after which it is late enough to be called, in hundredths of a percent."""
    silence_days: Annotated[int, Field(ge=1, le=365)] | None = None
    """Days for a firm that it asked for information; null: the stage's."""
    erase_days: Annotated[int, Field(ge=0, le=3_650)] | None = None
    """Days after a referral's end until its data are erased; null: the stage's."""
    documents: Annotated[tuple[Line, ...], Field(max_length=30)] = ()
    source: Annotated[str, StringConstraints(strip_whitespace=True, max_length=1000)] = ""
    """Where this is from, as the agreement's number and date."""
    valid_from: Day | None = None
    valid_until: Day | None = None
    """Last day of the agreement: from then on no firm is referred to it."""

    @field_validator("valid_until")
    @classmethod
    def _ends_after_it_begins(cls, last: date | None, info: ValidationInfo) -> date | None:
        first = info.data.get("valid_from")
        if last is not None and first is not None and last < first:
            raise wrong("fields.validity")
        return last

    def partner(self, code: str) -> Partner:
        return Partner(partner_id(code), code, **self.model_dump())


class PartnerView(View):
    code: str
    name: str
    kind: PartnerKind
    sla_days: int
    active: bool
    reminder_bp: int
    silence_days: int | None
    erase_days: int | None
    documents: tuple[str, ...]
    source: str
    valid_from: date | None
    valid_until: date | None
    edition: int
    past: tuple[dict[str, Any], ...]
    """Its editions before this one, the oldest first."""
