"""Dates of the program: days are counted in central Mexico, whatever clock a machine has."""

from calendar import monthrange
from datetime import date, datetime, time, timedelta, timezone

CENTRAL_MEXICO = timezone(timedelta(hours=-6))
"""Central zone; no daylight saving since the Ley de los Husos Horarios of 28 October 2022."""


def day(moment: datetime) -> date:
    """The day on which a moment falls."""
    return moment.astimezone(CENTRAL_MEXICO).date()


def start_of(day_: date) -> datetime:
    """The first moment of a day."""
    return datetime.combine(day_, time.min, CENTRAL_MEXICO)


def month_of(day_: date) -> date:
    """The first day of its month."""
    return day_.replace(day=1)


def months_after(day_: date, months: int) -> date:
    """The same day so many months later; the last of the month where that day does not exist."""
    year, month = divmod(day_.year * 12 + day_.month - 1 + months, 12)
    return date(year, month + 1, min(day_.day, monthrange(year, month + 1)[1]))
