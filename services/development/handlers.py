"""What this stage decides: one pure function per event and per command."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from services.development import published
from services.development.domain import candidate as candidates
from services.development.domain import cohort as cohorts
from services.development.domain import plan as plans
from services.development.domain.candidate import Candidate, Match, Referral, Standing
from services.development.domain.cohort import Cohort, Override
from services.development.domain.conditions import SelectionRules
from services.development.domain.diagnosis import COMMITMENT, Diagnosis, Gap, newer
from services.development.domain.module import Modules
from services.development.domain.outcome import Outcome, outcome
from services.development.domain.plan import Evidence, Plan
from services.development.domain.reasons import REFUSALS, Refusal
from services.development.domain.requirement import Requirement
from services.development.domain.selection import Placement, Selected, select
from shared.contracts.diagnosis import DiagnosisCompleted, GapRescored, Result
from shared.contracts.event import EventData
from shared.contracts.financing import ReferralAnswered, ReferralLapsed, ReferralSent
from shared.contracts.matching import MatchFound, MatchLost, RequirementChanged, RequirementPublished
from shared.contracts.registration import SupplierChanged, SupplierRegistered, SupplierWithdrawn
from shared.messaging.decision import Decision, Refused

# --- what other stages tell -------------------------------------------------------------------------------------------


def supplier_described(
    state: Candidate | None, event: SupplierRegistered | SupplierChanged, _: datetime
) -> Decision[Candidate]:
    described = replace(
        _known(state, event.supplier_id),
        folio=event.folio,
        legal_name=event.legal_name,
        standing=Standing(event.screening.list_69b, event.screening.tax_opinion),
    )
    return Decision(described)


def supplier_withdrawn(state: Candidate | None, event: SupplierWithdrawn, _: datetime) -> Decision[Candidate]:
    """For good: a firm that comes back registers under another id."""
    return Decision(replace(_known(state, event.supplier_id), withdrawn=True))


def match_found(state: Candidate | None, event: MatchFound, _: datetime) -> Decision[Candidate]:
    match = Match(event.requirement_id, event.score, event.blocked_by)
    return Decision(candidates.with_match(_known(state, event.supplier_id), match))


def match_lost(state: Candidate | None, event: MatchLost, _: datetime) -> Decision[Candidate]:
    return Decision(candidates.without_match(_known(state, event.supplier_id), event.requirement_id))


def diagnosis_completed(
    state: Candidate | None, event: DiagnosisCompleted, _: datetime, modules: Modules
) -> Decision[Candidate]:
    learned = _diagnosis(event.diagnosis_id, event.version, event.result, event.levels.get(COMMITMENT))
    return Decision(_diagnosed(_known(state, event.supplier_id), learned, modules))


def gap_rescored(state: Candidate | None, event: GapRescored, _: datetime, modules: Modules) -> Decision[Candidate]:
    candidate = _known(state, event.supplier_id)
    commitment = None if candidate.diagnosis is None else candidate.diagnosis.commitment
    if event.question == COMMITMENT:
        commitment = event.level_after
    learned = _diagnosis(event.diagnosis_id, event.version, event.result, commitment)
    return Decision(_diagnosed(candidate, learned, modules))


def referral_sent(state: Candidate | None, event: ReferralSent, _: datetime) -> Decision[Candidate]:
    return Decision(_referred(state, event, "sent"))


def referral_answered(state: Candidate | None, event: ReferralAnswered, _: datetime) -> Decision[Candidate]:
    return Decision(_referred(state, event, event.state))


def referral_lapsed(state: Candidate | None, event: ReferralLapsed, _: datetime) -> Decision[Candidate]:
    return Decision(_referred(state, event, "lapsed"))


def requirement_described(
    _: Requirement | None, event: RequirementPublished | RequirementChanged, __: datetime
) -> Decision[Requirement]:
    return Decision(Requirement(event.requirement_id, event.specification.area, event.specification.title))


# --- what operators command -------------------------------------------------------------------------------------------


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


def take_back_override(cohort: Cohort | None, supplier_id: UUID) -> Decision[Cohort] | Refused:
    """The firm is judged by the rule alone again."""
    if cohort is None:
        return refused("cohort_not_found")
    return _decided(cohorts.without_override(cohort, supplier_id))


@dataclass(frozen=True, slots=True)
class SelectionDecision:
    """One selection: a decision on the cohort, on every candidate and on the record of each outcome, by id."""

    cohort: Decision[Cohort]
    candidates: Mapping[UUID, Decision[Candidate]]
    outcomes: Mapping[UUID, Decision[Outcome]]


def select_cohort(
    cohort: Cohort | None, pool: Iterable[Candidate], rules: SelectionRules, modules: Modules, now: datetime
) -> SelectionDecision | Refused:
    """Decide every candidate at once, and propose a plan to each firm that has a place."""
    if cohort is None:
        return refused("cohort_not_found")
    closed = cohorts.close(cohort, now)
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


# --- what firms and mentors command -----------------------------------------------------------------------------------


def agree_plan(state: Candidate | None, seen: Collection[UUID] | None, now: datetime) -> Decision[Candidate] | Refused:
    """Firm and program agree on the proposed plan."""
    return _change_plan(state, lambda plan: plans.agree(plan, seen, now))


def complete_activity(
    state: Candidate | None, activity_id: UUID, evidence: Evidence, now: datetime
) -> Decision[Candidate] | Refused:
    """A mentor records the deliverable. The gap stays open until diagnosis scores it again."""
    return _change_plan(state, lambda plan: plans.complete_activity(plan, activity_id, evidence, now))


# --- shared steps -----------------------------------------------------------------------------------------------------


def refused(code: Refusal) -> Refused:
    kind, detail = REFUSALS[code]
    return Refused(kind, code, detail)


def _decided(cohort: Cohort | Refusal) -> Decision[Cohort] | Refused:
    return Decision(cohort) if isinstance(cohort, Cohort) else refused(cohort)


def _known(state: Candidate | None, supplier_id: UUID) -> Candidate:
    """The row is made by whichever event comes first."""
    return state or Candidate(supplier_id)


def _diagnosis(diagnosis_id: UUID, version: int, result: Result, commitment: int | None) -> Diagnosis:
    gaps = tuple(Gap(gap.question, gap.severity, gap.level, gap.target) for gap in result.gaps)
    return Diagnosis(diagnosis_id, version, result.overall, result.grade, result.band, commitment, gaps)


def _diagnosed(candidate: Candidate, learned: Diagnosis, modules: Modules) -> Candidate:
    """A plan that nobody agreed on yet follows the diagnosis; an agreed one stands."""
    diagnosis = newer(candidate.diagnosis, learned)
    plan = candidate.plan
    if plan is not None and plan.status == "proposed":
        plan = plans.propose(plan.plan_id, diagnosis.gaps, modules)
    return replace(candidate, diagnosis=diagnosis, plan=plan)


def _referred(
    state: Candidate | None, event: ReferralSent | ReferralAnswered | ReferralLapsed, referral_state: str
) -> Candidate:
    candidate = _known(state, event.supplier_id)
    known = any(each.referral_id == event.referral_id for each in candidate.referrals)
    if known and isinstance(event, ReferralSent):
        return candidate
    referral = Referral(event.referral_id, event.partner, event.product, referral_state)
    return candidates.with_referral(candidate, referral)


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


def _change_plan(state: Candidate | None, change: Callable[[Plan], Plan | Refusal]) -> Decision[Candidate] | Refused:
    if state is None or state.plan is None or state.cohort_id is None:
        return refused("plan_not_found")
    if state.withdrawn:
        return refused("supplier_withdrawn")
    plan = change(state.plan)
    if not isinstance(plan, Plan):
        return refused(plan)
    return Decision(replace(state, plan=plan), tuple(_happened(state, state.cohort_id, state.plan, plan)))


def _happened(candidate: Candidate, cohort_id: UUID, before: Plan, after: Plan) -> Iterator[EventData]:
    if before.status == "proposed" and after.status != "proposed":
        yield published.agreed(candidate.id, cohort_id, after)
    for was, activity in zip(before.activities, after.activities, strict=True):
        if was.completion is None and activity.completion is not None:
            yield published.activity_completed(candidate.id, cohort_id, after, activity, activity.completion)
    if before.status != "completed" and after.status == "completed":
        open_gaps = () if candidate.diagnosis is None else candidate.diagnosis.gap_questions
        yield published.completed(candidate.id, cohort_id, after, open_gaps)
