"""What somebody outside of the program writes: stricter than what our own writers need."""

import re
from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticKnownError

from shared.contracts.event import Moment, Text

PLAUSIBLE = Field(ge=datetime(2000, 1, 1, tzinfo=UTC), lt=datetime(2101, 1, 1, tzinfo=UTC))
"""Of what a partner may say about itself: what lies outside is a slip, and later arithmetic need not take it."""

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]+")
"""Characters that are no text: a log, a terminal or a page would act on them, or show something else than is there."""


def _counted(given: object) -> object:
    """JSON knows numbers; `true` and text are none."""
    if isinstance(given, (bool, str)):
        raise PydanticKnownError("decimal_type")
    return given


def _plain(text: str) -> str:
    return CONTROL.sub(" ", text)


Plain = AfterValidator(_plain)
Counted = BeforeValidator(_counted)
PartnersMoment = Annotated[Moment, PLAUSIBLE]
PartnersText = Annotated[Text, Plain]
