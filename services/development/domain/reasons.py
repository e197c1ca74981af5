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

Placing = Literal["meets_every_condition", "override_in", "override_out", "capacity_full"]

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
    "plan_not_found",
    "plan_already_agreed",
    "plan_not_agreed",
    "activity_not_found",
    "activity_already_completed",
]
"""Why a command is refused."""

RefusalKind = Literal["invalid", "not_found", "conflict"]

REFUSALS: Mapping[Refusal, tuple[RefusalKind, str]] = {
    "cohort_not_found": ("not_found", "There is no such cohort; list the cohorts to find its id."),
    "cohort_already_selected": ("conflict", "This cohort's selection was made and is final; open another cohort."),
    "override_not_found": ("not_found", "This cohort has no override for that firm."),
    "overrides_exceed_capacity": ("conflict", "Every place of this cohort is given by override; take one back first."),
    "candidate_not_found": ("not_found", "No firm with this id is known here; check the supplier id."),
    "candidate_not_diagnosed": ("conflict", "The firm has no validated diagnosis yet; override once it has one."),
    "candidate_already_selected": ("conflict", "The firm already has a place in a cohort."),
    "supplier_withdrawn": ("conflict", "The firm has withdrawn from the program; its plan stands still."),
    "plan_not_found": ("not_found", "The firm has no plan; a plan is proposed when a cohort selects the firm."),
    "plan_already_agreed": ("conflict", "The plan was agreed before; nothing is left to agree."),
    "plan_not_agreed": ("conflict", "The plan is not agreed yet; agree on it before completing activities."),
    "activity_not_found": ("not_found", "The plan has no such activity; read the plan to find its id."),
    "activity_already_completed": ("conflict", "The activity was completed with other evidence, which stands."),
}
"""What kind of refusal it is, and one sentence on what to do."""
