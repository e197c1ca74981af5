"""What one selection said of one firm: the record that answers "why was it in, or out" years later."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal
from uuid import UUID, uuid5

from services.development.domain.call import Contender
from services.development.domain.score import half_up
from services.development.domain.selection import Placement, Selected
from services.development.domain.why import Reason

Result = Literal["selected", "not_selected", "dropped_out"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """Shares in basis points."""

    id: UUID
    cohort_id: UUID
    supplier_id: UUID
    line: int
    """Where it stands in the cohort's list, from 1: those with a place first."""
    selected: bool
    """Whether it has a place: also one that became free later, and not one that it left."""
    rank: int | None
    score: int
    best_match: int
    readiness: int
    closability: int
    requirement_id: UUID | None
    """The requirement of the best match."""
    reasons: tuple[str, ...]
    rules: str
    decided_at: datetime
    contender: Contender | None = None
    """The firm as the best cohort was found by; None: it did not compete."""
    why: Reason | None = None
    """What is true of it and of the best cohort."""


def outcome_id(cohort_id: UUID, supplier_id: UUID) -> UUID:
    return uuid5(cohort_id, f"outcome:{supplier_id}")


def outcome(cohort_id: UUID, placement: Placement, line: int, rules: str, now: datetime) -> Outcome:
    candidate = placement.candidate
    best = candidate.best_match
    return Outcome(
        id=outcome_id(cohort_id, candidate.id),
        cohort_id=cohort_id,
        supplier_id=candidate.id,
        line=line,
        selected=isinstance(placement, Selected),
        rank=placement.rank,
        score=placement.score.basis_points,
        best_match=placement.score.best_match,
        readiness=placement.score.readiness,
        closability=half_up(placement.score.closability),
        requirement_id=None if best is None else best.requirement_id,
        reasons=placement.reasons,
        rules=rules,
        decided_at=now,
        contender=placement.contender,
        why=placement.why,
    )


def result(reasons: Collection[str], *, selected: bool) -> Result:
    """What became of the firm in this cohort."""
    if "dropped_out" in reasons:
        return "dropped_out"
    return "selected" if selected else "not_selected"


def dropped_out(said: Outcome, now: datetime) -> Outcome:
    """The record of a firm that left its place. Why it had it stays."""
    return replace(said, selected=False, reasons=("dropped_out", *said.reasons), decided_at=now)


def reinstated(said: Outcome, now: datetime) -> Outcome:
    reasons = tuple(reason for reason in said.reasons if reason != "dropped_out")
    return replace(said, selected=True, reasons=reasons, decided_at=now)
