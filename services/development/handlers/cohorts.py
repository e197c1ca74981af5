"""Cohorts, an operator's word on one firm, and what a selection says of each."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from services.development.domain import candidate as candidates
from services.development.domain import cohort as cohorts
from services.development.domain import plan as plans
from services.development.domain import selection
from services.development.domain.candidate import Candidate
from services.development.domain.cohort import Cohort, DropOut, Override, PastOverride
from services.development.domain.conditions import SelectionRules
from services.development.domain.module import Modules
from services.development.domain.outcome import Outcome, outcome
from services.development.domain.reasons import Refusal
from services.development.domain.selection import Place, Placement, Selected
from services.development.handlers import published
from services.development.handlers.refusal import refused
from shared.messaging.decision import Decision, Refused


def open_cohort(cohort_id: UUID, name: str, capacity: int, now: datetime) -> Decision[Cohort]:
    """A new round of selection."""
    return Decision(Cohort(cohort_id, name, capacity, now))


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


def close_cohort(cohort: Cohort | None, by: str, now: datetime) -> Decision[Cohort] | Refused:
    """The cohort's selection is made. `by`: who selects."""
    if cohort is None:
        return refused("cohort_not_found")
    return _decided(cohorts.close(cohort, by, now))


def place_firm(
    cohort: Cohort,
    candidate: Candidate,
    place: Place,
    line: int,
    rules: SelectionRules,
    modules: Modules,
    now: datetime,
) -> tuple[Decision[Candidate], Outcome]:
    """Tell one firm its place, the `line`th of the cohort's list, and propose a plan to one that is selected. With the
    record of it.
    """
    placement = selection.placement(candidate, place, cohort, rules, modules)
    return _placed(cohort, placement, rules, modules, now), outcome(cohort.id, placement, line, rules.version, now)


def drop_out(
    cohort: Cohort | None, candidate: Candidate | None, reason: str, by: str, now: datetime
) -> tuple[Decision[Cohort], Decision[Candidate]] | Refused:
    """The firm gives its place back; its plan is kept as it is."""
    if candidate is None or cohort is None:
        return refused("plan_not_found")
    after = candidates.dropped_out(candidate, reason, now)
    if not isinstance(after, Candidate):
        return refused(after)
    told = published.dropped_out(candidate.id, after.past_plans[-1])
    free = DropOut(candidate.id, reason, by, now)
    return Decision(cohorts.with_drop_out(cohort, free)), Decision(after, (told,))


def may_replace(cohort: Cohort | None, by: str) -> DropOut | Refused:
    """The place that an operator may give to the next in rank."""
    if cohort is None:
        return refused("cohort_not_found")
    free = cohorts.free_place(cohort, by)
    return free if isinstance(free, DropOut) else refused(free)


def still_contends(candidate: Candidate, cohort: Cohort, rules: SelectionRules, modules: Modules) -> bool:
    """Whether a firm that only capacity kept out would take a place now: by the same conditions, as it is now."""
    return candidate.awaits_selection and selection.standing(candidate, cohort, rules, modules).contends


def take_place(
    cohort: Cohort, free: DropOut, candidate: Candidate, said: Outcome, by: str, modules: Modules, now: datetime
) -> tuple[Decision[Cohort], Decision[Candidate], Outcome]:
    """The next in rank has the place. Its outcome says so, with the score that it was ranked by."""
    reasons = ("place_freed", *(reason for reason in said.reasons if reason != "capacity_full"))
    recorded = replace(said, selected=True, reasons=reasons, decided_at=now)
    told = published.placed_later(recorded)
    taken = cohorts.with_replacement(cohort, free, candidate.id, by)
    return Decision(taken), Decision(_with_plan(cohort, candidate, modules, now), (told,)), recorded


def suppose_place(
    cohort: Cohort,
    candidate: Candidate,
    place: Place,
    line: int,
    rules: SelectionRules,
    modules: Modules,
    now: datetime,
) -> Outcome:
    """What a selection would say of a firm now. Nothing is decided."""
    placement = selection.placement(candidate, place, cohort, rules, modules)
    return outcome(cohort.id, placement, line, rules.version, now)


def _decided(cohort: Cohort | Refusal) -> Decision[Cohort] | Refused:
    return Decision(cohort) if isinstance(cohort, Cohort) else refused(cohort)


def _placed(
    cohort: Cohort, placement: Placement, rules: SelectionRules, modules: Modules, now: datetime
) -> Decision[Candidate]:
    candidate = placement.candidate
    events = (published.placed(cohort.id, placement, rules.version),)
    if not isinstance(placement, Selected):
        return Decision(candidate, events)
    return Decision(_with_plan(cohort, candidate, modules, now), events)


def _with_plan(cohort: Cohort, candidate: Candidate, modules: Modules, now: datetime) -> Candidate:
    gaps = () if candidate.diagnosis is None else candidate.diagnosis.gaps
    plan = plans.propose(plans.plan_id(cohort.id, candidate.id), gaps, modules)
    return candidates.placed(candidate, cohort.id, plan, now)
