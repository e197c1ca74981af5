"""Partners as operators send and see them, and what they offer."""

from typing import Annotated

from pydantic import Field, StringConstraints

from services.financing.domain.partner import Partner, partner
from services.financing.domain.reasons import (
    PartnerKind,
    Purpose,
    Shape,
)
from shared.service.http import Body, Named, View


class PartnerBody(Body):
    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=200), Named]
    kind: PartnerKind
    sla_days: Annotated[int, Field(ge=1, le=365)]
    active: bool = True

    def partner(self, code: str) -> Partner:
        return partner(code, self.name, self.kind, self.sla_days, active=self.active)


class PartnerView(View):
    code: str
    name: str
    kind: PartnerKind
    sla_days: int
    active: bool


class ProductView(View):
    code: str
    partner: str
    name: str
    shape: Shape
    purposes: tuple[Purpose, ...]
    min_years: int
    max_term_months: int
    currencies: tuple[str, ...]
    """ISO 4217 codes of the currencies that it is given in."""
    strata: tuple[str, ...]
