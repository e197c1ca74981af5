"""Who answers a diagnosis: the firm, the assessor, the expert. And an operator who lets them do so once more."""

from dataclasses import replace

from services.diagnosis.domain.answers import Answers, differences, fault, left_open, listed
from services.diagnosis.domain.diagnosis import DIAGNOSIS, Diagnosis, Locked, Reopening, not_open, not_theirs
from services.diagnosis.domain.instrument import Instrument, Instruments
from services.diagnosis.domain.refusal import Refusal
from services.diagnosis.domain.result import result_of


def submit(diagnosis: Diagnosis, answers: Answers, instruments: Instruments) -> Diagnosis | Refusal:
    """The firm's own answers; it may correct them until the assessor's are there. A draft ends with them."""
    refusal = not_open(diagnosis)
    if refusal is not None:
        return refusal
    status = DIAGNOSIS.after(diagnosis.status, "submit")
    if status is None:
        return Refusal("conflict", "already_assessed")
    refusal = fault(instruments.of(diagnosis.instrument), answers)
    if refusal is not None:
        return refusal
    if diagnosis.status == status and answers.repeats(diagnosis.self_assessment):
        return replace(diagnosis, draft={})
    return replace(
        diagnosis,
        status=status,
        self_assessment=answers,
        draft={},
        sheets=diagnosis.sheets + 1,
        took_part=diagnosis.took_part.joined_by(answers.by, *answers.authors.values()),
    )


def assess(diagnosis: Diagnosis, answers: Answers, instruments: Instruments) -> Diagnosis | Refusal:
    """The assessor's answers from the site visit; they may be corrected until the expert's are there."""
    refusal = not_open(diagnosis) or not_theirs(diagnosis.assessor, answers.by, "assessor_unassigned")
    if refusal is not None:
        return refusal
    status = DIAGNOSIS.after(diagnosis.status, "assess")
    if status is None:
        return Refusal("conflict", "already_completed" if diagnosis.status == "completed" else "not_submitted")
    refusal = fault(instruments.of(diagnosis.instrument), answers)
    if refusal is not None:
        return refusal
    apart = () if diagnosis.self_assessment is None else differences(diagnosis.self_assessment, answers)
    silent = [code for code in apart if not answers.notes.get(code, "").strip()]
    if silent:
        return Refusal("invalid", "note_missing", {"questions": listed(silent)})
    if diagnosis.status == status and answers.repeats(diagnosis.assessment):
        return diagnosis
    return replace(
        diagnosis,
        status=status,
        assessment=answers,
        sheets=diagnosis.sheets + 1,
        took_part=diagnosis.took_part.joined_by(answers.by),
    )


def validate(diagnosis: Diagnosis, answers: Answers, instruments: Instruments) -> Diagnosis | Refusal:
    """The expert's answers lock a version. Validating again, with other levels than now, makes the next one."""
    refusal = not_open(diagnosis) or not_theirs(diagnosis.validator, answers.by, "validator_unassigned")
    if refusal is not None:
        return refusal
    status = DIAGNOSIS.after(diagnosis.status, "validate")
    if status is None:
        return Refusal("conflict", "not_assessed")
    if not diagnosis.took_part.may_approve(answers.by):
        return Refusal("forbidden", "same_person")
    instrument = instruments.of(diagnosis.instrument)
    asked = (*instrument.legal, *diagnosis.demand.must_have)
    refusal = fault(instrument, answers) or left_open(answers, asked)
    if refusal is not None:
        return refusal
    # A repeat must not take back what was re-scored since.
    if diagnosis.status == status and answers.repeats(diagnosis.validation):
        return diagnosis
    refusal = _taken_back(diagnosis, answers)
    if refusal is not None:
        return refusal
    given = replace(diagnosis, status=status, validation=answers, sheets=diagnosis.sheets + 1)
    unmoved = diagnosis.locked is not None and answers.levels == diagnosis.locked.levels
    if diagnosis.status == status and unmoved:
        return given
    return replace(given, locked=_next(diagnosis, answers, instrument))


def reopen(diagnosis: Diagnosis, reopening: Reopening) -> Diagnosis | Refusal:
    """Let all three answer once more, as after a year or where a sheet was a mistake. Every sheet is kept."""
    refusal = not_open(diagnosis)
    if refusal is not None:
        return refusal
    status = DIAGNOSIS.after(diagnosis.status, "reopen")
    if status is None:
        return Refusal("conflict", "already_open")
    return replace(diagnosis, status=status, reopenings=(*diagnosis.reopenings, reopening))


def _taken_back(diagnosis: Diagnosis, answers: Answers) -> Refusal | None:
    """The refusal of a sheet that leaves a question at another level than its re-scores since the one before, and does
    not say why.
    """
    locked, before = diagnosis.locked, diagnosis.validation
    if locked is None or before is None:
        return None
    silent = [
        code
        for code, level in locked.levels.items()
        if level not in (before.levels.get(code), answers.levels.get(code)) and not answers.notes.get(code, "").strip()
    ]
    return Refusal("invalid", "rescore_taken_back", {"questions": listed(silent)}) if silent else None


def _next(diagnosis: Diagnosis, answers: Answers, instrument: Instrument) -> Locked:
    version = 1 if diagnosis.locked is None else diagnosis.locked.version + 1
    result = result_of(instrument, answers.levels, diagnosis.demand)
    return Locked(version=version, levels=answers.levels, result=result, validated_at=answers.at)
