"""Who assesses a firm and who validates: two people, neither of them whoever assigns."""

from dataclasses import dataclass, replace

from services.diagnosis.domain.calibrating import sides_of
from services.diagnosis.domain.calibration import who_waived
from services.diagnosis.domain.diagnosis import Diagnosis
from services.diagnosis.domain.refusal import Refusal


@dataclass(frozen=True, slots=True)
class Assignment:
    """Subjects of tokens; None: nobody yet, or nobody any more."""

    assessor: str | None
    validator: str | None


def assign(diagnosis: Diagnosis, given: Assignment, by: str) -> Diagnosis | Refusal:
    """Replace who may act. What was answered stays, and whoever answered stays unable to validate.

    Who takes part never validates, and who validated, any sheet of it, never takes part: the two are apart for good.
    Who waived its second assessment is neither.
    """
    if diagnosis.withdrawn:
        return Refusal("conflict", "supplier_withdrawn")
    if by in (given.assessor, given.validator):
        return Refusal("forbidden", "assigned_themselves")
    if who_waived(diagnosis.waivers) & {given.assessor, given.validator}:
        return Refusal("forbidden", "waived_it")
    if given.assessor in diagnosis.who_validated.subjects:
        return Refusal("forbidden", "validated_it")
    barred = diagnosis.took_part if given.assessor is None else diagnosis.took_part.joined_by(given.assessor)
    if given.validator is not None and not barred.may_approve(given.validator):
        return Refusal("forbidden", "same_person")
    sides = sides_of(diagnosis)
    return _beside(diagnosis, given) or replace(
        diagnosis, assessor=given.assessor, validator=given.validator, sides=sides
    )


def _beside(diagnosis: Diagnosis, given: Assignment) -> Refusal | None:
    """What keeps them apart from whoever assesses for the second time, and who leads: now or ever before."""
    calibration, sides = diagnosis.calibration, sides_of(diagnosis)
    if given.assessor is not None and given.assessor in {*sides.seconds.subjects, *sides.leads.subjects}:
        return Refusal("forbidden", "same_assessor")
    if calibration is None:
        return None
    approves = given.validator is not None and given.validator in {calibration.second, calibration.lead}
    return Refusal("forbidden", "same_person") if approves else None
