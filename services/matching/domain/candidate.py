"""Candidates: a firm's match with a requirement beside what the anchor says of it, either of which may be missing."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.matching.domain.alignment import conceded, explained
from services.matching.domain.answers import Answers
from services.matching.domain.gate import Gate
from services.matching.domain.introduction import hidden
from services.matching.domain.match import Match, match_id
from services.matching.domain.offering import Profile
from services.matching.domain.performance import Measured, Report
from services.matching.domain.reasons import HiddenReason
from services.matching.domain.rematch import Offering
from services.matching.domain.requirement import Requirement
from services.matching.domain.rules import Rules
from services.matching.domain.score import Criterion


@dataclass(frozen=True, slots=True)
class Candidate:
    """One firm for one requirement."""

    supplier_id: UUID
    profile: Profile | None
    grade: str | None
    match: Match | None
    """None where it does not hold any more."""
    answers: Answers
    requirement: Requirement
    today: date
    """The day of which this is said."""
    criteria: tuple[Criterion, ...] = ()
    """Of a match that holds, as its score is explained today."""
    conceded: tuple[Gate, ...] = ()
    """Of a match that holds, gates of which the firm falls short today: they are only wished, or waived."""
    reports: tuple[Report, ...] = ()
    """How the firm delivered what was awarded to it, in the order in which it was told."""

    @property
    def id(self) -> UUID:
        return match_id(self.supplier_id, self.answers.requirement_id)

    @property
    def measured(self) -> Measured | None:
        """What anchors measured, of a match that holds and counts it."""
        counts = any(each.measured for each in self.criteria)
        return self.profile.measured if self.profile and counts else None

    @property
    def hidden(self) -> HiddenReason | None:
        """Why the anchor may not see which firm it is; None where it may."""
        return hidden(self.profile, self.match, self.answers)


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
    judged = (profile, requirement.need_of(offering.id, today), rules, today) if profile and holds else None
    criteria, short = (explained(*judged), conceded(*judged)) if judged else ((), ())
    reports = tuple(each for each in offering.performance if each.requirement_id == requirement.id)
    return Candidate(offering.id, profile, grade, holds, answers, requirement, today, criteria, short, reports)
