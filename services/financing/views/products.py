"""Products as operators send and see them."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, ValidationInfo, field_validator

from services.financing.domain.product import Condition, Offer, Product, Ticket, in_force
from services.financing.domain.reasons import DataClass, Purpose, Shape
from services.financing.views.editions import EditionBody
from shared.contracts.event import PartnerCode
from shared.contracts.registration import Stratum, TaxOpinion
from shared.i18n.fields import wrong
from shared.service.http import Body, View

Amount = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,14}\.[0-9]{2}$", max_length=17)]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$", max_length=3), Field(examples=["MXN"])]


class TicketBody(Body):
    """Amounts served in one currency, both ends included; null: no such limit is known."""

    floor: Amount | None = None
    ceiling: Amount | None = None

    @field_validator("ceiling")
    @classmethod
    def _is_above(cls, ceiling: str | None, info: ValidationInfo) -> str | None:
        floor = info.data.get("floor")
        if ceiling is not None and floor is not None and Decimal(ceiling) < Decimal(floor):
            raise wrong("fields.ticket")
        return ceiling

    def ticket(self) -> Ticket:
        return Ticket(*(None if each is None else Decimal(each) for each in (self.floor, self.ceiling)))


class ProductBody(EditionBody):
    """One edition of a product, whole: what it was before stays on record."""

    partner: PartnerCode
    shape: Shape
    purposes: Annotated[tuple[Purpose, ...], Field(min_length=1, max_length=20)]
    strata: Annotated[tuple[Stratum, ...], Field(min_length=1, max_length=4)]
    kinds: Annotated[tuple[Literal["legal", "natural"], ...], Field(min_length=1, max_length=2)]
    min_years: Annotated[int, Field(ge=0, le=50)]
    max_term_months: Annotated[int, Field(ge=1, le=240)]
    tax_opinions: Annotated[tuple[TaxOpinion, ...], Field(max_length=10)] = ()
    tickets: Annotated[dict[Currency, TicketBody], Field(min_length=1, max_length=10)]
    conditions: Annotated[tuple[Condition, ...], Field(max_length=10)] = ()
    min_classes: Annotated[tuple[DataClass, ...], Field(min_length=1, max_length=6)]
    source: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]
    rank: Annotated[int, Field(ge=1, le=10_000)] = 1_000

    def product(self, code: str) -> Product:
        plain = self.model_dump(exclude={"tickets"})
        tickets = {currency: each.ticket() for currency, each in self.tickets.items()}
        return Product(code=code, tickets=tickets, **plain)


class TicketView(View):
    floor: str | None
    ceiling: str | None


class EditionView(View):
    """One edition of a product."""

    code: str
    edition: int
    partner: str
    name: str
    shape: Shape
    purposes: tuple[Purpose, ...]
    strata: tuple[str, ...]
    kinds: tuple[str, ...]
    min_years: int
    max_term_months: int
    currencies: tuple[str, ...]
    """ISO 4217 codes of the currencies that it is given in."""
    tax_opinions: tuple[str, ...]
    tickets: dict[str, TicketView]
    conditions: tuple[Condition, ...]
    min_classes: tuple[DataClass, ...]
    """What a consent has to name at least."""
    documents: tuple[str, ...]
    source: str
    rank: int
    valid_from: date | None
    valid_until: date | None

    @classmethod
    def of_product(cls, product: Product) -> "EditionView":
        tickets = {
            currency: TicketView(floor=_text(each.floor), ceiling=_text(each.ceiling))
            for currency, each in product.tickets.items()
        }
        own = cls.model_fields.keys() - {"tickets"}
        return cls(tickets=tickets, **{name: getattr(product, name) for name in own})


class ProductView(View):
    """A product with all of its editions, the newest last."""

    code: str
    in_force: int | None
    """The edition that holds today; null while none does."""
    editions: tuple[EditionView, ...]

    @classmethod
    def of_editions(cls, code: str, editions: tuple[Product, ...], today: date) -> "ProductView":
        found = in_force(editions, today)
        views = tuple(EditionView.of_product(each) for each in editions)
        return cls(code=code, in_force=None if found is None else found.edition, editions=views)

    @classmethod
    def of_offer(cls, offer: Offer, shipped: Product | None, today: date) -> "ProductView":
        first = () if shipped is None else (shipped,)
        return cls.of_editions(offer.code, (*first, *offer.editions), today)


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else str(amount)
