"""Why: every code that this stage gives to the outside. Public contract: codes are added, never renamed."""

from collections.abc import Mapping
from typing import Literal

Exclusion = Literal[
    "registration_unknown",
    "withdrawn",
    "list_69b_definitive",
    "tax_opinion_negative",
]
"""Nobody may override these. `registration_unknown`: the firm's registration has not arrived here yet, so its tax
standing is not known. Articles 69-B and 32-D of the Código Fiscal de la Federación."""

FailedCondition = Literal[
    "no_match_at_threshold",
    "band_below_minimum",
    "already_grade_a",
    "commitment_below_minimum",
]
"""An operator may override these with a recorded reason."""

Placing = Literal["meets_every_condition", "override_in", "override_out", "capacity_full", "place_freed"]

Note = Literal["list_69b_presumed", "match_blocked"]
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
    "supplier_withdrawn",
    "cohort_not_selected",
    "no_free_place",
    "nobody_next",
    "plan_not_found",
    "plan_already_completed",
    "revision_not_found",
    "revision_outdated",
    "plan_already_agreed",
    "plan_not_agreed",
    "activity_not_found",
    "activity_already_completed",
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
    "supplier_withdrawn": "conflict",
    "cohort_not_selected": "conflict",
    "no_free_place": "conflict",
    "nobody_next": "conflict",
    "plan_not_found": "not_found",
    "plan_already_completed": "conflict",
    "revision_not_found": "not_found",
    "revision_outdated": "conflict",
    "plan_already_agreed": "conflict",
    "plan_not_agreed": "conflict",
    "activity_not_found": "not_found",
    "activity_already_completed": "conflict",
    "evidence_unknown": "conflict",
    "evidence_returned": "conflict",
    "evidence_too_much": "conflict",
    "mentor_unassigned": "conflict",
    "not_assigned": "forbidden",
    "assigned_themselves": "forbidden",
    "same_person": "forbidden",
}
"""What kind of refusal it is."""
