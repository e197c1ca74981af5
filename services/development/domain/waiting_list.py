"""Who has a place of a cohort, who waits for one, and what the budget has left for them."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from services.development.domain.call import Contender, cost
from services.development.domain.candidate import Candidate
from services.development.domain.cohort import Cohort


@dataclass(frozen=True, slots=True)
class WaitingList:
    """As of one moment."""

    holders: tuple[Contender, ...]
    """Each with what its plan takes."""
    waiting: Mapping[UUID, Contender]
    """Who would take a place now, each with what its plan would take."""
    upheld: tuple[UUID, ...]
    """Of them those whose appeal was upheld, in that order."""
    budget: Decimal | None
    """MXN, less what drop-outs spent; None: no limit."""

    @property
    def promised(self) -> tuple[UUID, ...]:
        """Who has the next places: those who were upheld, each that the budget pays for beside the ones before."""
        found: list[UUID] = []
        for id_ in self.upheld:
            if self._left(found, self.waiting[id_].cost) >= 0:
                found.append(id_)
        return tuple(found)

    @property
    def left(self) -> Decimal | None:
        """MXN of the budget that nobody has, nor was promised; less than nothing where plans came to take more."""
        return None if self.budget is None else self._left(self.promised, Decimal())

    def pays(self, more: Decimal) -> bool:
        return self.left is None or more <= self.left

    def _left(self, beside: list[UUID] | tuple[UUID, ...], more: Decimal) -> Decimal:
        if self.budget is None:
            return Decimal()
        return self.budget - cost(self.holders) - cost(self.waiting[id_] for id_ in beside) - more


def upheld(cohort: Cohort, waiting: Mapping[UUID, Contender]) -> tuple[UUID, ...]:
    """Who was put in and waits for a place, in the order in which it was said."""
    words = [each for each in cohort.overrides if each.direction == "in" and each.supplier_id in waiting]
    return tuple(each.supplier_id for each in sorted(words, key=lambda each: (each.at, each.supplier_id)))


def committed(candidate: Candidate, cohort_id: UUID) -> Decimal:
    """MXN of a cohort's budget that a firm takes: its plan, or once it dropped out what it had completed of it."""
    past = (each for each in candidate.past_plans if each.cohort_id == cohort_id)
    spent = sum((each.plan.spent if each.ended == "dropped_out" else each.plan.cost_to for each in past), Decimal())
    if candidate.cohort_id != cohort_id or candidate.plan is None:
        return spent
    return spent + candidate.plan.cost_to
