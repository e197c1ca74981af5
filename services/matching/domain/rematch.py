"""The aggregate of this stage: an offering with what was last told about it, and the one way to decide it again."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from services.matching.domain.alignment import Aligned, Alignment, NotAligned, align
from services.matching.domain.answers import Answers, buying
from services.matching.domain.match import Change, Match, match_id, settle
from services.matching.domain.offering import Diagnosis, Profile
from services.matching.domain.requirement import Demand


@dataclass(frozen=True, slots=True)
class Offering:
    """A supplier's offering, keyed by supplier. Alignment and matches are derived: what the last events said. Answers
    are what people said: no derivation touches them.

    Registration and diagnosis are merged in whatever order they arrive: either may be unknown yet.
    """

    id: UUID
    profile: Profile | None = None
    withdrawn_at: datetime | None = None
    diagnosis: Diagnosis | None = None
    alignment: Alignment | None = None
    matches: tuple[Match, ...] = ()
    answers: tuple[Answers, ...] = ()
    """In the order of their requirements; those whose match was lost too."""

    def match(self, id_: UUID) -> Match | None:
        return next((match for match in self.matches if match.id == id_), None)

    def answers_about(self, match: Match) -> Answers:
        """What was answered about a match, which may be nothing."""
        known = self.answered(match.id)
        return known or Answers(match.requirement_id, match.anchor_id, match.area)

    def answered(self, match_id_: UUID) -> Answers | None:
        """What was answered about a match, also about one that was lost."""
        return next((each for each in self.answers if match_id(self.id, each.requirement_id) == match_id_), None)

    def with_answers(self, answers: Answers) -> "Offering":
        others = (each for each in self.answers if each.requirement_id != answers.requirement_id)
        return replace(self, answers=tuple(sorted((*others, answers), key=lambda each: each.requirement_id)))

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
    matches, changes = settle(
        offering.id,
        offering.matches,
        scored,
        offering.diagnosis,
        demand,
        bought=buying(offering.answers),
        withdrawn=withdrawn,
    )
    now = replace(offering, alignment=alignment, matches=matches)
    return Rematch(now, None if alignment == offering.alignment else alignment, changes)
