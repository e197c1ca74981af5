"""The time, in one place: decisions get it as a value. What day it is, is in `shared/days.py`."""

from datetime import UTC, datetime


def now() -> datetime:
    return datetime.now(UTC)
