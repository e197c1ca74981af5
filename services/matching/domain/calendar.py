"""Months of the program."""

from calendar import monthrange
from datetime import date


def month_of(day_: date) -> date:
    """The first day of its month."""
    return day_.replace(day=1)


def months_after(day_: date, months: int) -> date:
    """The same day so many months later; the last of the month where that day does not exist."""
    year, month = divmod(day_.year * 12 + day_.month - 1 + months, 12)
    return date(year, month + 1, min(day_.day, monthrange(year, month + 1)[1]))
