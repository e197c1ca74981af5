"""Why a command on a diagnosis is refused: public contract."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

RefusalKind = Literal["invalid", "not_found", "conflict", "forbidden"]
RefusalReason = Literal[
    "unknown_question",
    "question_missing",
    "level_out_of_range",
    "reason_missing",
    "reason_beside_level",
    "too_many_not_evaluated",
    "dimension_too_thin",
    "must_be_evaluated",
    "note_missing",
    "diagnosis_not_found",
    "supplier_withdrawn",
    "diagnosis_not_open",
    "already_assessed",
    "not_submitted",
    "already_open",
    "already_completed",
    "not_assessed",
    "rescore_taken_back",
    "same_person",
    "assessor_unassigned",
    "validator_unassigned",
    "not_assigned",
    "assigned_themselves",
    "validated_it",
    "not_completed",
    "level_unchanged",
    "rescore_note_missing",
    "evidence_missing",
    "evidence_unknown",
    "evidence_used",
    "return_reason_missing",
    "visit_out_of_range",
    "record_missing",
    "not_drawn",
    "same_assessor",
    "already_compared",
    "second_missing",
    "not_reconciled",
    "reconciled_otherwise",
    "not_out_of_bounds",
    "lead_unassigned",
    "second_waived",
    "waives_own",
    "waived_it",
]


@dataclass(frozen=True, slots=True)
class Refusal:
    kind: RefusalKind
    reason: RefusalReason
    params: Mapping[str, Any] = field(default_factory=dict)
    """What its sentence names."""
