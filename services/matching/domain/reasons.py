"""Why: every code that this stage gives to the outside. Public contract: codes are added, never renamed."""

from typing import Literal

Waivable = Literal[
    "materials",
    "envelope",
    "force",
    "special_process",
    "qms",
    "tolerance",
    "part_limits",
    "minimum_order",
    "ppap",
    "design",
    "delivery",
    "certificates",
    "programs",
    "languages",
    "distance",
]
"""Gates that are the anchor's to ask: who left, and whom the tax authority lists, nobody waives."""

GateName = Literal["withdrawn", "list_69b", "process", Waivable]

GateStatus = Literal["met", "not_met", "unknown", "not_applicable"]

GateReason = Literal[
    "ok",
    "not_asked",
    "not_stated",
    "below_ladder_waivable",
    "waived",
    "wished",
    "withdrawn",
    "listed_definitive",
    "list_69b_unchecked",
    "nobody_asks",
    "area_not_offered",
    "no_common_material",
    "material_unmapped",
    "part_too_large",
    "force_too_low",
    "cqi_missing",
    "cqi_expired",
    "qms_below_ladder",
    "certificate_expired",
    "certificate_undated",
    "tolerance_too_wide",
    "weight_out_of_range",
    "thickness_out_of_range",
    "diameter_out_of_range",
    "surface_too_rough",
    "salt_spray_too_short",
    "minimum_order_too_high",
    "ppap_too_low",
    "no_apqp",
    "design_too_little",
    "no_common_delivery",
    "no_edi",
    "certificate_missing",
    "program_missing",
    "program_expired",
    "language_missing",
    "too_far",
]
"""`not_stated`, `material_unmapped`: nobody knows, and the firm has to be asked. `list_69b_unchecked`: nobody knows
before the program looks it up.
`below_ladder_waivable`, `waived`: passes with a plan. `wished`: short of what is only wished.
"""

CriterionName = Literal[
    "capacity", "envelope_force", "tolerance", "qms", "lead_time", "location", "quality_kpis", "origin"
]

Status = Literal["ok", "partial", "fails", "unknown"]

CriterionReason = Literal[
    "met",
    "not_asked",
    "not_stated",
    "capacity_short",
    "no_free_capacity",
    "part_too_large",
    "force_too_low",
    "tolerance_too_wide",
    "qms_below_ladder",
    "certificate_expired",
    "certificate_undated",
    "lead_time_too_long",
    "neighbouring_state",
    "another_region",
    "ppm_too_high",
    "otif_too_low",
    "ppm_and_otif_short",
    "ppm_not_stated",
    "otif_not_stated",
    "regional_value_too_low",
]

LapseReason = Literal["certificate_expired", "certificate_undated"]

LostReason = Literal["requirement_closed", "no_longer_aligned", "supplier_withdrawn", "score_below_minimum"]

HiddenReason = Literal["gaps_open", "not_consented"]
"""Why an anchor is not told who a firm is: critical gaps are open, or must-haves not evaluated; or it is a natural
person that has not consented.
"""

IntroductionEndReason = Literal["supplier_withdrawn", "not_consented", "match_lost", "gaps_open"]

CloseReason = Literal["filled", "cancelled", "expired", "anchor_left"]

DeclineReason = Literal["price", "capacity", "quality", "location", "lead_time", "other_supplier", "other"]

CorrectReason = Literal["mistyped", "price_renegotiated", "volume_changed", "other"]

EndReason = Literal["completed", "cancelled", "price", "quality", "delivery", "mistyped", "other"]
"""`mistyped`: nothing was ever bought, as of an award that was told of the wrong firm."""

Outcome = Literal["quotation_asked", "sample_asked", "visit_agreed", "no_interest", "did_not_come"]
"""What came of a meeting. `did_not_come`: the firm, or the buyer."""

MeetingEnd = Literal["firm_cannot", "buyer_cannot", "day_cancelled", "booked_by_mistake", "other"]

ContestReason = Literal["defects", "deliveries", "volume", "month", "other"]
"""What a firm contests of what an anchor reported."""

RetractReason = Literal["other_month", "other_firm", "mistyped", "other"]
"""Why an anchor takes a report back: the figures are of another month, or firm or part."""

AnswerReason = DeclineReason | CorrectReason | EndReason

Refusal = Literal[
    "anchor_unknown",
    "anchor_left",
    "requirement_unknown",
    "requirement_closed",
    "open_until_past",
    "match_unknown",
    "match_blocked",
    "not_consented",
    "match_declined",
    "match_awarded",
    "match_lost",
    "answers_too_many",
    "award_missing",
    "award_currency",
    "award_price",
    "award_volume",
    "volume_awarded",
    "month_not_over",
    "month_not_bought",
    "nothing_delivered",
    "report_volume",
    "report_unknown",
    "reports_too_many",
    "gates_unknown",
    "changed_by_hand",
    "version_other",
    "columns_lacking",
    "tolerance_missing",
    "tolerance_wished",
    "wish_not_asked",
    "start_past",
    "ramp_past",
    "gate_not_asked",
    "looks_like",
    "reference_taken",
    "match_not_kept",
    "waiver_past",
    "waiver_unknown",
    "waivers_too_many",
    "day_unknown",
    "day_cancelled",
    "day_booked",
    "anchor_not_there",
    "slot_unknown",
    "slot_past",
    "slot_full",
    "anchor_busy",
    "firm_busy",
    "not_introduced",
    "meeting_unknown",
    "meeting_cancelled",
    "meeting_held",
    "meeting_too_early",
]
"""Codes of commands that the rules do not allow."""
