"""A supplier as this stage knows it: one row, filled by whichever stage speaks first."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal
from uuid import UUID

from services.development.domain.delivery import recorded
from services.development.domain.diagnosis import Diagnosis, Gap
from services.development.domain.effect import Effect, Point, marked, unmarked
from services.development.domain.evidence import Verdict
from services.development.domain.place import Leaving, PlaceStatus
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
    looked_up: bool = False
    """False: in no list yet, whatever `list_69b` says, or told before this was kept."""


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
    questions: tuple[str, ...] = ()
    """What its refusal points back to, as far as the firm agreed to have its plan address it."""


@dataclass(frozen=True, slots=True, order=True)
class Awaited:
    """Evidence on which an activity was completed, and one question that it was given for."""

    question: str
    evidence_id: UUID


Ended = Literal["another_cohort", "dropped_out"]


@dataclass(frozen=True, slots=True)
class PastPlan:
    """A plan of a cohort before, as it was when it ended. What is said of its evidence later is added."""

    cohort_id: UUID
    plan: Plan
    ended: Ended
    reason: str
    """Of a firm that dropped out."""
    ended_at: datetime
    gaps: tuple[Gap, ...] | None = None
    """Those that were open when it ended; None: it ended before that was kept."""
    referrals: tuple[Referral, ...] = ()
    mentor: str | None = None


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
    assessor: str | None = None
    """The mark of whoever scores its evidence (`shared/four_eyes.py`), as diagnosis told."""
    past_plans: tuple[PastPlan, ...] = ()
    """Of cohorts before, in order."""
    leavings: tuple[Leaving, ...] = ()
    """What operators proposed, in order: the last one may wait for another operator; the others were taken back."""
    awaited: tuple[Awaited, ...] = ()
    """Of activities that were completed, in any plan: that about which no assessor has said anything since."""
    effect: Effect = field(default_factory=Effect)
    """How it stood when it had a place, and at the end."""
    unscored: tuple[str, ...] = ()
    """Questions that waited for an assessor before each evidence was told apart. None is added any more."""
    state: str | None = None
    """Where its main plant is: the federal entity's two digits; None: not told yet."""

    @property
    def leaving(self) -> Leaving | None:
        """What waits for another operator."""
        last = self.leavings[-1] if self.leavings else None
        return last if last is not None and last.taken_back_at is None else None

    @property
    def place(self) -> PlaceStatus:
        """`free`: it has none."""
        if self.cohort_id is None:
            return "free"
        return "taken" if self.leaving is None else "leaving"

    @property
    def awaits_verdict(self) -> bool:
        """Whether evidence of a gap that is open still waits for an assessor."""
        waiting = {*self.unscored, *(each.question for each in self.awaited)}
        return self.diagnosis is not None and not waiting.isdisjoint(self.diagnosis.gap_questions)

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


def refused(candidate: Candidate) -> tuple[str, ...]:
    """Practices that partners' refusals point back to, each once."""
    declined = (each for each in candidate.referrals if each.state == "declined")
    return tuple(sorted({question for each in declined for question in each.questions}))


def without_refusals(candidate: Candidate, partner: str) -> Candidate:
    """The firm took its consent to a partner back: what its refusals point back to is forgotten, of past plans too."""
    return _without_practices(candidate, lambda each: each.partner == partner)


def without_refusal(candidate: Candidate, referral_id: UUID) -> Candidate:
    """The same of one referral, whose reason is erased."""
    return _without_practices(candidate, lambda each: each.referral_id == referral_id)


def _without_practices(candidate: Candidate, of: Callable[[Referral], bool]) -> Candidate:
    def bare(referrals: tuple[Referral, ...]) -> tuple[Referral, ...]:
        return tuple(replace(each, questions=()) if of(each) else each for each in referrals)

    past = tuple(replace(each, referrals=bare(each.referrals)) for each in candidate.past_plans)
    return replace(candidate, referrals=bare(candidate.referrals), past_plans=past)


