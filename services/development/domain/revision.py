"""What changes in a plan after its agreement: proposed, then agreed by the firm and its mentor.

More is proposed for gaps that came later, by the rules; less by one of the two, with a reason.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID

from services.development.domain.activity import Activity
from services.development.domain.delivery import planned_activity
from services.development.domain.diagnosis import Gap
from services.development.domain.evidence import AuthorRole
from services.development.domain.module import Module, Modules
from services.development.domain.needed import needed
from services.development.domain.plan import (
    PLAN,
    Agreement,
    Plan,
    PlanStatus,
    Revision,
    added_id,
    completed_if_done,
    proposed_anew,
)
from services.development.domain.reasons import Refusal
from services.development.domain.removal import Removal, SettledRemoval, TakenBack

CLOSED: Final = 5
"""Above every level: the question had no gap."""


def followed(
    plan: Plan,
    before: Collection[Gap],
    gaps: Collection[Gap],
    catalogue: Modules,
    now: datetime,
    *,
    bankable: bool,
) -> Plan:
    """The plan as these gaps ask: one that was not agreed by both is proposed anew, to another a revision is."""
    if plan.status == "proposed":
        return proposed_anew(plan, gaps, catalogue, bankable=bankable)
    return revised(plan, before, gaps, catalogue, now, bankable=bankable)


def revised(
    plan: Plan,
    before: Collection[Gap],
    gaps: Collection[Gap],
    catalogue: Modules,
    now: datetime,
    *,
    bankable: bool,
) -> Plan:
    """The plan with what is proposed for the gaps that it does not know, or that fell since they were worked on.

    `before`: the gaps until now. Agreements on another proposal are void. Where nothing is proposed any more and all is
    done, the plan is completed.
    """
    plan = _remembered(plan, before)
    known = set(plan.questions) - _fallen(plan, gaps)
    new = tuple(gap for gap in gaps if gap.question not in known)
    number = plan.revisions + 1
    modules = needed(new, catalogue, bankable=bankable or _makes_bankable(plan, catalogue))
    activities = tuple(_addition(plan, module, new, number) for module in modules)
    proposed = Revision(number, activities, catalogue.version, removals=_removals(plan))
    if proposed.is_empty:
        return completed_if_done(replace(plan, revision=None), now)
    if plan.revision is not None and proposed == replace(plan.revision, firm=None, mentor=None):
        return plan
    return replace(plan, revision=proposed.anew())


def _makes_bankable(plan: Plan, catalogue: Modules) -> bool:
    """Whether that a firm is not bankable yet was an activity's reason before, also of one that both took out."""
    rule = catalogue.bankable
    had = (*plan.activities, *(each.activity for each in plan.removals if each.holds))
    return rule is not None and any(each.module == rule.module for each in had)


def propose_removal(
    plan: Plan,
    removal: Removal,
    gaps: Collection[Gap],
    catalogue: Modules,
    now: datetime,
    *,
    bankable: bool,
) -> Plan | Refusal:
    """One of the two wants an activity out of the plan. Its gaps stay open, and known."""
    found = planned_activity(plan, removal.activity_id)
    if not isinstance(found, Activity):
        return found
    if any(each.activity_id == removal.activity_id for each in _removals(plan)):
        return "removal_already_proposed"
    levels = {gap.question: gap.level for gap in gaps if gap.question in found.questions}
    removals = (*_removals(plan), replace(removal, levels=levels))
    return revised(_asking(plan, removals, catalogue), gaps, gaps, catalogue, now, bankable=bankable)


def take_removal_back(
    plan: Plan,
    activity_id: UUID,
    said: TakenBack,
    gaps: Collection[Gap],
    catalogue: Modules,
    *,
    bankable: bool,
) -> Plan | Refusal:
    """The activity stays; of one that was removed, its gaps are proposed for anew."""
    asked = next((each for each in _removals(plan) if each.activity_id == activity_id), None)
    activity = next((each for each in plan.activities if each.activity_id == activity_id), None)
    if asked is not None and activity is not None:
        over = SettledRemoval(activity, asked, None, said)
        kept = tuple(each for each in _removals(plan) if each is not asked)
        plan = replace(_asking(plan, kept, catalogue), removals=(*plan.removals, over))
    elif any(each.holds and each.activity.activity_id == activity_id for each in plan.removals):
        plan = replace(plan, removals=tuple(_ended(each, activity_id, said) for each in plan.removals))
    else:
        return "removal_not_found"
    return revised(plan, gaps, gaps, catalogue, said.at, bankable=bankable)


def _ended(settled: SettledRemoval, activity_id: UUID, said: TakenBack) -> SettledRemoval:
    its = settled.holds and settled.activity.activity_id == activity_id
    return replace(settled, taken_back=said) if its else settled


