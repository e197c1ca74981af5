"""What kind of refusal each is."""

from typing import Literal

from services.matching.domain.reasons import Refusal
from shared.messaging.decision import Refused

Kind = Literal["invalid", "not_found", "conflict", "forbidden"]

_KINDS: dict[Refusal, Kind] = {
    "anchor_unknown": "conflict",
    "anchor_left": "conflict",
    "requirement_unknown": "not_found",
    "requirement_closed": "conflict",
    "open_until_past": "invalid",
    "match_unknown": "not_found",
    "match_blocked": "conflict",
    "match_declined": "conflict",
    "match_awarded": "conflict",
}


def refused(code: Refusal) -> Refused:
    """The refusal of this code."""
    return Refused(_KINDS[code], code)
