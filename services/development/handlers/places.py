"""Places of a cohort that firms leave, have again, or that another one takes."""

from dataclasses import replace
from datetime import datetime

from services.development.domain import cohort as cohorts
from services.development.domain import leaving, selection
from services.development.domain import outcome as outcomes
from services.development.domain.call import Contender
from services.development.domain.candidate import Candidate, PastPlan
from services.development.domain.cohort import Cohort
from services.development.domain.history import By
from services.development.domain.module import Modules
from services.development.domain.outcome import Outcome
from services.development.domain.place import DropOut, LeaverRole, Leaving, Reinstatement
from services.development.domain.reasons import Refusal
from services.development.domain.selection import Basis
from services.development.domain.waiting_list import WaitingList
from services.development.domain.why import LEFT_OUT
from services.development.handlers import published
from services.development.handlers.cohorts import with_plan
from services.development.handlers.plans import changed
from services.development.handlers.refusal import over_budget, refused
from shared.messaging.decision import Decision, Refused

Moved = tuple[Decision[Cohort], Decision[Candidate], Outcome]
"""What becomes of a place: of its cohort, its firm, and the firm's record in the cohort's list."""


def propose_drop_out(candidate: Candidate | None, reason: str, by: str, now: datetime) -> Decision[Candidate] | Refused:
    """An operator says that the firm leaves; another one decides."""
    if candidate is None:
        return refused("plan_not_found")
    return _decided(leaving.propose_drop_out(candidate, Leaving(reason, by, now)))


def keep_place(candidate: Candidate | None, by: str, now: datetime) -> Decision[Candidate] | Refused:
    """What was proposed is taken back."""
    if candidate is None:
        return refused("plan_not_found")
    return _decided(leaving.keep_place(candidate, by, now))


def drop_out(
    cohort: Cohort | None,
    candidate: Candidate | None,
    said: Outcome | None,
    reason: str,
    by: str,
    role: LeaverRole,
    now: datetime,
) -> Moved | Refused:
    """The firm gives its place back; its plan is kept as it is."""
    if candidate is None or cohort is None or said is None:
        return refused("plan_not_found")
    after = leaving.drop_out(candidate, reason, by, role, now)
    if not isinstance(after, Candidate):
        return refused(after)
    told = published.dropped_out(candidate.id, after.past_plans[-1])
    free = DropOut(candidate.id, reason, by, now, role=role, proposed=candidate.leaving)
    freed = cohorts.with_drop_out(cohort, free)
    return Decision(freed), Decision(after, (told,)), outcomes.dropped_out(said, now)


def reinstate(
    cohort: Cohort | None,
    candidate: Candidate | None,
    said: Outcome | None,
    back: Reinstatement,
    modules: Modules,
    line: WaitingList,
) -> Moved | Refused:
    """The firm has its place and its plan again, while nobody else has the place or was promised it, and the budget
    pays for it.

    The plan catches up with what was said while the firm was out.
    """
    if cohort is None:
        return refused("cohort_not_found")
    if candidate is None or said is None:
        return refused("drop_out_not_found")
    kept = cohorts.with_reinstatement(cohort, candidate.id, back)
    if not isinstance(kept, Cohort):
        return refused(kept)
    past = leaving.left_plan(candidate, cohort.id)
    if not isinstance(past, PastPlan):
        return refused(past)
    if len(line.holders) + len(line.promised) >= cohort.capacity:
        return refused("place_promised")
    if not line.pays(more := past.plan.cost_to - past.plan.spent):
        return over_budget(more, line)
    plan = leaving.caught_up(past, candidate.diagnosis, modules, back.at)
    caught_up = changed(leaving.came_back(candidate, past), plan, By("operator", back.at, back.by, back.reason))
    first = published.reinstated(candidate.id, past, back.at)
    return Decision(kept), replace(caught_up, events=(*first, *caught_up.events)), outcomes.reinstated(said, back.at)


def may_replace(cohort: Cohort | None, holders: int, by: str) -> DropOut | Refused | None:
    """The place that an operator may give to the next one; None: one that nobody had yet."""
    if cohort is None:
        return refused("cohort_not_found")
    free = cohorts.free_place(cohort, holders, by)
    return free if free is None or isinstance(free, DropOut) else refused(free)


def waiting(candidate: Candidate, cohort: Cohort, basis: Basis) -> Contender | None:
    """A firm that waits for a place, as it is now, as its plan will be; None: it would take no place, by the conditions
    of its call.
    """
    return selection.standing(candidate, cohort, basis).contender if candidate.awaits_selection else None


def take_place(
    cohort: Cohort,
    free: DropOut | None,
    candidate: Candidate,
    said: Outcome,
    by: str,
    modules: Modules,
    now: datetime,
) -> Moved:
    """The next one has the place. Its outcome says so, with the score that it was ranked by."""
    reasons = ("place_freed", *(reason for reason in said.reasons if reason not in LEFT_OUT.values()))
    recorded = replace(said, selected=True, reasons=reasons, decided_at=now)
    told = published.placed_later(recorded)
    taken = cohorts.with_replacement(cohort, free, candidate.id, by)
    return Decision(taken), Decision(with_plan(cohort, candidate, modules, now), (told,)), recorded


def _decided(candidate: Candidate | Refusal) -> Decision[Candidate] | Refused:
    return Decision(candidate) if isinstance(candidate, Candidate) else refused(candidate)
