"""What somebody outside of the program writes: stricter than what our own writers need."""

import re
from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticKnownError

from shared.contracts.event import Moment, Text
from shared.plain_text import NOT_TEXT

PLAUSIBLE = Field(ge=datetime(2000, 1, 1, tzinfo=UTC), lt=datetime(2101, 1, 1, tzinfo=UTC))
"""Of what a partner may say about itself: what lies outside is a slip, and later arithmetic need not take it."""

NOT_A_LINE = re.compile(rf"(?:{NOT_TEXT.pattern}|[\t\n\r])+")


def _counted(given: object) -> object:
    """JSON knows numbers; `true` and text are none."""
    if isinstance(given, (bool, str)):
        raise PydanticKnownError("decimal_type")
    return given


def _plain(text: str) -> str:
    return NOT_A_LINE.sub(" ", text)


Plain = AfterValidator(_plain)
Counted = BeforeValidator(_counted)
PartnersMoment = Annotated[Moment, PLAUSIBLE]
PartnersText = Annotated[Text, Plain]

DeclineReason = Literal[
    "not_eligible",
    "statements_not_reliable",
    "low_liquidity",
    "high_leverage",
    "no_payment_source",
    "tax_not_in_order",
    "insufficient_guarantee",
    "incomplete_file",
    "credit_history",
    "no_funds",
    "supplier_declined",
    "other",
]
"""Why a partner says no."""
