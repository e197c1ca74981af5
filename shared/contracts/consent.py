"""On what ground a partner receives a referral: the firm's consent as values."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared.contracts.event import Day, Moment, ProductCode, Sha256, Text, Value
from shared.contracts.financing import DataClasses, Purposes, TextVersion


class ConsentReference(Value):
    """On what ground the partner receives this."""

    consent_id: UUID
    """The consent."""
    data_classes: DataClasses
    """What the firm agreed to hand over: no other class is in the referral."""
    text_version: TextVersion
    """Version of the words that the firm agreed to."""
    text_sha256: Sha256
    """Digest of those words."""
    given_at: Moment
    """When it was given."""
    expires_on: Day
    """Last day on which it holds."""
    purposes: Purposes = ()
    """What the data may be used for, and nothing else."""
    recipient: Text | None = None
    """Name of the one partner that may receive them, as the firm read it."""
    intermediated: Annotated[tuple[ProductCode, ...], Field(max_length=100)] = ()
    """Products for which the bank or SOFOM with which the partner places them may have them too; for others nobody."""
    controller: Text | None = None
    """Who is responsible for the data (responsable) until the partner has them."""
    erase_days: Annotated[int, Field(strict=True, ge=0, le=36_500, examples=[90])] | None = None
    """Days after the referral's end within which the program erases what it sent."""
