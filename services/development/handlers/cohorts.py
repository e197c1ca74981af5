"""Cohorts, an operator's word on one firm, and what a selection says of each."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from services.development.domain import candidate as candidates
from services.development.domain import changes, selection
from services.development.domain import cohort as cohorts
from services.development.domain import plan as plans
from services.development.domain.bankable import is_bankable
from services.development.domain.call import Limits
from services.development.domain.candidate import Candidate
from services.development.domain.cohort import Cohort, Override, PastOverride
from services.development.domain.conditions import SelectionRules, exclusions
from services.development.domain.history import By
from services.development.domain.module import Modules
from services.development.domain.outcome import Outcome, outcome
from services.development.domain.reasons import Refusal
from services.development.domain.selection import Basis, Place, Placement, Selected
from services.development.domain.why import Solution
from services.development.handlers import published
from services.development.handlers.refusal import refused
from shared.messaging.decision import Decision, Refused, Timer, unchanged

APPEALS_END = "appeals_end"
"""The timer at which firms may appeal no more."""


def open_cohort(cohort_id: UUID, name: str, call: str, limits: Limits, now: datetime) -> Decision[Cohort]:
    """A new round of selection."""
    return Decision(cohorts.with_limits(Cohort(cohort_id, name, limits.capacity, now, call), limits))


def change_cohort(cohort: Cohort | None, name: str, call: str, limits: Limits) -> Decision[Cohort] | Refused:
    """Mend what was said of a round that has not been held yet."""
    if cohort is None:
        return refused("cohort_not_found")
    return _decided(cohorts.changed(cohort, name, call, limits))


def override(cohort: Cohort | None, candidate: Candidate | None, word: Override) -> Decision[Cohort] | Refused:
    """Record an operator's word on one firm of this cohort's selection."""
    if cohort is None:
        return refused("cohort_not_found")
    if candidate is None:
        return refused("candidate_not_found")
    if candidate.diagnosis is None:
        return refused("candidate_not_diagnosed")
    if candidate.cohort_id not in (None, cohort.id) and not candidate.awaits_selection:
        return refused("candidate_already_selected")
    if word.direction == "in" and (excluded := exclusions(candidate, cohort)):
        # A place would be kept for a firm that the selection leaves out all the same.
        why: list[dict[str, object]] = [{"code": each, "params": {}} for each in excluded]
        return Refused("conflict", "candidate_excluded", params={"why": why})
    return _decided(cohorts.with_override(cohort, word))


def take_back_override(cohort: Cohort | None, supplier_id: UUID, by: str) -> Decision[Cohort] | Refused:
    """The firm is judged by the rule alone again."""
    if cohort is None:
        return refused("cohort_not_found")
    return _decided(cohorts.without_override(cohort, supplier_id, by))


def keep_override(cohort: Cohort, supplier_id: UUID, ended_by: str, now: datetime) -> Decision[PastOverride] | None:
    """Keep the word that ends on record; None where the firm has none."""
    past = cohorts.past_override(cohort, supplier_id, ended_by, now)
    return None if past is None else Decision(past)


def close_cohort(
    cohort: Cohort | None, by: str, now: datetime, solution: Solution | None = None, rules: SelectionRules | None = None
) -> Decision[Cohort] | Refused:
    """The cohort's selection is made, and firms may appeal for some days. `by`: who selects."""
    if cohort is None:
        return refused("cohort_not_found")
    closed = cohorts.close(cohort, by, now)
    if not isinstance(closed, Cohort):
        return refused(closed)
    if solution is None or rules is None:
        return Decision(closed)
    until = now + timedelta(days=rules.appeal_days)
    told = replace(closed, call=rules.version, solution=solution, appeals_until=until)
    return Decision(told, timers=(Timer(APPEALS_END, until),))


def appeals_ended(cohort: Cohort | None, now: datetime) -> Decision[Cohort]:
    """The days in which firms may appeal are over."""
    if cohort is None or cohort.appeals_ended_at is not None:
        return unchanged(cohort)
    return Decision(replace(cohort, appeals_ended_at=now))


def place_firm(
    cohort: Cohort, candidate: Candidate, place: Place, line: int, basis: Basis, now: datetime
) -> tuple[Decision[Candidate], Outcome]:
    """Tell one firm its place, the `line`th of the cohort's list, and propose a plan to one that is selected. With the
    record of it.
    """
    placement = selection.placement(candidate, place, cohort, basis)
    recorded = outcome(cohort.id, placement, line, basis.rules.version, now)
    return _placed(cohort, placement, basis, now), recorded


def suppose_place(
    cohort: Cohort, candidate: Candidate, place: Place, line: int, basis: Basis, now: datetime
) -> Outcome:
    """What a selection would say of a firm now. Nothing is decided."""
    placement = selection.placement(candidate, place, cohort, basis)
    return outcome(cohort.id, placement, line, basis.rules.version, now)


def _decided(cohort: Cohort | Refusal) -> Decision[Cohort] | Refused:
    return Decision(cohort) if isinstance(cohort, Cohort) else refused(cohort)


def _placed(cohort: Cohort, placement: Placement, basis: Basis, now: datetime) -> Decision[Candidate]:
    candidate = placement.candidate
    events = (published.placed(cohort.id, placement, basis.rules.version),)
    if not isinstance(placement, Selected):
        return Decision(candidate, events)
    return Decision(with_plan(cohort, candidate, basis.modules, now), events)


def with_plan(cohort: Cohort, candidate: Candidate, modules: Modules, now: datetime) -> Candidate:
    """The firm with a place, and a plan that is proposed at once."""
    gaps = () if candidate.diagnosis is None else candidate.diagnosis.gaps
    bankable = is_bankable(candidate.diagnosis, modules.bankable)
    plan = plans.propose(plans.plan_id(cohort.id, candidate.id), gaps, modules, bankable=bankable)
    return candidates.placed(candidate, cohort.id, changes.begun(plan, By("selection", now)), now)
