"""The time, in one place: decisions get it as a value."""

from datetime import UTC, datetime


def now() -> datetime:
    return datetime.now(UTC)
