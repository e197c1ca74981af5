"""Which products could serve a need, and which is proposed, step by step on values that anyone gives: no store, no
server.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import NAMESPACE_URL, uuid5

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from services.financing.catalogue import Catalogue, read
from services.financing.domain import eligibility
from services.financing.domain.case import Case
from services.financing.domain.facts import Contract, Diagnosis, Gap, Match, Profile
from services.financing.domain.money import Money
from services.financing.domain.product import Offer, Product
from services.financing.domain.reasons import DataClass, Purpose
from services.financing.domain.terms import Limits, Terms
from services.financing.views.products import ProductBody
from shared.contracts.event import Level
from shared.contracts.registration import ListState, Stratum, TaxOpinion
from shared.i18n import NotExplainedError, said, together
from shared.i18n.fields import fault
from shared.runtime.clock import now

SOMEBODY = uuid5(NAMESPACE_URL, "explained")
"""Whom nobody asked to name."""

Amount = Annotated[Decimal, Field(ge=0, lt=10**14, decimal_places=2)]


class Given(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Firm(Given):
    """What is known of the firm; whatever is left out is as good as can be."""

    kind: Literal["legal", "natural"] = "legal"
    stratum: Stratum = "small"
    operating_since: date
    exports: bool = False
    tax_opinion: TaxOpinion = "positive"
    list_69b: ListState = "not_listed"
    list_date: date | None = None
    levels: Annotated[dict[str, Level], Field(max_length=100)] = Field(default_factory=dict)
    finance_bp: Annotated[int, Field(ge=0, le=10_000)] | None = None
    critical_gap: bool = False
    matched: bool = False
    contracts: Annotated[tuple[Amount, ...], Field(max_length=100)] = ()
    """Of each won contract what the anchor buys for in a year, in MXN."""


class Asked(Given):
    """What is asked for."""

    firm: Firm
    purpose: Purpose
    amount: Amount | None = None
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "MXN"
    term_months: Annotated[int, Field(ge=1, le=240)] = 1
    data_classes: Annotated[tuple[DataClass, ...], Field(max_length=6)] | None = None
    """What the firm's consent names; without, that is not judged."""
    products: Annotated[dict[str, ProductBody], Field(max_length=100)] = Field(default_factory=dict)
    """Further products, or editions of the shipped ones, by their codes."""
    today: date | None = None


def _wrong(each: ErrorDetails) -> NotExplainedError:
    where, found = ".".join(map(str, each["loc"])) or "–", fault(each)
    return NotExplainedError("explain.field", where=where, problem=said(found["code"], **found["params"]))


def explain_eligibility(payload: Mapping[str, Any]) -> dict[str, Any]:
    """Judge every product for one need of one firm, with the shipped catalogue and the `products` of the payload.

    Raises NotExplainedError on other input.
    """
    try:
        asked = Asked.model_validate(payload)
    except ValidationError as error:
        raise together(_wrong(each) for each in error.errors(include_url=False, include_input=False)) from error
    today = asked.today or now().date()
    terms = _terms(read(), asked, today)
    case = _case(asked.firm, today)
    verdicts = [(product, _reasons(case, terms, product, asked, today)) for product in terms.products]
    best = next((product.code for product, reasons in verdicts if not reasons), None)
    steps = [_step(product, reasons, proposed=product.code == best) for product, reasons in verdicts]
    return {
        "purpose": asked.purpose,
        "proposed": best,
        "products": [
            {"product": product.code, "edition": product.edition, "eligible": not reasons, "reasons": reasons}
            for product, reasons in verdicts
        ],
        "steps": [*steps, said("explain.proposed", product=best) if best else said("explain.none")],
        "rules": terms.version,
    }


def _terms(catalogue: Catalogue, asked: Asked, today: date) -> Terms:
    shipped = catalogue.editions()
    made = tuple(
        Offer(SOMEBODY, code, (_edition(body.product(code), len(shipped.get(code, ())) + 1),))
        for code, body in asked.products.items()
    )
    return catalogue.terms((), Limits(), made, today)


def _edition(product: Product, number: int) -> Product:
    return Product(**{name: getattr(product, name) for name in product.__slots__} | {"edition": number})


def _case(firm: Firm, today: date) -> Case:
    profile = Profile(
        firm.kind,
        None,
        "",
        "",
        firm.stratum,
        firm.operating_since,
        firm.exports,
        firm.tax_opinion,
        firm.list_69b,
        firm.list_date or today,
    )
    gaps = (Gap("T01", "critical", ()),) if firm.critical_gap else ()
    asked = dict.fromkeys(read().bankable.legal_questions, 4)
    levels: dict[str, int | None] = {**asked, **firm.levels}
    fin = 10_000 if firm.finance_bp is None else firm.finance_bp
    at = datetime.min.replace(tzinfo=UTC)
    return Case(
        SOMEBODY,
        profile,
        diagnosis=Diagnosis(SOMEBODY, 1, "", "", 0, fin, levels, gaps),
        matches=(Match(SOMEBODY, SOMEBODY, SOMEBODY, 0),) if firm.matched else (),
        contracts=tuple(Contract(SOMEBODY, SOMEBODY, SOMEBODY, at, Money(each, "MXN")) for each in firm.contracts),
    )


def _reasons(case: Case, terms: Terms, product: Product, asked: Asked, today: date) -> list[str]:
    amount = None if asked.amount is None else Money(asked.amount, asked.currency)
    reasons: list[str] = [] if asked.purpose in product.purposes else ["purpose_not_served"]
    reasons += eligibility.of_firm(case, terms.bankable)
    reasons += eligibility.of_product(case, terms, product, today, amount, asked.term_months)
    if asked.data_classes is not None and not set(product.min_classes) <= set(asked.data_classes):
        reasons.append("classes_not_consented")
    return reasons


def _step(product: Product, reasons: list[str], *, proposed: bool) -> dict[str, Any]:
    named = {"product": product.code, "edition": product.edition, "name": product.name}
    if reasons:
        return said("explain.against", **named, reasons=[said(reason) for reason in reasons])
    return said("explain.best" if proposed else "explain.serves", **named)
