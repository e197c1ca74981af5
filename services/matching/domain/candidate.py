"""Candidates: a firm's match with a requirement beside what the anchor says of it, either of which may be missing."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from services.matching.domain.alignment import explained
from services.matching.domain.answers import Answers
from services.matching.domain.match import Match, match_id
from services.matching.domain.offering import Profile
from services.matching.domain.rematch import Offering
from services.matching.domain.requirement import Requirement
from services.matching.domain.rules import Rules
from services.matching.domain.score import Criterion


@dataclass(frozen=True, slots=True)
class Candidate:
    """One firm for one requirement."""

    supplier_id: UUID
    grade: str | None
    registered_at: datetime | None
    match: Match | None
    """None where it does not hold any more."""
    answers: Answers
    today: date
    """The day of which this is said."""
    profile: Profile | None = None
    criteria: tuple[Criterion, ...] = ()
    """Of a match that holds, as its score is explained today."""

    @property
    def id(self) -> UUID:
        return match_id(self.supplier_id, self.answers.requirement_id)

    @property
    def introduced(self) -> bool:
        """Whether the anchor may see which firm it is: a match that nothing blocks, or a firm with which a buyer
        went on at any time, whatever became of the match since.
        """
        return self.answers.introduced or (self.match is not None and not self.match.blocked_by)


def held(match: Match | None) -> Match | None:
    """The match where it holds; one that is kept for its award alone says nothing of today."""
    return match if match is not None and match.holds else None


def of(offering: Offering, id_: UUID, requirement: Requirement, rules: Rules, today: date) -> Candidate | None:
    """The candidate that an offering is for a requirement; None where nothing was ever matched or answered."""
    match = offering.match(id_)
    answers = offering.answers_about(match) if match else offering.answered(id_)
    if answers is None:
        return None
    grade = offering.diagnosis.grade if offering.diagnosis else None
    profile, holds = offering.profile, held(match)
    registered_at = profile.registered_at if profile else None
    criteria = explained(profile, requirement.need_of(offering.id, today), rules, today) if profile and holds else ()
    return Candidate(offering.id, grade, registered_at, holds, answers, today, profile, criteria)
