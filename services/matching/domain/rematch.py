"""The aggregate of this stage: an offering with what was last told about it, and the one way to decide it again."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from services.matching.domain.alignment import Aligned, Alignment, NotAligned, align
from services.matching.domain.match import Change, Match, settle
from services.matching.domain.offering import Diagnosis, Profile
from services.matching.domain.requirement import Demand


@dataclass(frozen=True, slots=True)
class Offering:
    """A supplier's offering, keyed by supplier. Alignment and matches are what the last events said.

    Registration and diagnosis are merged in whatever order they arrive: either may be unknown yet.
    """

    id: UUID
    profile: Profile | None = None
    withdrawn_at: datetime | None = None
    diagnosis: Diagnosis | None = None
    alignment: Alignment | None = None
    matches: tuple[Match, ...] = ()

    @property
    def withdrawn(self) -> bool:
        """Whether the firm left, and did not register again since."""
        if self.withdrawn_at is None:
            return False
        return self.profile is None or self.profile.registered_at <= self.withdrawn_at


@dataclass(frozen=True, slots=True)
class Rematch:
    """An offering decided again: as it is now, its alignment if that changed, and the changes of its matches."""

    offering: Offering
    alignment: Aligned | NotAligned | None
    changes: tuple[Change, ...]


def rematch(offering: Offering, demand: Demand, today: date) -> Rematch:
    """Decide alignment and matches against all that is asked for. Nothing changes while registration is unknown."""
    if offering.profile is None:
        return Rematch(offering, None, ())
    withdrawn = offering.withdrawn
    alignment, scored = align(offering.profile, demand, today, withdrawn=withdrawn)
    matches, changes = settle(offering.id, offering.matches, scored, offering.diagnosis, demand, withdrawn=withdrawn)
    now = replace(offering, alignment=alignment, matches=matches)
    return Rematch(now, None if alignment == offering.alignment else alignment, changes)
