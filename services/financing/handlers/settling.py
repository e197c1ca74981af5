"""How every decision of this stage ends: needs judged again, what is new told, the next moment asked for."""

from dataclasses import replace
from datetime import datetime

from services.financing.domain.case import Case
from services.financing.domain.deadlines import next_moment
from services.financing.domain.identify import with_needs
from services.financing.domain.terms import Terms
from services.financing.handlers import published
from shared.contracts.event import EventData
from shared.messaging.decision import Decision, Timer

CASE_DEADLINE = "case_deadline"
"""The one kind of timer: a case waits for one time, the earliest of its deadlines."""


def settled(before: Case | None, after: Case, now: datetime, terms: Terms, *events: EventData) -> Decision[Case]:
    """The decision that leads from one case to the next, with these events first."""
    assessed = with_needs(after, terms, now.date())
    case = replace(assessed, wake_at=next_moment(assessed, terms, now))
    known = () if before is None else tuple(published.need_identified(before.id, need) for need in before.needs)
    found = (published.need_identified(case.id, need) for need in case.needs)
    asleep_until = None if before is None else before.wake_at
    return Decision(
        state=case,
        events=(*events, *(need for need in found if need not in known)),
        timers=() if case.wake_at == asleep_until else (Timer(CASE_DEADLINE, case.wake_at),),
    )


def moved(before: Case, after: Case, now: datetime) -> tuple[EventData, ...]:
    """What to tell of the referrals whose state changed; and once more of those that lost why they were declined, as of
    when they were: whoever keeps it takes it out.
    """
    known = {referral.id: referral for referral in before.referrals}
    pairs = ((known[referral.id], referral) for referral in after.referrals if referral.id in known)
    return tuple(
        published.referral_moved(after.id, new, new.changed_at if new.state == old.state else now)
        for old, new in pairs
        if (new.state, new.reason) != (old.state, old.reason)
    )
