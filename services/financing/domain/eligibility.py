"""Whether one product can serve one need of one firm, and every reason why not."""

from collections.abc import Iterator
from datetime import date

from services.financing.domain.case import Case
from services.financing.domain.facts import Diagnosis, Profile
from services.financing.domain.money import Money
from services.financing.domain.product import Condition, Product, anniversary
from services.financing.domain.reasons import Ineligible, Purpose
from services.financing.domain.terms import Bankable, Terms

EXCLUDED_ON_69B = "definitive"
"""Only this state of the list of article 69-B of the Código Fiscal excludes. The presumed are held at registration, and
partners are told the state and the date of the list.
"""

UNMET: dict[Condition, Ineligible] = {
    "anchor": "anchor_missing",
    "anchor_enrolled": "anchor_must_enroll",
    "contract": "contract_missing",
    "exports": "exports_missing",
}


def of_firm(case: Case, bankable: Bankable) -> tuple[Ineligible, ...]:
    """What stands against any referral of this firm."""
    return tuple(_of_firm(case, bankable))


def _of_firm(case: Case, bankable: Bankable) -> Iterator[Ineligible]:
    if case.profile is None:
        yield "profile_missing"
    elif case.profile.list_69b == EXCLUDED_ON_69B:
        yield "on_69b_list"
    elif case.profile.list_date is None:
        yield "list_69b_unchecked"
    if case.withdrawn:
        yield "supplier_withdrawn"
    if case.diagnosis is None:
        yield "not_diagnosed"
        return
    if not is_evaluated(case.diagnosis, bankable):
        yield "not_evaluated"
    if not is_bankable(case.diagnosis, bankable):
        yield "not_bankable_yet"
    if case.diagnosis.has_critical_gap:
        yield "critical_gap_open"


def is_evaluated(diagnosis: Diagnosis, bankable: Bankable) -> bool:
    """Whether the finance dimension was scored, and what the law asks for: what nobody looked at proves nothing."""
    asked = (diagnosis.levels.get(question) for question in bankable.legal_questions)
    return diagnosis.fin_bp is not None and None not in asked


def is_bankable(diagnosis: Diagnosis, bankable: Bankable) -> bool:
    """Whether what was evaluated reaches what a bank asks for."""
    tax_level = diagnosis.levels.get(bankable.tax_question)
    scored = diagnosis.fin_bp is None or diagnosis.fin_bp >= bankable.fin_min_bp
    return scored and (tax_level is None or tax_level >= bankable.tax_level_min)


def of_product(
    case: Case, terms: Terms, product: Product, today: date, amount: Money | None = None, term_months: int = 1
) -> tuple[Ineligible, ...]:
    """What stands against this product. An amount or a term that is not stated yet is not judged."""
    partner = terms.partner(product.partner)
    reasons: list[Ineligible] = [] if partner is not None and partner.is_open(today) else ["partner_inactive"]
    if case.profile is not None:
        reasons += _of_profile(case.profile, product, today)
    reasons += [UNMET[condition] for condition in product.conditions if not _holds(case, condition)]
    if amount is not None:
        reasons += _of_amount(amount, product)
        if product.by_buyer and case.contracts and amount.amount > case.contracts_worth(amount.currency):
            unknown = any(contract.annual_value is None for contract in case.contracts)
            reasons.append("contract_value_unknown" if unknown else "amount_above_contracts")
    if term_months > product.max_term_months:
        reasons.append("term_too_long")
    return tuple(reasons)


def _of_profile(profile: Profile, product: Product, today: date) -> Iterator[Ineligible]:
    if profile.stratum not in product.strata:
        yield "stratum_not_served"
    if profile.kind not in product.kinds:
        yield "taxpayer_kind_not_served"
    if today < anniversary(profile.operating_since, product.min_years):
        yield "operating_time_too_short"
    if product.tax_opinions and profile.tax_opinion == "unknown":
        yield "tax_opinion_missing"
    elif product.tax_opinions and profile.tax_opinion not in product.tax_opinions:
        yield "tax_opinion_not_accepted"


def _holds(case: Case, condition: Condition) -> bool:
    match condition:
        case "anchor":
            return case.has_anchor
        case "anchor_enrolled" | "contract":
            return bool(case.contracts)
        case "exports":
            return case.profile is not None and case.profile.exports


def _of_amount(amount: Money, product: Product) -> Iterator[Ineligible]:
    ticket = product.tickets.get(amount.currency)
    if ticket is None:
        yield "currency_not_served"
    elif ticket.floor is not None and amount.amount < ticket.floor:
        yield "amount_below_floor"
    elif ticket.ceiling is not None and amount.amount > ticket.ceiling:
        yield "amount_above_ceiling"


def ripens_on(case: Case, terms: Terms, purposes: frozenset[Purpose], today: date) -> date | None:
    """The next day on which a product opens or ends for these purposes by time alone: the firm has grown older, or an
    edition begins or ends.
    """
    if case.profile is None:
        return None
    since = case.profile.operating_since
    fitting = [product for product in terms.products if purposes.intersection(product.purposes)]
    days = {anniversary(since, product.min_years) for product in fitting} | (terms.turning if purposes else set())
    return min((day for day in days if day > today), default=None)
