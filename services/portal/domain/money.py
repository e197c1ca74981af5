"""What a firm needs money for, to what it consented, and how its referrals stand."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Option:
    """One product that was looked at for a need."""

    product: str
    partner: str
    shape: str
    eligible: bool
    reasons: tuple[str, ...]
    proposed: bool = False
    """The best of those that serve; the firm chooses."""


@dataclass(frozen=True, slots=True)
class Need:
    """What the firm lacks money for."""

    need_id: UUID
    purpose: str
    amount: str | None
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Consent:
    """That a partner may receive data, until a day or until it was taken back."""

    consent_id: UUID
    partner: str
    purposes: tuple[str, ...]
    data_classes: tuple[str, ...]
    given_at: datetime
    expires_on: date
    revoked_at: datetime | None = None

    @property
    def order(self) -> tuple[datetime, UUID]:
        """Of several to one partner the last one counts."""
        return self.given_at, self.consent_id


@dataclass(frozen=True, slots=True)
class Referral:
    """One referral, and how it stands."""

    referral_id: UUID
    partner: str
    product: str
    need_id: UUID
    state: str
    due_at: datetime | None
    moved_at: datetime | None
    reason: str | None = None

    @property
    def due(self) -> datetime | None:
        """Until when the partner should answer; None once anybody said more than that it came: who has to speak until
        when is on no topic from then on.
        """
        return self.due_at if self.state in {"sent", "acknowledged"} else None
