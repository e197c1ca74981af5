"""What a firm needs money for, to what it consented, and what partners said."""

from dataclasses import replace
from datetime import datetime

from services.portal.domain import firm as firms
from services.portal.domain.firm import Firm
from services.portal.domain.money import Consent, Need, Option, Referral
from services.portal.handlers.firms import known
from services.portal.handlers.matches import amount
from shared.contracts.financing import (
    ConsentGiven,
    ConsentRevoked,
    NeedIdentified,
    ReferralAnswered,
    ReferralLapsed,
    ReferralSent,
)
from shared.messaging.decision import Decision, unchanged


def need_identified(state: Firm | None, event: NeedIdentified, _: datetime) -> Decision[Firm]:
    options = tuple(
        Option(each.product, each.partner, each.shape, each.eligible, each.reasons, each.proposed)
        for each in event.options
    )
    cost = None if event.amount is None else amount(event.amount)
    need = Need(event.need_id, event.purpose, cost, options)
    return Decision(firms.with_need(known(state, event.supplier_id), need))


def consent_given(state: Firm | None, event: ConsentGiven, _: datetime) -> Decision[Firm]:
    consent = Consent(
        event.consent_id, event.partner, event.purposes, event.data_classes, event.given_at, event.expires_on
    )
    return Decision(firms.with_consent(known(state, event.supplier_id), consent))


def consent_revoked(state: Firm | None, event: ConsentRevoked, _: datetime) -> Decision[Firm]:
    given = None if state is None else next((c for c in state.consents if c.consent_id == event.consent_id), None)
    if state is None or given is None:
        return unchanged(state)
    return Decision(firms.with_consent(state, replace(given, revoked_at=event.revoked_at)))


def referral_sent(state: Firm | None, event: ReferralSent, _: datetime) -> Decision[Firm]:
    referral = Referral(
        event.referral_id, event.partner, event.product, event.need_id, "sent", event.answer_due_at, None
    )
    return Decision(firms.with_referral(known(state, event.supplier_id), referral))


def referral_moved(state: Firm | None, event: ReferralAnswered | ReferralLapsed, _: datetime) -> Decision[Firm]:
    firm = known(state, event.supplier_id)
    before = next((each for each in firm.referrals if each.referral_id == event.referral_id), None)
    referral = before or Referral(event.referral_id, event.partner, event.product, event.need_id, "sent", None, None)
    if isinstance(event, ReferralLapsed):
        moved = replace(referral, state="lapsed", moved_at=event.lapsed_at, reason=f"{event.silent}_silent")
    else:
        moved = replace(referral, state=event.state, moved_at=event.answered_at, reason=event.reason)
    return Decision(firms.with_referral(firm, moved))
