"""A supplier as this stage knows it: one row, filled by whichever stage speaks first."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal
from uuid import UUID

from services.development.domain.diagnosis import Diagnosis
from services.development.domain.plan import Plan
from services.development.domain.reasons import Refusal

ListState = Literal["not_listed", "presumed", "definitive", "disproved", "favourable_ruling"]
TaxOpinion = Literal[
    "positive", "negative", "negative_with_plan", "in_suspension", "registered_without_obligations", "unknown"
]


@dataclass(frozen=True, slots=True)
class Standing:
    """What the tax authority's lists say: articles 69-B and 32-D of the Código Fiscal."""

    list_69b: ListState
    tax_opinion: TaxOpinion


@dataclass(frozen=True, slots=True)
class Match:
    """One requirement that the firm meets. Score in basis points."""

    requirement_id: UUID
    score: int
    blocked_by: tuple[str, ...] = ()
    """Questions with an open critical gap: the anchor does not meet the firm before they close."""
    standing: str = "found"
    """What the anchor's buyer said of it last."""


@dataclass(frozen=True, slots=True)
class Referral:
    """One referral to a financing partner, and how it stands."""

    referral_id: UUID
    partner: str
    product: str
    state: str


@dataclass(frozen=True, slots=True)
class PastPlan:
    """A plan of a cohort before, as it was when it ended."""

    cohort_id: UUID
    plan: Plan
    ended: Literal["another_cohort", "dropped_out"]
    reason: str
    """Of a firm that dropped out."""
    ended_at: datetime


@dataclass(frozen=True, slots=True)
class Candidate:
    """All that emits on the supplier's stream is in this one aggregate: one lock, so one order of events."""

    id: UUID
    """The supplier's id."""
    folio: str | None = None
    legal_name: str | None = None
    """Of legal persons only."""
    standing: Standing | None = None
    """None: the registration has not arrived here yet."""
    withdrawn: bool = False
    matches: tuple[Match, ...] = ()
    """By requirement id."""
    diagnosis: Diagnosis | None = None
    referrals: tuple[Referral, ...] = ()
    """By referral id."""
    cohort_id: UUID | None = None
    """The cohort that selected the firm."""
    plan: Plan | None = None
    mentor: str | None = None
    """Subject of whoever alone completes its activities; an operator assigns them."""
    past_plans: tuple[PastPlan, ...] = ()
    """Of cohorts before, in order."""

    @property
    def awaits_selection(self) -> bool:
        """Diagnosed firms without a place take part in a selection, and those that finished a plan with gaps open."""
        if self.diagnosis is None:
            return False
        finished = self.plan is not None and self.plan.status == "completed"
        return self.cohort_id is None or (finished and bool(self.diagnosis.gaps))

    @property
    def best_match(self) -> Match | None:
        """The highest score of those that no anchor declined; of equal ones the lowest requirement id."""
        wanted = (match for match in self.matches if match.standing != "declined")
        return min(wanted, key=lambda match: (-match.score, match.requirement_id), default=None)


def with_match(candidate: Candidate, match: Match) -> Candidate:
    others = _without_match(candidate, match.requirement_id)
    return replace(candidate, matches=tuple(sorted((*others, match), key=lambda each: each.requirement_id)))


def with_answer(candidate: Candidate, requirement_id: UUID, standing: str) -> Candidate:
    """The firm with what a buyer said of one of its matches; of one that it does not have, as it was."""
    return replace(
        candidate,
        matches=tuple(
            replace(match, standing=standing) if match.requirement_id == requirement_id else match
            for match in candidate.matches
        ),
    )


def without_match(candidate: Candidate, requirement_id: UUID) -> Candidate:
    return replace(candidate, matches=_without_match(candidate, requirement_id))


def _without_match(candidate: Candidate, requirement_id: UUID) -> tuple[Match, ...]:
    return tuple(match for match in candidate.matches if match.requirement_id != requirement_id)


def with_referral(candidate: Candidate, referral: Referral) -> Candidate:
    others = (each for each in candidate.referrals if each.referral_id != referral.referral_id)
    return replace(candidate, referrals=tuple(sorted((*others, referral), key=lambda each: each.referral_id)))


def assigned(candidate: Candidate, mentor: str | None, by: str) -> Candidate | Refusal:
    """The firm with another mentor, or with none."""
    return "assigned_themselves" if mentor == by else replace(candidate, mentor=mentor)


def not_mentor(candidate: Candidate, subject: str) -> Refusal | None:
    """What keeps somebody from an act of the firm's mentor, if anything."""
    if candidate.mentor is None:
        return "mentor_unassigned"
    return None if candidate.mentor == subject else "not_assigned"


def placed(candidate: Candidate, cohort_id: UUID, plan: Plan, now: datetime) -> Candidate:
    """The firm with a place and its new plan. A plan that it had is kept."""
    past = candidate.past_plans
    if candidate.plan is not None and candidate.cohort_id is not None:
        past = (*past, PastPlan(candidate.cohort_id, candidate.plan, "another_cohort", "", now))
    return replace(candidate, cohort_id=cohort_id, plan=plan, past_plans=past)


def dropped_out(candidate: Candidate, reason: str, now: datetime) -> Candidate | Refusal:
    """The firm without its place, which it may contend for again; its plan is kept as it is."""
    if candidate.plan is None or candidate.cohort_id is None:
        return "plan_not_found"
    if candidate.plan.status == "completed":
        return "plan_already_completed"
    ended = PastPlan(candidate.cohort_id, candidate.plan, "dropped_out", reason, now)
    return replace(candidate, cohort_id=None, plan=None, mentor=None, past_plans=(*candidate.past_plans, ended))
