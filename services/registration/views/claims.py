"""Claims, and disputes."""

from datetime import datetime
from uuid import UUID

from services.registration.domain.claim import Claim
from services.registration.domain.rfc import Kind
from services.registration.views import SizeView
from services.registration.views.offers import Line
from shared.service.http import Body, View


class ClaimReceipt(View):
    """What whoever registers a firm gets back: the same for every firm."""

    id: UUID
    expires_at: datetime
    """Until then its contact may confirm it."""

    @classmethod
    def of_claim(cls, claim: Claim) -> "ClaimReceipt":
        return cls(id=claim.id, expires_at=claim.code.expires_at)


class ConfirmationBody(Body):
    code: Line
    """What was mailed to the contact."""


class Receipt(View):
    """What a contact that confirmed gets back. Whether the firm is held, and why, it sees once it has signed in."""

    id: UUID
    folio: str
    kind: Kind
    size: SizeView
    received_at: datetime


class DisputeBody(Body):
    upheld: bool
    """Whether the RFC belongs to this supplier, and not to the one that has it now."""
