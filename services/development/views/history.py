"""What became of a firm's plans, without who: a subject identifies a person."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from services.development.domain.candidate import Candidate, Ended
from services.development.domain.history import ByRole, What
from services.development.domain.plan import Plan
from shared.service.http import View


class ChangeView(View):
    """One change of a plan."""

    cohort_id: UUID
    what: What | Ended
    at: datetime
    role: ByRole | None
    """Who changed it; null where that was not kept."""
    reason: str
    """Their words, or the code of what it followed from."""
    modules: tuple[str, ...]
    """Those that it is about."""
    removed: tuple[str, ...]
    """Those that would go, or went."""


def changes_of(firm: Candidate) -> tuple[ChangeView, ...]:
    """Of all its plans, the one that it has last; each that ended with how."""
    return tuple(_changes_of(firm))


def _changes_of(firm: Candidate) -> Iterator[ChangeView]:
    for past in firm.past_plans:
        yield from _of_plan(past.cohort_id, past.plan)
        yield ChangeView(
            cohort_id=past.cohort_id,
            what=past.ended,
            at=past.ended_at,
            role=None,
            reason=past.reason,
            modules=(),
            removed=(),
        )
    if firm.plan is not None and firm.cohort_id is not None:
        yield from _of_plan(firm.cohort_id, firm.plan)


def _of_plan(cohort_id: UUID, plan: Plan) -> Iterator[ChangeView]:
    for change in plan.changes:
        yield ChangeView(
            cohort_id=cohort_id,
            what=change.what,
            at=change.by.at,
            role=change.by.role,
            reason=change.by.reason,
            modules=change.modules,
            removed=change.removed,
        )
