"""Dates and moments as they are written wherever they come in: pydantic alone reads `946684800` as seconds since 1970,
in a text too.
"""

import re
from datetime import UTC, date, datetime
from typing import Annotated

import msgspec
from pydantic import BeforeValidator, Field
from pydantic_core import PydanticKnownError

FIRST_DAY, LAST_DAY = date(1800, 1, 1), date(2199, 12, 31)
"""Far enough from the calendar's ends for every reader's arithmetic: a day more than 9999-12-31 is none."""

_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)
"""RFC 3339, 5.6. Of a fraction microseconds are kept; others write nanoseconds."""


def day_of(text: str) -> date:
    """A date as ISO 8601 writes it in full. Raises ValueError."""
    # Its other forms are `20260531`, which may be seconds, and weeks.
    if len(text) != len("YYYY-MM-DD") or text[7] != "-":
        raise ValueError("no date")
    return date.fromisoformat(text)


def moment_of(text: str) -> datetime:
    """A moment as RFC 3339 writes it. Raises ValueError."""
    if _MOMENT.fullmatch(text) is None:
        raise ValueError("no moment")
    return datetime.fromisoformat(text.upper())


def _day(given: object) -> object:
    if isinstance(given, str):
        try:
            return day_of(given)
        except ValueError:
            raise PydanticKnownError("date_type") from None
    if isinstance(given, date):
        return given
    raise PydanticKnownError("date_type")


def _moment(given: object) -> object:
    if isinstance(given, str):
        try:
            return moment_of(given)
        except ValueError:
            raise PydanticKnownError("datetime_type") from None
    if isinstance(given, datetime):
        if given.tzinfo is None:
            raise PydanticKnownError("timezone_aware")
        return given
    raise PydanticKnownError("datetime_type")


Day = Annotated[date, Field(ge=FIRST_DAY, le=LAST_DAY), BeforeValidator(_day)]
Moment = Annotated[
    datetime,
    msgspec.Meta(tz=True),
    Field(ge=datetime(1800, 1, 1, tzinfo=UTC), le=datetime(2199, 12, 31, tzinfo=UTC)),
    BeforeValidator(_moment),
]
