"""What happens when nobody says anything, and when a partner changes."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from services.financing.domain.case import Case
from services.financing.domain.deadlines import passed
from services.financing.domain.terms import Terms
from services.financing.handlers.settling import moved, settled
from shared.messaging.decision import Decision


def deadline_reached(case: Case | None, now: datetime, terms: Terms) -> Decision[Case]:
    """Remind, lapse, erase and judge again, whichever is due; then set the next timer."""
    if case is None:
        return Decision(None)
    after = passed(case, terms.limits.erase_days, now)
    # This timer has fired: whatever comes next needs a new one.
    return settled(replace(case, wake_at=None), after, now, terms, *moved(case, after, now))


def reassess(case: Case | None, _: Mapping[str, str], now: datetime, terms: Terms) -> Decision[Case]:
    """A partner joined, left or changed: judge the options again."""
    return Decision(None) if case is None else settled(case, case, now, terms)