def assigned(candidate: Candidate, mentor: str | None, by: str) -> Candidate | Refusal:
    """The firm with another mentor, or with none."""
    return "assigned_themselves" if mentor == by else replace(candidate, mentor=mentor)


def not_mentor(candidate: Candidate, subject: str | None) -> Refusal | None:
    """What keeps somebody from an act of the firm's mentor, if anything."""
    if candidate.mentor is None:
        return "mentor_unassigned"
    return None if candidate.mentor == subject else "not_assigned"


def ended(candidate: Candidate, how: Ended, reason: str, now: datetime) -> tuple[PastPlan, ...]:
    """The firm's past plans, the one that ends now as it is at this moment."""
    if candidate.plan is None or candidate.cohort_id is None:
        return candidate.past_plans
    gaps = None if candidate.diagnosis is None else candidate.diagnosis.gaps
    past = PastPlan(candidate.cohort_id, candidate.plan, how, reason, now, gaps, candidate.referrals, candidate.mentor)
    return (*candidate.past_plans, past)


def placed(candidate: Candidate, cohort_id: UUID, plan: Plan, now: datetime) -> Candidate:
    """The firm with a place and its new plan. A plan that it had is kept."""
    past = ended(candidate, "another_cohort", "", now)
    leavings = leavings_without(candidate, None, now)
    after = replace(candidate, cohort_id=cohort_id, plan=plan, past_plans=past, leavings=leavings)
    return at_point(after, "T0", now)


def at_point(candidate: Candidate, point: Point, now: datetime, *, retained: bool = True) -> Candidate:
    """The firm with how it stands now on record, as of one point of its cohort."""
    if candidate.cohort_id is None:
        return candidate
    after = marked(candidate.effect, candidate.cohort_id, point, candidate.diagnosis, now, retained=retained)
    return replace(candidate, effect=after)


def under_way_again(candidate: Candidate, now: datetime) -> Candidate:
    """The firm whose plan is not done after all: its end has not come, or it left before that."""
    if candidate.cohort_id is None:
        return candidate
    if candidate.withdrawn:
        return at_point(candidate, "T1", now, retained=False)
    return replace(candidate, effect=unmarked(candidate.effect, candidate.cohort_id, "T1"))


def leavings_without(candidate: Candidate, by: str | None, now: datetime) -> tuple[Leaving, ...]:
    """What was proposed, nothing of it waiting any more."""
    if candidate.leaving is None:
        return candidate.leavings
    return (*candidate.leavings[:-1], replace(candidate.leaving, taken_back_by=by, taken_back_at=now))


def with_late_verdict(candidate: Candidate, evidence_id: UUID, verdict: Verdict) -> Candidate:
    """The firm with what an assessor said of a past plan's evidence: a fact, for when the firm comes back to it."""
    past = tuple(replace(each, plan=recorded(each.plan, evidence_id, verdict)) for each in candidate.past_plans)
    return candidate if past == candidate.past_plans else replace(candidate, past_plans=past)


def with_done(candidate: Candidate, done: Collection[Awaited], taken_back: Collection[Awaited]) -> Candidate:
    """The firm whose activities were completed on this evidence, or are not completed on it any more."""
    awaited = {*candidate.awaited, *done}.difference(taken_back)
    over = {each.question for each in taken_back}
    return replace(candidate, awaited=tuple(sorted(awaited)), unscored=_without(candidate.unscored, over))


def with_validated(candidate: Candidate) -> Candidate:
    """The firm once an expert gave a level to every question."""
    return replace(candidate, awaited=(), unscored=())


def with_scored(candidate: Candidate, question: str, evidence_id: UUID | None) -> Candidate:
    """The firm once an assessor scored a question: on one evidence, whatever else there is, or on all that they saw."""
    awaited = tuple(
        each
        for each in candidate.awaited
        if each.question != question or (evidence_id is not None and each.evidence_id != evidence_id)
    )
    return replace(candidate, awaited=awaited, unscored=_without(candidate.unscored, (question,)))


def _without(questions: tuple[str, ...], over: Collection[str]) -> tuple[str, ...]:
    return tuple(code for code in questions if code not in over)
