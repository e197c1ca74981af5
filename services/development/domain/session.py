"""A session of an activity: planned for a week, and who says that the firm came."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Literal

from services.development.domain.evidence import AuthorRole

Unplaced = Literal["session_too_long", "waits_for_another", "no_time"]
"""Why an activity has none: one takes more hours than a week has; what it builds on is not placed; three years are
over.
"""


def monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


@dataclass(frozen=True, slots=True)
class Attendance:
    """What the mentor noted."""

    came: bool
    note: str
    by: str
    """Subject of their token; never leaves the store."""
    at: datetime


@dataclass(frozen=True, slots=True)
class Session:
    number: int
    """Of its activity, from 1."""
    week: date
    """The Monday of the week that it is planned for."""
    hours: int
    notes: tuple[Attendance, ...] = ()
    """In order: the last one counts."""

    @property
    def attended(self) -> bool | None:
        """None: nobody said so yet."""
        return self.notes[-1].came if self.notes else None

    def noted(self, note: Attendance) -> "Session":
        return replace(self, notes=(*self.notes, note))


@dataclass(frozen=True, slots=True)
class Delay:
    """Why an activity goes on later."""

    until: date
    """The Monday of the week in which its next session is."""
    reason: str
    by: str
    """Subject of their token; never leaves the store."""
    role: AuthorRole
    at: datetime
