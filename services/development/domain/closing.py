"""When the gaps that an activity is for were closed: by re-scores, which its completion does not wait for."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from services.development.domain.activity import Activity
from services.development.domain.plan import Plan


def with_closed(plan: Plan, open_questions: Collection[str], at: datetime) -> Plan:
    """The plan as it is known at a diagnosis. What opens again is not closed any more."""
    if plan.status == "proposed":
        return plan

    def seen(each: Activity) -> Activity:
        closed = bool(each.questions) and set(each.questions).isdisjoint(open_questions)
        if closed == (each.closed_at is not None):
            return each
        return replace(each, closed_at=at if closed else None)

    activities = tuple(map(seen, plan.activities))
    return plan if activities == plan.activities else replace(plan, activities=activities)
