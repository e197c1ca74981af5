"""Selection of a cohort: who has a place, who has not, and why."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
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
    candidate: Candidate
    score: Score
    excluded: tuple[Exclusion, ...]
    failed: tuple[FailedCondition, ...]
    notes: tuple[Note, ...]
    override: Direction | None

    @property
    def contends(self) -> bool:
        """Competes for a place: an override stands above a condition, never above an exclusion."""
        return not self.excluded and self.override != "out" and (self.override == "in" or not self.failed)


def select(
    candidates: Iterable[Candidate], cohort: Cohort, rules: SelectionRules, modules: Modules
) -> tuple[Placement, ...]:
    """One placement per candidate, in order: those with a place by rank, those without by rank, the others by score.

    Ranks are places among all who compete, by score. Firms that an operator put in have a place whatever their rank;
    the best of the others take what is left.
    """
    taking_part = (_judge(each, cohort, rules, modules) for each in candidates if each.awaits_selection)
    judged = sorted(taking_part, key=lambda each: (-each.score.total, each.candidate.id))
    contenders = [each for each in judged if each.contends]
    ranks = {each.candidate.id: rank for rank, each in enumerate(contenders, 1)}
    places = _with_a_place(contenders, cohort.capacity)
    placements = [_place(each, ranks.get(each.candidate.id), has_place=each.candidate.id in places) for each in judged]
    return tuple(sorted(placements, key=_standing))


def _judge(candidate: Candidate, cohort: Cohort, rules: SelectionRules, modules: Modules) -> _Judged:
    diagnosis = candidate.diagnosis
    if diagnosis is None:
        raise ValueError("only diagnosed firms are judged")
    best = candidate.best_match
    match_score = 0 if best is None else best.score
    return _Judged(
        candidate,
        score(match_score, diagnosis, modules, rules.weights),
        exclusions(candidate),
        failed_conditions(match_score, diagnosis, rules),
        notes(candidate),
        cohort.direction(candidate.id),
    )


def _with_a_place(contenders: Sequence[_Judged], capacity: int) -> set[UUID]:
    by_override = [each for each in contenders if each.override == "in"]
    by_rank = [each for each in contenders if each.override != "in"]
    return {each.candidate.id for each in (by_override + by_rank)[:capacity]}


def _place(judged: _Judged, rank: int | None, *, has_place: bool) -> Placement:
    if rank is not None and has_place:
        why: SelectionReason = "override_in" if judged.override == "in" else "meets_every_condition"
        return Selected(judged.candidate, judged.score, (why, *judged.failed, *judged.notes), rank)
    if rank is not None:
        return NotSelected(judged.candidate, judged.score, ("capacity_full", *judged.failed, *judged.notes), rank)
    said: tuple[SelectionReason, ...] = ("override_out",) if judged.override == "out" else ()
    reasons = (*judged.excluded, *said, *judged.failed, *judged.notes)
    return NotSelected(judged.candidate, judged.score, reasons)


def _standing(placement: Placement) -> tuple[bool, bool, int]:
    return isinstance(placement, NotSelected), placement.rank is None, placement.rank or 0
