"""An activity is taken out of an agreed plan: the firm or its mentor proposes it, with a reason, and both agree."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from services.development.domain.activity import Activity
from services.development.domain.evidence import AuthorRole


@dataclass(frozen=True, slots=True)
class Removal:
    """What one of the two proposed."""

    activity_id: UUID
    reason: str
    by: str
    """Subject of their token; never leaves the store."""
    role: AuthorRole
    at: datetime
    former: bool = False
    """By one who was the firm's mentor then, and is not now: nobody has agreed to it by that."""
    levels: Mapping[str, int] = field(default_factory=dict)
    """By question of the activity with a gap, the level of then: one that falls below it is proposed for anew."""


@dataclass(frozen=True, slots=True)
class TakenBack:
    """The activity stays, or its gaps are to be closed after all."""

    by: str
    role: AuthorRole
    at: datetime


@dataclass(frozen=True, slots=True)
class SettledRemoval:
    """What became of a proposal: agreed, taken back, or one after the other."""

    activity: Activity
    """As it was then, with what was given for it."""
    removal: Removal
    agreed_at: datetime | None
    """When both had agreed; None: it was taken back before, or the activity completed."""
    taken_back: TakenBack | None = None

    @property
    def holds(self) -> bool:
        return self.taken_back is None
