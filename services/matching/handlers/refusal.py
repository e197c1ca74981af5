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
    "not_consented": "conflict",
    "match_declined": "conflict",
    "match_awarded": "conflict",
    "match_lost": "conflict",
    "answers_too_many": "conflict",
    "award_missing": "conflict",
    "award_currency": "invalid",
    "award_price": "invalid",
    "award_volume": "conflict",
    "volume_awarded": "conflict",
    "month_not_over": "invalid",
    "month_not_bought": "conflict",
    "nothing_delivered": "invalid",
    "report_volume": "invalid",
    "report_unknown": "not_found",
    "reports_too_many": "conflict",
    "gates_unknown": "conflict",
    "changed_by_hand": "conflict",
    "version_other": "conflict",
    "columns_lacking": "conflict",
    "tolerance_missing": "invalid",
    "tolerance_wished": "invalid",
    "wish_not_asked": "invalid",
    "start_past": "invalid",
    "ramp_past": "invalid",
    "gate_not_asked": "conflict",
    "looks_like": "conflict",
    "reference_taken": "conflict",
    "match_not_kept": "not_found",
    "waiver_past": "invalid",
    "waiver_unknown": "not_found",
    "waivers_too_many": "conflict",
    "day_unknown": "not_found",
    "day_cancelled": "conflict",
    "day_booked": "conflict",
    "anchor_not_there": "conflict",
    "slot_unknown": "invalid",
    "slot_past": "invalid",
    "slot_full": "conflict",
    "anchor_busy": "conflict",
    "firm_busy": "conflict",
    "not_introduced": "conflict",
    "meeting_unknown": "not_found",
    "meeting_cancelled": "conflict",
    "meeting_held": "conflict",
    "meeting_too_early": "conflict",
}


_WORDED: dict[Refusal, str] = {"requirement_closed": "requirement_closed.command"}
"""Codes that tell others why something happened, and here what to do about it."""


_AT: dict[Refusal, str] = {
    "open_until_past": "open_until",
    "nothing_delivered": "delivered",
    "report_volume": "delivered",
    "waiver_past": "until",
    "tolerance_missing": "tolerance_must",
    "tolerance_wished": "wishes",
    "wish_not_asked": "wishes",
    "start_past": "production_start",
    "ramp_past": "ramp",
}
"""Codes that are about one field."""


def refused(code: Refusal, **params: object) -> Refused:
    """The refusal of this code; `params` are what its sentence names."""
    return Refused(_KINDS[code], code, params=params, message=_WORDED.get(code), at=_AT.get(code, ""))
