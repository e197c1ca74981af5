"""What this stage decided, in the words of the contracts."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from services.diagnosis.domain import result as scored
from services.diagnosis.domain.calibrating import is_second
from services.diagnosis.domain.calibration import Waiver
from services.diagnosis.domain.diagnosis import Diagnosis, Locked
from services.diagnosis.domain.instrument import Instruments
from shared.contracts.diagnosis import (
    AssessmentsCompared,
    AssessorAssigned,
    DiagnosisAssessed,
    DiagnosisCompleted,
    DiagnosisEvent,
    DiagnosisOpened,
    DiagnosisSubmitted,
    EvidenceReturned,
    GapRescored,
    Result,
    SecondAssessmentWaived,
)
from shared.four_eyes import mark_of


def opened(diagnosis: Diagnosis) -> DiagnosisOpened:
    return DiagnosisOpened(
        **identity(diagnosis), targets=dict(diagnosis.demand.targets), must_have=diagnosis.demand.must_have
    )


def completed(diagnosis: Diagnosis) -> DiagnosisCompleted:
    locked = _locked(diagnosis)
    return DiagnosisCompleted(
        **_counting(diagnosis),
        version=locked.version,
        levels=dict(locked.levels),
        result=_result(locked.result),
        validated_at=locked.validated_at,
        not_applicable=locked.not_applicable,
        applicability=locked.applicability,
        assessor=_assessor(diagnosis),
        commitment=locked.commitment,
    )


def assigned(diagnosis: Diagnosis, at: datetime) -> AssessorAssigned:
    return AssessorAssigned(**identity(diagnosis), assessor=_assessor(diagnosis), assigned_at=at)


def _assessor(diagnosis: Diagnosis) -> str | None:
    return None if diagnosis.assessor is None else mark_of(diagnosis.id, diagnosis.assessor)


def rescored(diagnosis: Diagnosis) -> tuple[DiagnosisEvent, ...]:
    locked, done = _locked(diagnosis), diagnosis.rescores[-1]
    rescored = GapRescored(
        **_counting(diagnosis),
        version=locked.version,
        question=done.question,
        level_before=done.level_before or 0,
        level_after=done.level_after,
        evidence_id=done.evidence_id,
        closed=locked.result.gap(done.question) is None,
        result=_result(locked.result),
        rescored_at=done.at,
        commitment=locked.commitment,
    )
    verdict = diagnosis.verdicts[-1] if done.evidence_id is not None and diagnosis.verdicts else None
    if verdict is None or verdict.because is None:
        return (rescored,)
    returned = EvidenceReturned(
        **_counting(diagnosis),
        question=verdict.question,
        evidence_id=verdict.evidence_id,
        reason=verdict.because,
        returned_at=verdict.at,
    )
    return rescored, returned


Told = Callable[[Diagnosis], tuple[DiagnosisEvent, ...]]


def assessed(before: Diagnosis | None, by: str, instruments: Instruments) -> Told:
    """Of the second assessor's sheet nothing is told but how both compare; of the first one's nothing before that:
    the second could hear of it.
    """
    comparing = compared(before, instruments)

    def told(diagnosis: Diagnosis) -> tuple[DiagnosisEvent, ...]:
        was, now = None if before is None else before.calibration, diagnosis.calibration
        if now is not None and now.standing == "drawn":
            return ()
        blind = was is not None and was.standing == "drawn"
        if is_second(diagnosis, by) and not blind:
            return comparing(diagnosis)
        return (_assessed(diagnosis, instruments), *comparing(diagnosis))

    return told


def _assessed(diagnosis: Diagnosis, instruments: Instruments) -> DiagnosisAssessed:
    digests = {} if diagnosis.assessment is None else dict(diagnosis.assessment.digests)
    differences = len(diagnosis.differences(instruments))
    return DiagnosisAssessed(**identity(diagnosis), differences=differences, evidence=digests)


def waived(diagnosis: Diagnosis, given: Waiver, instruments: Instruments) -> tuple[DiagnosisEvent, ...]:
    """A sheet of which nothing was told while the round was blind is told with it."""
    told = SecondAssessmentWaived(**identity(diagnosis), waived_at=given.at)
    return (told, _assessed(diagnosis, instruments)) if diagnosis.status == "assessed" else (told,)


def compared(before: Diagnosis | None, instruments: Instruments) -> Told:
    """How two assessors agree, where that is another thing than before."""

    def told(diagnosis: Diagnosis) -> tuple[DiagnosisEvent, ...]:
        was, now = None if before is None else before.calibration, diagnosis.calibration
        bounds = instruments.of(diagnosis.instrument).calibration
        found = None if now is None or bounds is None else now.agreement(bounds)
        if now is None or found is None or (was is not None and was.standing == now.standing):
            return ()
        marks = {mark_of(diagnosis.id, one) for pair in now.pairs for one in (pair.first_by, pair.second_by)}
        judged: dict[str, Any] = {
            "standing": now.standing,
            "kappa": found.kappa,
            "questions": found.pairs,
            "apart": found.apart,
            "alone": len(now.alone),
            "compared_at": now.compared_at if now.reconciliation is None else now.reconciliation.at,
        }
        return (AssessmentsCompared(**identity(diagnosis), **judged, assessors=tuple(sorted(marks))),)

    return told


def submitted(diagnosis: Diagnosis) -> tuple[DiagnosisEvent, ...]:
    sheet = diagnosis.self_assessment
    if sheet is None:
        raise ValueError("only a sheet is told of")
    skipped = len(sheet.not_evaluated)
    answered = len(sheet.levels) - skipped
    evidence = dict(sheet.digests)
    return (DiagnosisSubmitted(**identity(diagnosis), answered=answered, not_evaluated=skipped, evidence=evidence),)


def identity(diagnosis: Diagnosis) -> dict[str, Any]:
    return {
        "supplier_id": diagnosis.id,
        "diagnosis_id": diagnosis.diagnosis_id,
        "instrument": diagnosis.instrument,
    }


def _counting(diagnosis: Diagnosis) -> dict[str, Any]:
    """With the questionnaire of the version that counts."""
    return identity(diagnosis) | {"instrument": diagnosis.measured_by}


def _locked(diagnosis: Diagnosis) -> Locked:
    if diagnosis.locked is None:
        raise ValueError("only a locked version is told of")
    return diagnosis.locked


def _result(result: scored.Result) -> Result:
    return Result.model_validate(asdict(result))
