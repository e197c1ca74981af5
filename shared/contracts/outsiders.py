"""What somebody outside of the program writes: stricter than what our own writers need."""

import re
from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator
from pydantic_core import PydanticCustomError

from shared.contracts.event import Moment, Text

FIRST_YEAR, LAST_YEAR = 2000, 2100
"""Of what a partner may say about itself: what lies outside is a slip, and later arithmetic need not take it."""

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]+")
"""Characters that are no text: a log, a terminal or a page would act on them, or show something else than is there."""


def _written(given: object) -> object:
    """A moment is text: a number would pass for seconds since 1970."""
    if isinstance(given, str) and "T" not in given.upper():
        raise PydanticCustomError("moment_form", "not as RFC 3339 writes it")
    if isinstance(given, (int, float)):
        raise PydanticCustomError("moment_form", "not as RFC 3339 writes it")
    return given


def _plausible(moment: datetime) -> datetime:
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise PydanticCustomError("year_implausible", "a year out of range")
    return moment


def _counted(given: object) -> object:
    """JSON knows numbers; `true` and text are none."""
    if isinstance(given, (bool, str)):
        raise PydanticCustomError("not_a_number", "not a number")
    return given


def _plain(text: str) -> str:
    return CONTROL.sub(" ", text)


Plain = AfterValidator(_plain)
Counted = BeforeValidator(_counted)
PartnersMoment = Annotated[Moment, BeforeValidator(_written), AfterValidator(_plausible)]
PartnersText = Annotated[Text, Plain]
