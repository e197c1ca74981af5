"""Who assesses a firm and who validates: two people, neither of them whoever assigns."""

from dataclasses import dataclass, replace

from services.diagnosis.domain.diagnosis import Diagnosis
from services.diagnosis.domain.refusal import Refusal


@dataclass(frozen=True, slots=True)
class Assignment:
    """Subjects of tokens; None: nobody yet, or nobody any more."""

    assessor: str | None
    validator: str | None


def assign(diagnosis: Diagnosis, given: Assignment, by: str) -> Diagnosis | Refusal:
    """Replace who may act. What was answered stays, and whoever answered stays unable to validate.

    Whoever validated the version that counts does not score it again.
    """
    if diagnosis.withdrawn:
        return Refusal("conflict", "supplier_withdrawn")
    if by in (given.assessor, given.validator):
        return Refusal("forbidden", "assigned_themselves")
    if diagnosis.validation is not None and given.assessor == diagnosis.validation.by:
        return Refusal("forbidden", "validated_it")
    barred = diagnosis.took_part if given.assessor is None else diagnosis.took_part.joined_by(given.assessor)
    if given.validator is not None and not barred.may_approve(given.validator):
        return Refusal("forbidden", "same_person")
    return replace(diagnosis, assessor=given.assessor, validator=given.validator)
