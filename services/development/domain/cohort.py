"""A cohort: a round of selection with a number of places."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal
from uuid import UUID

from services.development.domain.reasons import Refusal

Direction = Literal["in", "out"]
CohortStatus = Literal["open", "selected"]


@dataclass(frozen=True, slots=True)
class Override:
    """An operator's word on one firm, with the reason that they answer for."""

    supplier_id: UUID
    direction: Direction
    reason: str
    by: str
    """The operator's subject at the issuer."""
    at: datetime


@dataclass(frozen=True, slots=True)
class Cohort:
    """`selected` is final: a firm that was told its outcome is not told another one by the same cohort."""

    id: UUID
    name: str
    capacity: int
    created_at: datetime
    status: CohortStatus = "open"
    overrides: tuple[Override, ...] = ()
    """By supplier id, one a firm."""
    selected_at: datetime | None = None

    def direction(self, supplier_id: UUID) -> Direction | None:
        return next((each.direction for each in self.overrides if each.supplier_id == supplier_id), None)


def with_override(cohort: Cohort, override: Override) -> Cohort | Refusal:
    """Record an operator's word; a later one on the same firm replaces it. No more places are given than there are."""
    if cohort.status == "selected":
        return "cohort_already_selected"
    kept = _without(cohort, override.supplier_id)
    overrides = tuple(sorted((*kept, override), key=lambda each: each.supplier_id))
    if sum(each.direction == "in" for each in overrides) > cohort.capacity:
        return "overrides_exceed_capacity"
    return replace(cohort, overrides=overrides)


def without_override(cohort: Cohort, supplier_id: UUID) -> Cohort | Refusal:
    """Take an operator's word back."""
    if cohort.status == "selected":
        return "cohort_already_selected"
    if cohort.direction(supplier_id) is None:
        return "override_not_found"
    return replace(cohort, overrides=_without(cohort, supplier_id))


def close(cohort: Cohort, now: datetime) -> Cohort | Refusal:
    """The selection was made."""
    if cohort.status == "selected":
        return "cohort_already_selected"
    return replace(cohort, status="selected", selected_at=now)


def _without(cohort: Cohort, supplier_id: UUID) -> tuple[Override, ...]:
    return tuple(each for each in cohort.overrides if each.supplier_id != supplier_id)
