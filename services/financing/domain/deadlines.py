"""What time alone changes in a case: reminders, lapses, erasure, and products that open as the firm grows older."""

from dataclasses import replace
from datetime import UTC, datetime, time

from services.financing.domain import eligibility, referral
from services.financing.domain.case import Case
from services.financing.domain.terms import Terms


def next_moment(case: Case, terms: Terms, now: datetime) -> datetime | None:
    """When the case must be looked at again, even when nobody says anything."""
    moments = [at for item in case.referrals for at in referral.moments(item)]
    moments += [consent.expires_at for consent in case.consents if consent.papers is not None]
    purposes = frozenset(need.purpose for need in case.needs if need.open)
    ripe = eligibility.ripens_on(case, terms, purposes, now.date())
    if ripe is not None:
        moments.append(datetime.combine(ripe, time.min, UTC))
    return min(moments, default=None)


def passed(case: Case, terms: Terms, now: datetime) -> Case:
    """The case once every moment up to now has passed."""
    referrals = tuple(referral.passed(item, now, terms.limits_of(item.partner).erase_days) for item in case.referrals)
    pairs = zip(case.referrals, referrals, strict=True)
    just_erased = {after.consent_id for before, after in pairs if before.papers is not None and after.papers is None}
    still_held = {item.consent_id for item in referrals if item.papers is not None}
    done = just_erased - still_held
    consents = tuple(
        replace(consent, papers=None) if consent.id in done or now >= consent.expires_at else consent
        for consent in case.consents
    )
    return replace(case, referrals=referrals, consents=consents)
