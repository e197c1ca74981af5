"""Days as people speak of them: those of Mexico City, where the program's offices are, whatever clock a machine has."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("America/Mexico_City")


def day_of(moment: datetime) -> date:
    """The day on which a moment falls."""
    return moment.astimezone(ZONE).date()


def start_of(day: date) -> datetime:
    """The first moment of a day."""
    return datetime.combine(day, time(), ZONE).astimezone(UTC)


def end_of(day: date) -> datetime:
    """The first moment that is no longer of a day."""
    return start_of(day + timedelta(days=1))
