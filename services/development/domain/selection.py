"""Selection of a cohort: who contends, who has a place, who has not, and why."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple
from uuid import UUID

from services.development.domain.bankable import is_bankable
from services.development.domain.call import Contender
from services.development.domain.candidate import Candidate
from services.development.domain.cohort import Cohort, Direction
from services.development.domain.conditions import SelectionRules, exclusions, failed_conditions, notes
from services.development.domain.diagnosis import Diagnosis
from services.development.domain.module import Modules
from services.development.domain.plan import propose
from services.development.domain.reasons import Exclusion, FailedCondition, Note, SelectionReason
from services.development.domain.requirement import Requirement
from services.development.domain.score import Score, half_up, score
from services.development.domain.why import LEFT_OUT, PLACED_IN, Reason

FINE = 100
"""Points of potential in a basis point: scores that look equal when they are rounded still differ."""
NOBODYS = UUID(int=0)
"""Of a plan that is only looked at."""


@dataclass(frozen=True, slots=True)
class Basis:
    """What a selection goes by."""

    rules: SelectionRules
    modules: Modules
    demand: Mapping[UUID, Requirement]
    """What anchors ask for."""
    costs: dict[str, Decimal] = field(default_factory=dict, compare=False)
    """What a plan for some gaps takes at most, of a firm that is bankable or not, once it was worked out."""

    def cost_of(self, diagnosis: Diagnosis) -> Decimal:
        """MXN that the plan which a firm would have at once takes at most."""
        bankable = is_bankable(diagnosis, self.modules.bankable)
        gaps = diagnosis.gaps
        key = ",".join([str(bankable), *(f"{gap.question}{gap.severity}{gap.level}{gap.target}" for gap in gaps)])
        if key not in self.costs:
            self.costs[key] = propose(NOBODYS, gaps, self.modules, bankable=bankable).cost_to
        return self.costs[key]


@dataclass(frozen=True, slots=True)
class Selected:
    """Has a place."""

    candidate: Candidate
    score: Score
    reasons: tuple[SelectionReason, ...]
    rank: int
    contender: Contender
    why: Reason | None = None


@dataclass(frozen=True, slots=True)
class NotSelected:
    """Has none. `rank` and `contender` only of a firm that contended."""

    candidate: Candidate
    score: Score
    reasons: tuple[SelectionReason, ...]
    rank: int | None = None
    contender: Contender | None = None
    why: Reason | None = None


Placement = Selected | NotSelected


@dataclass(frozen=True, slots=True)
class _Judged:
    score: Score
    excluded: tuple[Exclusion, ...]
    failed: tuple[FailedCondition, ...]
    notes: tuple[Note, ...]
    override: Direction | None

    @property
    def contends(self) -> bool:
        """Competes for a place: an override stands above a condition, never above an exclusion."""
        return not self.excluded and self.override != "out" and (self.override == "in" or not self.failed)


class Standing(NamedTuple):
    """What of a firm decides its place among all. It is kept of every firm at once, so there is no more of it."""

    id: UUID
    total: Fraction
    contender: Contender | None
    """None: it does not compete."""


class Place(NamedTuple):
    """What comes of it."""

    id: UUID
    rank: int | None
    """Among all who compete, by potential: the baseline, which decides nothing."""
    selected: bool
    why: Reason | None = None


def standing(candidate: Candidate, cohort: Cohort, basis: Basis) -> Standing:
    """Of a firm that awaits selection."""
    judged = _judge(candidate, cohort, basis)
    return Standing(candidate.id, judged.score.total, _contender(candidate, judged, basis) if judged.contends else None)


def places(
    standings: Iterable[Standing], chosen: Collection[str], reasons: Mapping[str, Reason] | None = None
) -> list[Place]:
    """One place per firm, in order: the selected by rank, those without a place by rank, the others by score.

    `chosen`: the ids of the best cohort. Ranks are places among all who compete, by score; of equal ones the lower id
    is first.
    """
    by_score = sorted(standings, key=lambda each: (-each.total, each.id))
    contending = [each for each in by_score if each.contender is not None]
    why = reasons or {}
    ranked = [
        Place(each.id, rank, str(each.id) in chosen, why.get(str(each.id))) for rank, each in enumerate(contending, 1)
    ]
    return [
        *(place for place in ranked if place.selected),
        *(place for place in ranked if not place.selected),
        *(Place(each.id, None, selected=False) for each in by_score if each.contender is None),
    ]


def placement(candidate: Candidate, place: Place, cohort: Cohort, basis: Basis) -> Placement:
    """The firm with its place, and why it has it."""
    judged = _judge(candidate, cohort, basis)
    if place.rank is None:
        said: tuple[SelectionReason, ...] = ("override_out",) if judged.override == "out" else ()
        return NotSelected(candidate, judged.score, (*judged.excluded, *said, *judged.failed, *judged.notes))
    contender = _contender(candidate, judged, basis)
    beside = (*judged.failed, *judged.notes)
    if place.selected:
        reasons = (*_why_in(judged, place.why), *beside)
        return Selected(candidate, judged.score, reasons, place.rank, contender, place.why)
    left_out = "outweighed" if place.why is None else LEFT_OUT[place.why.why]
    return NotSelected(candidate, judged.score, (left_out, *beside), place.rank, contender, place.why)


def _why_in(judged: _Judged, why: Reason | None) -> tuple[SelectionReason, ...]:
    if judged.override == "in":
        return ("override_in",)
    more = None if why is None else PLACED_IN.get(why.why)
    return ("meets_every_condition",) if more is None else ("meets_every_condition", more)


def _judge(candidate: Candidate, cohort: Cohort, basis: Basis) -> _Judged:
    diagnosis = _diagnosis(candidate)
    best = candidate.best_match
    match_score = 0 if best is None else best.score
    return _Judged(
        score(match_score, diagnosis, basis.modules, basis.rules.weights),
        exclusions(candidate, cohort),
        failed_conditions(candidate, match_score, diagnosis, basis.rules),
        notes(candidate),
        cohort.direction(candidate.id),
    )


def _contender(candidate: Candidate, judged: _Judged, basis: Basis) -> Contender:
    """As the best cohort is found by: for which areas and anchors the firm counts, and what its plan takes at most."""
    counted = [
        basis.demand[match.requirement_id]
        for match in candidate.matches
        if match.standing != "declined"
        and match.score >= basis.rules.match_min
        and match.requirement_id in basis.demand
    ]
    return Contender(
        id=str(candidate.id),
        potential=half_up(FINE * judged.score.total),
        cost=basis.cost_of(_diagnosis(candidate)),
        areas=frozenset(each.area for each in counted),
        anchors=frozenset(str(each.anchor_id) for each in counted if each.anchor_id is not None),
        state=candidate.state,
        put_in=judged.override == "in",
    )


def _diagnosis(candidate: Candidate) -> Diagnosis:
    if candidate.diagnosis is None:
        raise ValueError("only diagnosed firms are judged")
    return candidate.diagnosis
