"""The aggregate of this stage: an offering with what was last told about it, and the one way to decide it again."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from uuid import UUID

from services.matching.domain.alignment import (
    MOST_ALIGNED,
    MOST_LOST,
    Aligned,
    Alignment,
    Differs,
    NotAligned,
    aligned,
    missing,
)
from services.matching.domain.answers import Answers, buying
from services.matching.domain.match import Change, Judged, Match, match_id, settle
from services.matching.domain.offering import Diagnosis, Profile
from services.matching.domain.pairs import Pair, Pairs
from services.matching.domain.performance import Report, measured
from services.matching.domain.rules import Rules


@dataclass(frozen=True, slots=True)
class Offering:
    """A supplier's offering, keyed by supplier. Matches are derived: what the last events said. Answers are what people
    said: no derivation touches them.

    Registration and diagnosis are merged in whatever order they arrive: either may be unknown yet.
    """

    id: UUID
    profile: Profile | None = None
    withdrawn_at: datetime | None = None
    diagnosis: Diagnosis | None = None
    aligned: Mapping[str, int] = field(default_factory=dict)
    """How many requirements the firm was told that it meets, by area; none is left out."""
    revision: int = 0
    """Counts what the firm was told of its alignment."""
    matches: tuple[Match, ...] = ()
    known_by: Mapping[UUID, datetime] = field(default_factory=dict)
    """Anchors that know who the firm is, and since when."""
    answers: tuple[Answers, ...] = ()
    """In the order of their requirements; those whose match was lost too."""
    performance: tuple[Report, ...] = ()
    """What anchors reported of what they buy, in the order in which they did; what was replaced too."""

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

    def asked_in(self, area_of: Mapping[UUID, str]) -> "Offering":
        """With what was answered in the areas in which these requirements are asked now: what is said of one goes with
        it where it moves.
        """
        answers = tuple(
            each if (area := area_of.get(each.requirement_id, each.area)) == each.area else replace(each, area=area)
            for each in self.answers
        )
        return self if answers == self.answers else replace(self, answers=answers)

    def reckoned(self, rules: Rules) -> "Offering":
        """With what its anchors measured: of months in which they bought, as of now."""
        if self.profile is None:
            return self
        answers = {each.requirement_id: each for each in self.answers}
        counting = [report for report in self.performance if answers[report.requirement_id].bought_in(report.month)]
        found = measured(counting, rules.measured_months, rules.measured_reports)
        return replace(self, profile=replace(self.profile, measured=found))

    @property
    def withdrawn(self) -> bool:
        """Whether the firm left, and did not register again since."""
        if self.withdrawn_at is None:
            return False
        return self.profile is None or self.profile.registered_at <= self.withdrawn_at


@dataclass(frozen=True, slots=True)
class Rematch:
    """An offering decided again: as it is now, what is told of its alignment, and what changed of its matches."""

    offering: Offering
    alignment: tuple[Alignment, ...]
    """Each with the next revision; the last one is the offering's."""
    changes: tuple[Change, ...]


def rematch(offering: Offering, pairs: Pairs, today: date) -> Rematch:
    """Decide what is told of the pairs that something happened to. Nothing is while registration is unknown."""
    offering = offering.asked_in({pair.requirement.id: pair.requirement.area for pair in pairs.touched})
    if offering.profile is None:
        return Rematch(offering, (), ())
    profile, withdrawn, whole = offering.profile, offering.withdrawn, pairs.whole
    judged = Judged(offering.id, profile, offering.diagnosis, withdrawn, pairs.rules, today)
    bought = buying(offering.answers)
    matches, changes = settle(judged, offering.matches, pairs.touched, bought=bought, again=whole)
    now = _counted({} if whole else offering.aligned, pairs.touched, whole=whole)
    if now:
        told = tuple(_told_of_some(pairs.touched, whole=whole or not offering.aligned))
    elif pairs.own or whole or offering.aligned:
        told = (NotAligned(missing(offering.id, profile, pairs.demand, pairs.rules, today, withdrawn=withdrawn)),)
    else:
        told = ()
    revision = max(offering.revision, pairs.floor) + len(told) if told else offering.revision
    return Rematch(replace(offering, aligned=now, revision=revision, matches=matches), told, changes)


def _counted(known: Mapping[str, int], touched: Sequence[Pair], *, whole: bool) -> dict[str, int]:
    counts = Counter(known)
    for pair in touched:
        if pair.hit is not None and (whole or pair.differs):
            counts[pair.area or pair.requirement.area] += 1
        if pair.told is not None and pair.differs and not whole:
            counts[pair.told] -= 1
    return {area: count for area, count in sorted(counts.items()) if count > 0}


def _told_of_some(touched: Sequence[Pair], *, whole: bool) -> Iterator[Alignment]:
    """A whole set begins with as much as one event holds, and goes on as differences."""
    met = [aligned(pair.requirement, pair.hit) for pair in touched if pair.hit and (whole or pair.differs)]
    lost = [] if whole else [pair.id for pair in touched if pair.told and pair.differs and pair.hit is None]
    if whole:
        yield Aligned(tuple(met[:MOST_ALIGNED]))
        del met[:MOST_ALIGNED]
    while met or lost:
        yield Differs(tuple(met[:MOST_ALIGNED]), tuple(lost[:MOST_LOST]))
        del met[:MOST_ALIGNED], lost[:MOST_LOST]
