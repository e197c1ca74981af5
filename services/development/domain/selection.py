"""Selection of a cohort: who has a place, who has not, and why."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple
from uuid import UUID

from services.development.domain.candidate import Candidate
from services.development.domain.cohort import Cohort, Direction
from services.development.domain.conditions import SelectionRules, exclusions, failed_conditions, notes
from services.development.domain.module import Modules
from services.development.domain.reasons import Exclusion, FailedCondition, Note, SelectionReason
from services.development.domain.score import Score, score


@dataclass(frozen=True, slots=True)
class Selected:
    """Has a place."""

    candidate: Candidate
    score: Score
    reasons: tuple[SelectionReason, ...]
    rank: int


@dataclass(frozen=True, slots=True)
class NotSelected:
    """Has none. `rank` only of a firm that only capacity kept out."""

    candidate: Candidate
    score: Score
    reasons: tuple[SelectionReason, ...]
    rank: int | None = None


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
    contends: bool
    put_in: bool
    """By an operator."""


class Place(NamedTuple):
    """What comes of it."""

    id: UUID
    rank: int | None
    """Among all who compete, by score."""
    selected: bool


def standing(candidate: Candidate, cohort: Cohort, rules: SelectionRules, modules: Modules) -> Standing:
    """Of a firm that awaits selection."""
    judged = _judge(candidate, cohort, rules, modules)
    return Standing(candidate.id, judged.score.total, judged.contends, judged.override == "in")


def places(standings: Iterable[Standing], capacity: int) -> list[Place]:
    """One place per firm, in order: the selected by rank, those without a place by rank, the others by score.

    Ranks are places among all who compete, by score; of equal ones the lower id is first. Firms that an operator put in
    have a place whatever their rank; the best of the others take what is left.
    """
    by_score = sorted(standings, key=lambda each: (-each.total, each.id))
    contenders = [each for each in by_score if each.contends]
    before_others = sorted(contenders, key=lambda each: not each.put_in)
    selected = {each.id for each in before_others[:capacity]}
    ranked = [Place(each.id, rank, each.id in selected) for rank, each in enumerate(contenders, 1)]
    return [
        *(place for place in ranked if place.selected),
        *(place for place in ranked if not place.selected),
        *(Place(each.id, None, selected=False) for each in by_score if not each.contends),
    ]


def placement(candidate: Candidate, place: Place, cohort: Cohort, rules: SelectionRules, modules: Modules) -> Placement:
    """The firm with its place, and why it has it."""
    judged = _judge(candidate, cohort, rules, modules)
    if place.selected and place.rank is not None:
        why: SelectionReason = "override_in" if judged.override == "in" else "meets_every_condition"
        return Selected(candidate, judged.score, (why, *judged.failed, *judged.notes), place.rank)
    if place.rank is not None:
        return NotSelected(candidate, judged.score, ("capacity_full", *judged.failed, *judged.notes), place.rank)
    said: tuple[SelectionReason, ...] = ("override_out",) if judged.override == "out" else ()
    return NotSelected(candidate, judged.score, (*judged.excluded, *said, *judged.failed, *judged.notes))


def _judge(candidate: Candidate, cohort: Cohort, rules: SelectionRules, modules: Modules) -> _Judged:
    diagnosis = candidate.diagnosis
    if diagnosis is None:
        raise ValueError("only diagnosed firms are judged")
    best = candidate.best_match
    match_score = 0 if best is None else best.score
    return _Judged(
        score(match_score, diagnosis, modules, rules.weights),
        exclusions(candidate, cohort),
        failed_conditions(candidate, match_score, diagnosis, rules),
        notes(candidate),
        cohort.direction(candidate.id),
    )
