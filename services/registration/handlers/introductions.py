"""Decisions on the consent of a natural person to be introduced to anchors."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from services.registration.domain.anchor import Anchor
from services.registration.domain.introduction import (
    MOST_CONSENTS,
    Channel,
    ConsentText,
    IntroductionConsent,
    digest,
    standing,
)
from services.registration.domain.supplier import Supplier
from services.registration.handlers import SUPPLIER_UNKNOWN, SUPPLIER_WITHDRAWN
from services.registration.handlers.readers import told
from shared.messaging.decision import Decision, Refused

CONSENT_UNKNOWN = Refused("not_found", "consent_unknown")
_NOT_NEEDED = Refused("conflict", "consent_not_needed")
_WORDS_DIFFER = Refused("conflict", "consent_words_differ")
_GIVEN = Refused("conflict", "consent_given")
_TOO_MANY = Refused("conflict", "consents_too_many", params={"most": MOST_CONSENTS})


@dataclass(frozen=True, slots=True)
class Consenting:
    """What whoever speaks for a firm agrees to."""

    id: UUID
    anchor: Anchor | None
    """None: every anchor."""
    sha256: str
    """Of the words that were shown."""
    channel: Channel
    by: str


def consent(
    state: Supplier | None, given: Consenting, text: ConsentText, now: datetime
) -> Decision[Supplier] | Refused:
    """A natural person consents, to the words in force in one of their languages."""
    if state is None:
        return SUPPLIER_UNKNOWN
    if state.status == "withdrawn":
        return SUPPLIER_WITHDRAWN
    if state.kind != "natural":
        return _NOT_NEEDED
    anchor_id, recipient = (None, None) if given.anchor is None else (given.anchor.id, given.anchor.name)
    if given.sha256 not in {digest(text.shown(recipient, language)) for language in text.templates}:
        return _WORDS_DIFFER
    if any(each.anchor_id == anchor_id for each in standing(state.introductions)):
        return _GIVEN
    if len(state.introductions) >= MOST_CONSENTS:
        return _TOO_MANY
    new = IntroductionConsent(given.id, anchor_id, text.version, given.sha256, given.channel, now, given.by)
    after = replace(state, introductions=(*state.introductions, new))
    return Decision(after, told(state, after))


def revoke(state: Supplier | None, consent_id: UUID, by: str, now: datetime) -> Decision[Supplier] | Refused:
    """It takes a consent back, also once it left the program; one that was taken back already stays as it is."""
    if state is None or not any(each.id == consent_id for each in state.introductions):
        return CONSENT_UNKNOWN
    after = tuple(each.revoked(by, now) if each.id == consent_id else each for each in state.introductions)
    changed = replace(state, introductions=after)
    return Decision(changed, told(state, changed))
