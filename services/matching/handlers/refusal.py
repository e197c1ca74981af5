"""What each refused command tells its caller."""

from typing import Literal

from services.matching.domain.reasons import Refusal
from shared.messaging.decision import Refused

Kind = Literal["invalid", "not_found", "conflict", "forbidden"]

_REFUSALS: dict[Refusal, tuple[Kind, str]] = {
    "anchor_unknown": (
        "conflict",
        "This anchor is not known here; if it joined just now, try again in a few seconds, else let it join first.",
    ),
    "anchor_left": ("conflict", "This anchor no longer takes part, so it cannot ask for anything."),
    "requirement_unknown": ("not_found", "There is no requirement with this id."),
    "requirement_closed": ("conflict", "This requirement is closed; publish a new one."),
    "open_until_past": ("invalid", "The last day of the requirement is past; give today or a later day."),
    "match_unknown": ("not_found", "There is no such match, or it no longer holds."),
    "match_blocked": ("conflict", "Open critical gaps block this match; the firm has to close them first."),
    "match_declined": ("conflict", "This match was declined; shortlist it before you award."),
    "match_awarded": ("conflict", "This match is already awarded."),
}


def refused(code: Refusal) -> Refused:
    """The refusal of this code, with one sentence that the caller can act on."""
    kind, detail = _REFUSALS[code]
    return Refused(kind, code, detail)
