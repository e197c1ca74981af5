"""Cohorts, an operator's word on one firm, and the selection of all."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from services.development.domain import cohort as cohorts
from services.development.domain import plan as plans
from services.development.domain.candidate import Candidate
from services.development.domain.cohort import Cohort, Override, PastOverride
from services.development.domain.conditions import SelectionRules
from services.development.domain.module import Modules
from services.development.domain.outcome import Outcome, outcome
from services.development.domain.reasons import Refusal
from services.development.domain.selection import Placement, Selected, select
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
    if candidate.cohort_id not in (None, cohort.id):
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


@dataclass(frozen=True, slots=True)
class SelectionDecision:
    """One selection: a decision on the cohort, on every candidate and on the record of each outcome, by id."""

    cohort: Decision[Cohort]
    candidates: Mapping[UUID, Decision[Candidate]]
    outcomes: Mapping[UUID, Decision[Outcome]]


def select_cohort(
    cohort: Cohort | None, by: str, pool: Iterable[Candidate], rules: SelectionRules, modules: Modules, now: datetime
) -> SelectionDecision | Refused:
    """Decide every candidate at once, and propose a plan to each firm that has a place. `by`: who selects."""
    if cohort is None:
        return refused("cohort_not_found")
    closed = cohorts.close(cohort, by, now)
    if not isinstance(closed, Cohort):
        return refused(closed)
    placements = select(pool, cohort, rules, modules)
    return SelectionDecision(
        Decision(closed),
        {each.candidate.id: _placed(cohort, each, rules, modules) for each in placements},
        {line.id: Decision(line) for line in _lines(cohort, placements, rules, now)},
    )


def rank_cohort(
    cohort: Cohort, pool: Iterable[Candidate], rules: SelectionRules, modules: Modules, now: datetime
) -> tuple[Outcome, ...]:
    """What a selection would say now. Nothing is decided."""
    return _lines(cohort, select(pool, cohort, rules, modules), rules, now)


def _decided(cohort: Cohort | Refusal) -> Decision[Cohort] | Refused:
    return Decision(cohort) if isinstance(cohort, Cohort) else refused(cohort)


def _lines(
    cohort: Cohort, placements: Iterable[Placement], rules: SelectionRules, now: datetime
) -> tuple[Outcome, ...]:
    return tuple(outcome(cohort.id, each, line, rules.version, now) for line, each in enumerate(placements, 1))


def _placed(cohort: Cohort, placement: Placement, rules: SelectionRules, modules: Modules) -> Decision[Candidate]:
    candidate = placement.candidate
    events = (published.placed(cohort.id, placement, rules.version),)
    if not isinstance(placement, Selected):
        return Decision(candidate, events)
    gaps = () if candidate.diagnosis is None else candidate.diagnosis.gaps
    plan = plans.propose(plans.plan_id(cohort.id, candidate.id), gaps, modules)
    return Decision(replace(candidate, cohort_id=cohort.id, plan=plan), events)