def agree_revision(plan: Plan, by: str, role: AuthorRole, now: datetime) -> Plan | Refusal:
    """One of the two agrees; with both, the plan has the activities, and is under way again if it was completed."""
    revision = plan.revision
    status = PLAN.after(plan.status, "revise")
    if revision is None or status is None:
        return "revision_not_found"
    done = {each.activity_id for each in plan.activities if each.completion is not None}
    if any(each.activity_id in done for each in revision.activities):
        return "revision_outdated"
    if by in ({revision.mentor} if role == "supplier" else {revision.firm}):
        return "same_person"
    plan = replace(plan, agreements=(*plan.agreements, Agreement(revision.number, role, by, now)))
    agreed = replace(revision, firm=by) if role == "supplier" else replace(revision, mentor=by)
    if agreed.firm is None or agreed.mentor is None:
        return replace(plan, revision=agreed)
    return completed_if_done(_agreed(plan, agreed, status, now), now)


def _agreed(plan: Plan, agreed: Revision, status: PlanStatus, now: datetime) -> Plan:
    out = {each.activity_id: each for each in agreed.removals}
    before = {each.activity_id for each in plan.activities}
    activities = tuple(
        each if each.activity_id in before else replace(each, begun_at=now)
        for each in _joined(plan.activities, agreed.activities)
    )
    settled = tuple(SettledRemoval(each, out[each.activity_id], now) for each in activities if each.activity_id in out)
    return replace(
        plan,
        status=status,
        activities=tuple(each for each in activities if each.activity_id not in out),
        agreed_at=now,
        completed_at=None,
        revision=None,
        revisions=agreed.number,
        removals=(*plan.removals, *settled),
    )


def _removals(plan: Plan) -> tuple[Removal, ...]:
    """What people proposed to take out: it stays, whatever the rules propose beside it."""
    return () if plan.revision is None else plan.revision.removals


def _asking(plan: Plan, removals: tuple[Removal, ...], catalogue: Modules) -> Plan:
    """The plan with these proposed, on which nobody agreed yet but who proposed them all."""
    revision = plan.revision or Revision(plan.revisions + 1, (), catalogue.version)
    return replace(plan, revision=replace(revision, removals=removals).anew())


def _remembered(plan: Plan, gaps: Collection[Gap]) -> Plan:
    """The plan that knows of each completed activity the highest levels since."""
    levels = {gap.question: gap.level for gap in gaps}

    def seen(each: Activity) -> Activity:
        if each.completion is None:
            return each
        best = each.completion.levels
        highest = {code: max(best.get(code, 0), levels.get(code, CLOSED)) for code in each.questions}
        return replace(each, completion=replace(each.completion, levels=highest))

    return replace(plan, activities=tuple(seen(each) for each in plan.activities))


def _fallen(plan: Plan, gaps: Collection[Gap]) -> set[str]:
    """Questions at which nobody works any more, and which are worse than they were after that."""
    ahead = {code for each in plan.activities if each.completion is None for code in each.questions}
    # Of several activities for one question the last one counts, since which there were fewer levels.
    best: dict[str, int] = {}
    for each in plan.activities:
        for code, level in ({} if each.completion is None else each.completion.levels).items():
            best[code] = min(level, best.get(code, CLOSED))
    for settled in plan.removals:
        best = {**(settled.removal.levels if settled.holds else {}), **best}
    return {gap.question for gap in gaps if gap.question not in ahead and gap.level < best.get(gap.question, 0)}


def _joined(before: tuple[Activity, ...], added: tuple[Activity, ...]) -> tuple[Activity, ...]:
    """An activity that closes more by now keeps what was done for it meanwhile."""
    wider = {each.activity_id: each.questions for each in added}
    kept = tuple(
        replace(each, questions=wider.pop(each.activity_id))
        if each.completion is None and each.activity_id in wider
        else each
        for each in before
    )
    return (*kept, *(each for each in added if each.activity_id in wider))


def _addition(plan: Plan, module: Module, gaps: Collection[Gap], number: int) -> Activity:
    questions = tuple(gap.question for gap in gaps if gap.question in module.questions)
    out = {each.activity_id for each in _removals(plan)}
    planned = next(
        (
            each
            for each in plan.activities
            if each.module == module.code and each.completion is None and each.activity_id not in out
        ),
        None,
    )
    if planned is not None:
        # As it was agreed: what is done of it meanwhile makes no other proposal.
        bare = replace(planned, evidence=(), course="", sessions=(), delays=(), begun_at=None, closed_at=None)
        return replace(bare, questions=(*planned.questions, *questions))
    return Activity(
        activity_id=added_id(plan.plan_id, module.code, number),
        module=module.code,
        kind=module.kind,
        hours=module.hours,
        questions=questions,
        cost_from=module.cost_from,
        cost_to=module.cost_to,
    )
