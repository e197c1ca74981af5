"""Partners as operators send and see them."""

from datetime import date
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from services.financing.domain.ids import partner_id
from services.financing.domain.partner import Partner
from services.financing.domain.reasons import PartnerKind
from services.financing.views.editions import EditionBody
from shared.service.http import View


class PartnerBody(EditionBody):
    """A partner, whole: what it was before stays on record."""

    kind: PartnerKind
    sla_days: Annotated[int, Field(ge=1, le=365)]
    active: bool = True
    reminder_bp: Annotated[int, Field(ge=1, le=10_000)] = 7_000
    """Share of its days after which it is late enough to be called, in hundredths of a percent."""
    silence_days: Annotated[int, Field(ge=1, le=365)] | None = None
    """Days for a firm that it asked for information; null: the stage's."""
    erase_days: Annotated[int, Field(ge=0, le=3_650)] | None = None
    """Days after a referral's end until its data are erased; null: the stage's."""
    source: Annotated[str, StringConstraints(strip_whitespace=True, max_length=1000)] = ""
    """Where this is from, as the agreement's number and date."""

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
