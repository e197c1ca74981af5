"""The stage's values in the words of the published language. Nothing here knows the papers of a consent."""

from datetime import datetime
from uuid import UUID

from services.financing.domain.consent import Consent
from services.financing.domain.money import Money
from services.financing.domain.need import Need
from services.financing.domain.referral import Referral
from shared.contracts import event, financing, partner


def money(amount: Money) -> event.Money:
    return event.Money(amount=str(amount.amount), currency=amount.currency)


def need_identified(supplier_id: UUID, need: Need) -> financing.NeedIdentified:
    return financing.NeedIdentified(
        supplier_id=supplier_id,
        need_id=need.id,
        purpose=need.purpose,
        questions=need.questions,
        modules=need.modules,
        amount=None if need.amount is None else money(need.amount),
        options=tuple(
            financing.ProductOption(
                product=option.product,
                partner=option.partner,
                shape=option.shape,
                eligible=option.eligible,
                reasons=option.reasons,
                edition=option.edition,
                proposed=option.proposed,
            )
            for option in need.options
        ),
        products=need.terms,
    )


def consent_given(supplier_id: UUID, consent: Consent) -> financing.ConsentGiven:
    return financing.ConsentGiven(
        supplier_id=supplier_id,
        consent_id=consent.id,
        partner=consent.partner,
        purposes=consent.purposes,
        data_classes=consent.data_classes,
        text_version=consent.text_version,
        text_sha256=consent.text_sha256,
        given_at=consent.given_at,
        expires_on=consent.expires_on,
    )


def consent_revoked(supplier_id: UUID, consent: Consent, at: datetime) -> financing.ConsentRevoked:
    return financing.ConsentRevoked(
        supplier_id=supplier_id, consent_id=consent.id, partner=consent.partner, revoked_at=at
    )


def referral_withdrawn(supplier_id: UUID, referral: Referral, at: datetime) -> partner.ReferralWithdrawn:
    """To the partner: it has to erase."""
    return partner.ReferralWithdrawn(
        referral_id=referral.id,
        supplier_id=supplier_id,
        partner=referral.partner,
        withdrawn_at=at,
        ended=not referral.is_open,
    )


def referral_due(supplier_id: UUID, referral: Referral, answer_due_at: datetime) -> partner.ReferralDue:
    """To the partner: most of its days are over."""
    return partner.ReferralDue(
        referral_id=referral.id, supplier_id=supplier_id, partner=referral.partner, answer_due_at=answer_due_at
    )


def referral_sent(supplier_id: UUID, referral: Referral, answer_due_at: datetime) -> financing.ReferralSent:
    return financing.ReferralSent(
        supplier_id=supplier_id,
        referral_id=referral.id,
        partner=referral.partner,
        product=referral.product,
        need_id=referral.need_id,
        shape=referral.shape,
        consent_id=referral.consent_id,
        answer_due_at=answer_due_at,
    )


def referral_moved(
    supplier_id: UUID, referral: Referral, at: datetime
) -> financing.ReferralAnswered | financing.ReferralLapsed:
    """A referral's new state, whoever caused it: partner, firm or time."""
    if referral.silent is not None:
        return financing.ReferralLapsed(
            supplier_id=supplier_id,
            referral_id=referral.id,
            partner=referral.partner,
            product=referral.product,
            need_id=referral.need_id,
            silent=referral.silent,
            lapsed_at=at,
        )
    return financing.ReferralAnswered(
        supplier_id=supplier_id,
        referral_id=referral.id,
        partner=referral.partner,
        product=referral.product,
        need_id=referral.need_id,
        state=referral.state,
        reason=referral.reason,
        questions=referral.questions,
        for_plan=referral.questions if referral.plan and referral.state == "declined" else (),
        answered_at=at,
    )
