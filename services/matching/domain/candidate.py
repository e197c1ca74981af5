"""Candidates: a firm's match with a requirement beside what the anchor says of it, either of which may be missing."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.matching.domain.answers import Answers
from services.matching.domain.match import Match, match_id
from services.matching.domain.rematch import Offering


@dataclass(frozen=True, slots=True)
class Candidate:
    """One firm for one requirement."""

    supplier_id: UUID
    grade: str | None
    registered_at: datetime | None
    match: Match | None
    """None where it does not hold any more."""
    answers: Answers

    @property
    def id(self) -> UUID:
        return match_id(self.supplier_id, self.answers.requirement_id)

    @property
    def introduced(self) -> bool:
        """Whether the anchor may see which firm it is: unless open critical gaps block it, or it is gone and no buyer
        ever went on with it.
        """
        return self.answers.introduced if self.match is None else not self.match.blocked_by


def of(offering: Offering, id_: UUID) -> Candidate | None:
    """The candidate that an offering is under this id; None where nothing was ever matched or answered."""
    match = offering.match(id_)
    answers = offering.answers_about(match) if match else offering.answered(id_)
    if answers is None:
        return None
    grade = offering.diagnosis.grade if offering.diagnosis else None
    registered_at = offering.profile.registered_at if offering.profile else None
    return Candidate(offering.id, grade, registered_at, match, answers)
