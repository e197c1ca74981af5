"""A sheet question by question. The firm's: several people work at one, and none loses another's words. The
assessor's, as they go through the plant.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from services.diagnosis.domain.answering import assess, not_now, submit
from services.diagnosis.domain.answers import Answer, answer_fault, begun, together
from services.diagnosis.domain.calibrating import hides, is_second, moved_after, not_second_now
from services.diagnosis.domain.diagnosis import DIAGNOSIS, Diagnosis, not_open
from services.diagnosis.domain.instrument import Instruments
from services.diagnosis.domain.refusal import Refusal


def drafted(diagnosis: Diagnosis) -> Mapping[str, Answer]:
    """What the firm's next sheet says so far: its last one, and what was answered since."""
    return begun(diagnosis.self_assessment, diagnosis.draft)


def visited(diagnosis: Diagnosis, by: str) -> Mapping[str, Answer]:
    """The same of the assessor's next sheet: of the second one's where they ask, and of the first one's nothing while
    it is not for them yet.
    """
    calibration = diagnosis.calibration
    if calibration is not None and is_second(diagnosis, by):
        return begun(calibration.sheet, calibration.visit)
    return {} if hides(diagnosis, by) else begun(diagnosis.assessment, diagnosis.visit)


def seen_since(diagnosis: Diagnosis, by: str) -> Mapping[str, Answer]:
    """What of it was answered since the last sheet."""
    calibration = diagnosis.calibration
    if calibration is not None and is_second(diagnosis, by):
        return calibration.visit
    return {} if hides(diagnosis, by) else diagnosis.visit


def answer(diagnosis: Diagnosis, question: str, given: Answer, instruments: Instruments) -> Diagnosis | Refusal:
    """Answer one question. Others may be missing still."""
    refusal = _closed(diagnosis) or _wrong(diagnosis, question, given, instruments)
    if refusal is not None:
        return refusal
    if given.repeats(drafted(diagnosis).get(question)):
        return diagnosis
    took_part = diagnosis.took_part.joined_by(given.by)
    return replace(diagnosis, draft={**diagnosis.draft, question: given}, took_part=took_part)


def submit_draft(
    diagnosis: Diagnosis, by: str, at: datetime, instruments: Instruments, share: int = 0
) -> Diagnosis | Refusal:
    """Take it as a whole as the firm's own sheet."""
    return _closed(diagnosis) or submit(diagnosis, together(drafted(diagnosis), by, at), instruments, share)


def see(diagnosis: Diagnosis, question: str, given: Answer, instruments: Instruments) -> Diagnosis | Refusal:
    """The assessor answers one question of their next sheet. Others may be missing still."""
    calibration = diagnosis.calibration if is_second(diagnosis, given.by) else None
    refusal = not_now(diagnosis, "assess", given.by) if calibration is None else not_second_now(diagnosis)
    refusal = refusal or _wrong(diagnosis, question, given, instruments)
    if refusal is not None:
        return refusal
    if calibration is None and moved_after(diagnosis, {question: given.level}):
        return Refusal("conflict", "already_compared")
    if given.repeats(visited(diagnosis, given.by).get(question)):
        return diagnosis
    known = replace(diagnosis, took_part=diagnosis.took_part.joined_by(given.by))
    if calibration is None:
        return replace(known, visit={**diagnosis.visit, question: given})
    return replace(known, calibration=replace(calibration, visit={**calibration.visit, question: given}))


def end_visit(diagnosis: Diagnosis, by: str, at: datetime, instruments: Instruments) -> Diagnosis | Refusal:
    """Take it as a whole as the assessor's sheet."""
    return assess(diagnosis, together(visited(diagnosis, by), by, at), instruments)


def _wrong(diagnosis: Diagnosis, question: str, given: Answer, instruments: Instruments) -> Refusal | None:
    left_out = instruments.not_applicable(diagnosis.instrument, diagnosis.offering)
    return answer_fault(instruments.of(diagnosis.instrument), question, given, left_out)


def _closed(diagnosis: Diagnosis) -> Refusal | None:
    refusal = not_open(diagnosis)
    if refusal is None and DIAGNOSIS.after(diagnosis.status, "submit") is None:
        return Refusal("conflict", "already_assessed")
    return refusal
