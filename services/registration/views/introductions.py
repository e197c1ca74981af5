"""Consents to be introduced to anchors, as callers send and see them."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.registration.domain.introduction import Channel, ConsentStatus, IntroductionConsent, Language
from services.registration.domain.supplier import Supplier
from services.registration.handlers.introductions import CONSENT_UNKNOWN
from shared.service.http import Body, View, accepted


class IntroductionTextView(View):
    """The exact words to show, and the hash that the consent sends back."""

    version: str
    language: Language
    anchor_id: UUID | None
    """Null: every anchor of the program."""
    body: str
    sha256: str


class IntroductionBody(Body):
    anchor_id: UUID | None = None
    """Who may learn of the firm; every anchor of the program when left out."""
    text_sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", max_length=64)]
    """Of the words that were shown."""
    channel: Channel = "api"


class IntroductionView(View):
    """One consent, and whether it holds."""

    id: UUID
    status: ConsentStatus
    anchor_id: UUID | None
    text_version: str
    text_sha256: str
    channel: Channel
    given_at: datetime
    revoked_at: datetime | None

    @classmethod
    def of_supplier(cls, supplier: Supplier, consent_id: UUID) -> "IntroductionView":
        """One of a firm's consents. Raises a problem where it has none of this id."""
        found = next((each for each in supplier.introductions if each.id == consent_id), None)
        return cls.of_consent(accepted(found or CONSENT_UNKNOWN))

    @classmethod
    def of_consent(cls, consent: IntroductionConsent) -> "IntroductionView":
        return cls.of(consent)
