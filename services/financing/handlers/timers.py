"""What happens when nobody says anything, and when a partner changes."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from services.financing.domain.case import Case
from services.financing.domain.deadlines import passed
from services.financing.domain.terms import Terms
from services.financing.handlers import published
from services.financing.handlers.settling import moved, settled
from shared.contracts.event import EventData
from shared.messaging.decision import Decision


def deadline_reached(case: Case | None, now: datetime, terms: Terms) -> Decision[Case]:
    """Remind, lapse, erase and judge again, whichever is due; then set the next timer."""
    if case is None:
        return Decision(None)
    after = passed(case, terms, now)
    # This timer has fired: whatever comes next needs a new one.
    return settled(replace(case, wake_at=None), after, now, terms, *_reminders(case, after), *moved(case, after, now))


def _reminders(before: Case, after: Case) -> tuple[EventData, ...]:
    """To each partner whose reminder has just come, while it can still answer in time."""
    pairs = zip(before.referrals, after.referrals, strict=True)
    return tuple(
        published.referral_due(after.id, new, new.lapse_at)
        for old, new in pairs
        if new.reminded_at != old.reminded_at and new.lapse_at is not None
    )


def reassess(case: Case | None, _: Mapping[str, str], now: datetime, terms: Terms) -> Decision[Case]:
    """A partner joined, left or changed: judge the options again."""
    return Decision(None) if case is None else settled(case, case, now, terms)
