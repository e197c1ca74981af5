"""How a firm leaves its cohort, and comes back to it."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from services.development.domain.bankable import is_bankable
from services.development.domain.candidate import Candidate, PastPlan, at_point, ended, leavings_without
from services.development.domain.delivery import mended
from services.development.domain.diagnosis import Diagnosis
from services.development.domain.effect import unmarked
from services.development.domain.module import Modules
from services.development.domain.place import PLACE, LeaverRole, Leaving
from services.development.domain.plan import Plan
from services.development.domain.reasons import Refusal
from services.development.domain.revision import followed
from shared.four_eyes import Participants


def propose_drop_out(candidate: Candidate, said: Leaving) -> Candidate | Refusal:
    """An operator says that the firm leaves. It has its place until another one does it."""
    if refusal := _no_plan_under_way(candidate):
        return refusal
    if PLACE.after(candidate.place, "propose drop-out") is None:
        return "drop_out_already_proposed"
    return replace(candidate, leavings=(*candidate.leavings, said))


def keep_place(candidate: Candidate, by: str, now: datetime) -> Candidate | Refusal:
    """What was proposed is taken back, and stays on record."""
    if PLACE.after(candidate.place, "keep") is None:
        return "drop_out_not_proposed"
    return replace(candidate, leavings=leavings_without(candidate, by, now))


def drop_out(candidate: Candidate, reason: str, by: str, role: LeaverRole, now: datetime) -> Candidate | Refusal:
    """The firm without its place, which it may contend for again; its plan is kept as it is.

    A place is the firm's: it gives it back by itself, or two operators say so.
    """
    if refusal := _no_plan_under_way(candidate):
        return refusal
    if role == "operator":
        if candidate.leaving is None:
            return "drop_out_not_proposed"
        if not Participants((candidate.leaving.by,)).may_approve(by):
            return "same_person"
    past = ended(candidate, "dropped_out", reason, now)
    before = candidate.leavings[:-1] if candidate.leaving else candidate.leavings
    left = at_point(candidate, "T1", now, retained=False)
    return replace(left, cohort_id=None, plan=None, mentor=None, leavings=before, past_plans=past)


def left_plan(candidate: Candidate, cohort_id: UUID) -> PastPlan | Refusal:
    """The plan that the firm had when it last dropped out of this cohort, if it may have it again."""
    if candidate.withdrawn:
        return "supplier_withdrawn"
    if candidate.cohort_id is not None:
        return "candidate_already_selected"
    left = (each for each in reversed(candidate.past_plans) if each.ended == "dropped_out")
    return next((each for each in left if each.cohort_id == cohort_id), "drop_out_not_found")


def came_back(candidate: Candidate, past: PastPlan) -> Candidate:
    """The firm with the place, the plan and the mentor that it had."""
    others = tuple(each for each in candidate.past_plans if each is not past)
    effect = unmarked(candidate.effect, past.cohort_id, "T1")
    back = replace(candidate, cohort_id=past.cohort_id, plan=past.plan, mentor=past.mentor, past_plans=others)
    return replace(back, effect=effect)


def caught_up(past: PastPlan, diagnosis: Diagnosis | None, modules: Modules, now: datetime) -> Plan:
    """The plan as it would be, had the firm not been away: evidence was returned meanwhile, gaps came and went."""
    gaps, bankable = () if diagnosis is None else diagnosis.gaps, is_bankable(diagnosis, modules.bankable)
    return followed(mended(past.plan), past.gaps or (), gaps, modules, now, bankable=bankable)


def _no_plan_under_way(candidate: Candidate) -> Refusal | None:
    if candidate.plan is None or PLACE.after(candidate.place, "drop out") is None:
        return "plan_not_found"
    return "plan_already_completed" if candidate.plan.status == "completed" else None
