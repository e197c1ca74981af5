"""Why: every code that this stage gives to the outside. Public contract: codes are added, never renamed."""

from collections.abc import Mapping
from typing import Literal

Exclusion = Literal[
    "registration_unknown",
    "withdrawn",
    "list_69b_definitive",
    "tax_opinion_negative",
    "dropped_out",
]
"""Nobody may override these. `registration_unknown`: the firm's registration has not arrived here yet, so its tax
standing is not known. Articles 69-B and 32-D of the Código Fiscal de la Federación. `dropped_out`: of this cohort."""

FailedCondition = Literal[
    "no_match_at_threshold",
    "band_below_minimum",
    "already_grade_a",
    "commitment_below_minimum",
    "list_69b_presumed",
    "list_69b_unchecked",
    "evidence_awaits_verdict",
]
"""An operator may override these with a recorded reason. The presumed, whose proceeding is not over, and those whom
nobody looked up in a list are an operator's to judge. Evidence of a plan before that no assessor has looked at may
close what the next plan would be for.
"""

Placing = Literal[
    "meets_every_condition",
    "override_in",
    "override_out",
    "only_candidate",
    "needed_for_minimum",
    "capacity_full",
    "over_budget_alone",
    "budget_spent",
    "outweighed",
    "place_freed",
    "appeal_upheld",
]
"""What the best cohort of the call says of a firm. `only_candidate`: no more contend for one of its areas or anchors
than the call keeps. `capacity_full`: with more places it would be in. `over_budget_alone`: its own plan takes
more than the whole budget. `budget_spent`, `outweighed`: with more places it would not be in.
"""

Note = Literal["tax_opinion_unknown", "match_blocked"]
"""Worth a look by the operator; never decides."""

SelectionReason = Exclusion | FailedCondition | Placing | Note

Refusal = Literal[
    "cohort_not_found",
    "cohort_already_selected",
    "override_not_found",
    "overrides_exceed_capacity",
    "candidate_not_found",
    "candidate_not_diagnosed",
    "candidate_already_selected",
    "candidate_excluded",
    "supplier_withdrawn",
    "cohort_not_selected",
    "no_free_place",
    "nobody_next",
    "call_unknown",
    "minimum_area_unknown",
    "minimum_state_unknown",
    "minimum_anchor_unknown",
    "call_not_found",
    "call_infeasible",
    "selection_unsolved",
    "selection_outrun",
    "outcome_not_found",
    "appeal_too_late",
    "appeal_already_made",
    "appeal_not_found",
    "appeal_already_decided",
    "plan_not_found",
    "plan_already_completed",
    "drop_out_already_proposed",
    "drop_out_not_proposed",
    "drop_out_not_found",
    "place_given_away",
    "place_promised",
    "over_budget",
    "revision_not_found",
    "revision_outdated",
    "removal_already_proposed",
    "removal_not_found",
    "plan_already_agreed",
    "plan_not_agreed",
    "activity_not_found",
    "activity_already_completed",
    "session_not_found",
    "session_not_yet",
    "delay_not_later",
    "evidence_unknown",
    "evidence_returned",
    "evidence_too_much",
    "mentor_unassigned",
    "not_assigned",
    "assigned_themselves",
    "same_person",
]
"""Why a command is refused."""

RefusalKind = Literal["invalid", "not_found", "conflict", "forbidden"]

REFUSALS: Mapping[Refusal, RefusalKind] = {
    "cohort_not_found": "not_found",
    "cohort_already_selected": "conflict",
    "override_not_found": "not_found",
    "overrides_exceed_capacity": "conflict",
    "candidate_not_found": "not_found",
    "candidate_not_diagnosed": "conflict",
    "candidate_already_selected": "conflict",
    "candidate_excluded": "conflict",
    "supplier_withdrawn": "conflict",
    "cohort_not_selected": "conflict",
    "no_free_place": "conflict",
    "nobody_next": "conflict",
    "call_unknown": "invalid",
    "minimum_area_unknown": "invalid",
    "minimum_state_unknown": "invalid",
    "minimum_anchor_unknown": "invalid",
    "call_not_found": "not_found",
    "call_infeasible": "conflict",
    "selection_unsolved": "conflict",
    "selection_outrun": "conflict",
    "outcome_not_found": "not_found",
    "appeal_too_late": "conflict",
    "appeal_already_made": "conflict",
    "appeal_not_found": "not_found",
    "appeal_already_decided": "conflict",
    "plan_not_found": "not_found",
    "plan_already_completed": "conflict",
    "drop_out_already_proposed": "conflict",
    "drop_out_not_proposed": "conflict",
    "drop_out_not_found": "not_found",
    "place_given_away": "conflict",
    "place_promised": "conflict",
    "over_budget": "conflict",
    "revision_not_found": "not_found",
    "revision_outdated": "conflict",
    "removal_already_proposed": "conflict",
    "removal_not_found": "not_found",
    "plan_already_agreed": "conflict",
    "plan_not_agreed": "conflict",
    "activity_not_found": "not_found",
    "activity_already_completed": "conflict",
    "session_not_found": "not_found",
    "session_not_yet": "conflict",
    "delay_not_later": "conflict",
    "evidence_unknown": "conflict",
    "evidence_returned": "conflict",
    "evidence_too_much": "conflict",
    "mentor_unassigned": "conflict",
    "not_assigned": "forbidden",
    "assigned_themselves": "forbidden",
    "same_person": "forbidden",
}
"""What kind of refusal it is."""
