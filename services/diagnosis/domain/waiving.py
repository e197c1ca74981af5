"""A drawn round that goes on without its second assessor, by the word of somebody who has no part in it."""

from dataclasses import replace

from services.diagnosis.domain.calibrating import sides_of
from services.diagnosis.domain.calibration import CALIBRATION, Waiver
from services.diagnosis.domain.diagnosis import Diagnosis
from services.diagnosis.domain.refusal import Refusal


def waive(diagnosis: Diagnosis, given: Waiver) -> Diagnosis | Refusal:
    """Nothing is compared, and the expert validates what the first assessor saw. What is out of bounds was compared:
    that is reconciled, and not waived.
    """
    calibration = diagnosis.calibration
    if diagnosis.withdrawn:
        return Refusal("conflict", "supplier_withdrawn")
    if calibration is None:
        return Refusal("conflict", "not_drawn")
    standing = CALIBRATION.after(calibration.standing, "waive")
    if standing is None:
        return Refusal("conflict", "second_waived" if calibration.standing == "waived" else "already_compared")
    if given.by in parties(diagnosis):
        return Refusal("forbidden", "waives_own")
    return replace(
        diagnosis,
        calibration=replace(calibration, standing=standing),
        waivers=(*diagnosis.waivers, replace(given, round=calibration.round)),
    )


def parties(diagnosis: Diagnosis) -> frozenset[str]:
    """Whoever assesses, leads or validates it, or ever did, and whoever answered for the firm."""
    sides = sides_of(diagnosis)
    known = (sides.firsts, sides.seconds, sides.leads, sides.saw, diagnosis.took_part, diagnosis.who_validated)
    assigned = (diagnosis.assessor, diagnosis.validator)
    return frozenset({*(one for side in known for one in side.subjects), *(one for one in assigned if one is not None)})
