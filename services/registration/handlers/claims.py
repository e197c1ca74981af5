"""Decisions on claims: somebody says that a firm wants to take part, and its contact confirms it."""

from datetime import datetime
from uuid import UUID

from services.registration.domain import claim as claims
from services.registration.domain import profile as profiles
from services.registration.domain import rfc as rfcs
from services.registration.domain.claim import Claim
from services.registration.domain.fault import Fault
from services.registration.domain.profile import Profile
from services.registration.domain.rfc import RefusedRfc
from services.registration.handlers import CODE_REFUSED, broken, no_rfc
from services.registration.handlers.mails import CLAIM_MAIL, first_try
from shared.days import day_of
from shared.messaging.decision import Decision, Refused, Timer, unchanged
from shared.one_time_code import one_time

CLAIM_EXPIRES = "claim_expires"


def claim(
    id_: UUID, profile: Profile, code: str, language: str, now: datetime, privacy_notice: str | None = None
) -> Decision[Claim] | Refused:
    """Somebody says that a firm wants to take part. Whether it does already is not looked up."""
    profile = profiles.tidy(profile, day_of(now))
    identity = rfcs.judge(profile.rfc)
    faults = [*profiles.faults(profile, day_of(now))]
    if profile.contact is None:
        faults.append(Fault("contact", "contact_missing"))
    if isinstance(identity, RefusedRfc):
        return no_rfc(identity, faults)
    if wrong := broken(faults):
        return wrong
    kept = one_time(code, now)
    timers = Timer(CLAIM_EXPIRES, kept.expires_at), first_try(CLAIM_MAIL, now)
    return Decision(Claim(id_, "open", profile, kept, now, language, privacy_notice), timers=timers)


def confirm(state: Claim | None, code: str, now: datetime) -> Decision[Claim] | Refused:
    """A contact returns the code that was mailed to it. `Claim.confirmed_by` tells whether it fits."""
    return CODE_REFUSED if state is None else Decision(claims.tried(state, code, now))


def erase_contact(state: Claim | None) -> Decision[Claim]:
    """The contact of the firm that this was is forgotten, and with it all that was said: the firm has it by now."""
    return unchanged(None) if state is None else Decision(claims.forgotten(state))


def forget_claim(state: Claim | None, _: datetime) -> Decision[Claim]:
    """Its code has expired."""
    return unchanged(None) if state is None else Decision(claims.forgotten(state))
