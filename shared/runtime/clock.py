"""The time, in one place: decisions get it as a value."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("America/Mexico_City")
"""In which people speak of days and hours: that of the program's offices."""


def now() -> datetime:
    return datetime.now(UTC)


def day_of(moment: datetime) -> date:
    """The day that people call it."""
    return moment.astimezone(ZONE).date()


def end_of(day: date) -> datetime:
    """The first moment that is no longer of a day."""
    return datetime.combine(day + timedelta(days=1), time(), ZONE).astimezone(UTC)
