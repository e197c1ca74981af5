"""What is added to a plan when gaps come after its agreement: proposed, then agreed by the firm and its mentor."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from uuid import uuid5

from services.development.domain.cover import cover
from services.development.domain.diagnosis import Gap
from services.development.domain.evidence import AuthorRole
from services.development.domain.module import Module, Modules
from services.development.domain.plan import PLAN, Activity, Plan, Revision
from services.development.domain.reasons import Refusal


def revised(plan: Plan, gaps: Collection[Gap], catalogue: Modules) -> Plan:
    """The plan with what is proposed for the gaps that it does not know; agreements on another proposal are void."""
    known = set(plan.questions)
    new = tuple(gap for gap in gaps if gap.question not in known)
    number = plan.revisions + 1
    activities = tuple(_addition(plan, module, new, number) for module in cover(new, catalogue))
    proposed = Revision(number, activities, catalogue.version) if activities else None
    before = plan.revision
    if before is not None and proposed == replace(before, firm=None, mentor=None):
        return plan
    return replace(plan, revision=proposed)


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
    agreed = replace(revision, firm=by) if role == "supplier" else replace(revision, mentor=by)
    if agreed.firm is None or agreed.mentor is None:
        return replace(plan, revision=agreed)
    return replace(
        plan,
        status=status,
        activities=_joined(plan.activities, agreed.activities),
        agreed_at=now,
        completed_at=None,
        revision=None,
        revisions=agreed.number,
    )


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
    planned = next((each for each in plan.activities if each.module == module.code and each.completion is None), None)
    if planned is not None:
        return replace(planned, questions=(*planned.questions, *questions), evidence=())
    return Activity(
        activity_id=uuid5(plan.plan_id, f"{module.code}/{number}"),
        module=module.code,
        kind=module.kind,
        hours=module.hours,
        questions=questions,
        cost_from=module.cost_from,
        cost_to=module.cost_to,
    )
