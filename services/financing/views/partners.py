"""Partners as operators send and see them, and what they offer."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field, StringConstraints

from services.financing.domain.partner import Partner, partner
from services.financing.domain.product import Product
from services.financing.domain.reasons import (
    PartnerKind,
    Purpose,
    Shape,
)
from shared.contracts.event import PartnerCode
from shared.service.http import Body


class PartnerBody(Body):
    code: PartnerCode
    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=200)]
    kind: PartnerKind
    sla_days: Annotated[int, Field(ge=1, le=365)]
    active: bool = True

    def partner(self) -> Partner:
        return partner(self.code, self.name, self.kind, self.sla_days, active=self.active)


class PartnerView(Body):
    code: str
    name: str
    kind: PartnerKind
    sla_days: int
    active: bool


class ProductView(Body):
    code: str
    partner: str
    name: str
    shape: Shape
    purposes: tuple[Purpose, ...]
    min_years: int
    max_term_months: int
    strata: tuple[str, ...]

    @classmethod
    def all_of(cls, products: Sequence[Product]) -> "list[ProductView]":
        return [cls.model_validate(product) for product in products]
