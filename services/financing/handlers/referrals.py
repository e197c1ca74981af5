"""A need is referred to a partner, and the firm answers what the partner asks."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from services.financing.domain import authorisation, eligibility, ids
from services.financing.domain import consent as consents
from services.financing.domain import referral as states
from services.financing.domain.authorisation import CreditAuthorisation
from services.financing.domain.case import Case
from services.financing.domain.consent import Consent
from services.financing.domain.money import Money
from services.financing.domain.need import Need
from services.financing.domain.partner import Partner
from services.financing.domain.product import Product
from services.financing.domain.reasons import Ineligible
from services.financing.domain.referral import Referral
from services.financing.domain.terms import Terms
from services.financing.handlers import published
from services.financing.handlers.package import referral_for
from services.financing.handlers.settling import moved, settled
from shared.messaging.decision import Decision, Refused


@dataclass(frozen=True, slots=True)
class Refer:
    """What the firm asks of one partner."""

    need_id: UUID
    product: str
    amount: Money
    term_months: int


def refer(case: Case | None, asked: Refer, now: datetime, terms: Terms) -> Decision[Case] | Refused:
    """Send a referral, if the product can serve the need and the firm's consent carries it."""
    need = None if case is None else case.need(asked.need_id)
    product = terms.product(asked.product)
    partner = None if product is None else terms.partner(product.partner)
    if case is None or need is None:
        return Refused("not_found", "need_unknown")
    if product is None or partner is None or need.purpose not in product.purposes:
        return Refused("not_found", "product_unknown")
    refused = _against(case, need, product, asked, now, terms)
    if refused is not None:
        return refused
    consent = consents.carrying(case.consents, product, need.purpose, now)
    if not isinstance(consent, Consent):
        return Refused("conflict", consent)
    if missing := [each for each in product.min_classes if each not in consent.data_classes]:
        return Refused(
            "conflict",
            "data_classes_missing",
            params={"classes": [{"code": f"data.{each}", "params": {}} for each in missing]},
        )
    if consent.promised is not None and consent.promised.encrypted and partner.encrypt_to is None:
        return Refused("conflict", "partner_without_key")
    if (doubt := consents.identity_doubt(consent, case.profile)) is not None:
        return Refused("conflict", doubt)
    return _sent(case, need, product, partner, consent, asked, now, terms)


def _against(case: Case, need: Need, product: Product, asked: Refer, now: datetime, terms: Terms) -> Refused | None:
    if asked.amount.amount <= 0 or asked.term_months < 1:
        return Refused("invalid", "amount_or_term_missing")
    if any(item.is_open for item in _like(case, need, product)):
        return Refused("conflict", "referral_already_open")
    reasons: tuple[Ineligible, ...] = (
        *eligibility.of_firm(case, terms.bankable),
        *(() if need.open else ("need_met",)),
        *eligibility.of_product(case, terms, product, now.date(), asked.amount, asked.term_months),
    )
    if not reasons:
        return None
    # Each reason is worded by itself.
    worded: dict[str, object] = {"reasons": [{"code": reason, "params": {}} for reason in reasons]}
    return Refused("conflict", reasons[0], message="product_does_not_serve", params=worded)


def _sent(
    case: Case,
    need: Need,
    product: Product,
    partner: Partner,
    consent: Consent,
    asked: Refer,
    now: datetime,
    terms: Terms,
) -> Decision[Case]:
    due_at = states.deadline(now, partner.sla_days)
    sent = Referral(
        id=ids.referral_id(case.id, product.code, need.purpose, len(_like(case, need, product))),
        need_id=need.id,
        purpose=need.purpose,
        partner=partner.code,
        product=product.code,
        shape=product.shape,
        consent_id=consent.id,
        sla_days=partner.sla_days,
        state="sent",
        sent_at=now,
        changed_at=now,
        remind_at=states.reminder(now, partner.sla_days, partner.reminder_bp),
        reminder_bp=partner.reminder_bp,
        lapse_at=due_at,
        erase_at=None,
        papers=states.Papers(asked.amount, asked.term_months),
        promised=None if consent.promised is None else consent.promised.retention,
        plan=consent.promised is not None and consent.promised.plan,
    )
    after = replace(case, referrals=(*case.referrals, sent))
    told = published.referral_sent(case.id, sent, due_at)
    return settled(case, after, now, terms, told, referral_for(case, sent, need, consent, partner, due_at))


def _like(case: Case, need: Need, product: Product) -> list[Referral]:
    return [item for item in case.referrals if item.need_id == need.id and item.product == product.code]


def authorise(
    case: Case | None, referral_id: UUID, given: CreditAuthorisation, now: datetime, terms: Terms
) -> Decision[Case] | Refused:
    """The firm let a lender ask for its credit report: whom, under which folio and until when. The last word counts."""
    known = None if case is None else case.referral(referral_id)
    if case is None or known is None:
        return Refused("not_found", "referral_unknown")
    if known.papers is None:
        return Refused("conflict", "referral_erased")
    if (problem := authorisation.problem(given, known.shape, now.date())) is not None:
        return Refused("conflict" if problem == "referral_gives_no_credit" else "invalid", problem)
    noted = replace(known, papers=replace(known.papers, authorisation=given))
    after = case.with_referral(noted)
    return settled(case, after, now, terms)


def inform(case: Case | None, referral_id: UUID, now: datetime, terms: Terms) -> Decision[Case] | Refused:
    """The firm handed the partner what it asked for, on the partner's own channel: files never pass through here."""
    known = None if case is None else case.referral(referral_id)
    if case is None or known is None:
        return Refused("not_found", "referral_unknown")
    informed = states.informed(known, now)
    if informed is None:
        return Refused("conflict", "nothing_requested")
    after = case.with_referral(informed)
    return settled(case, after, now, terms, *moved(case, after, now))
