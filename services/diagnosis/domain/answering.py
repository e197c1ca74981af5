"""Who answers a diagnosis: the firm, the assessor, the expert. And an operator who lets them do so once more."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from services.diagnosis.domain.answers import Answers, fault, left_open, listed
from services.diagnosis.domain.calibrating import (
    assess_second,
    compared,
    draw,
    held,
    is_second,
    moved_after,
    reopened,
    unexplained,
)
from services.diagnosis.domain.calibration import who_waived
from services.diagnosis.domain.diagnosis import (
    DIAGNOSIS,
    Diagnosis,
    Reopening,
    SentBack,
    next_version,
    not_open,
    not_theirs,
)
from services.diagnosis.domain.instrument import Instruments
from services.diagnosis.domain.refusal import Refusal, RefusalReason

Act = Literal["submit", "assess", "validate"]


@dataclass(frozen=True, slots=True)
class _Given:
    """A sheet that may be taken."""

    answers: Answers
    """With null for what is not about the firm and was not answered."""
    after: Diagnosis
    repeats: bool
    """Whether it says what the last one of its kind says."""


def submit(diagnosis: Diagnosis, answers: Answers, instruments: Instruments, share: int = 0) -> Diagnosis | Refusal:
    """The firm's own answers; it may correct them until the assessor's are there. A draft ends with them. `share`:
    basis points of all rounds that are assessed twice.
    """
    given = _given(diagnosis, "submit", answers, instruments)
    if isinstance(given, Refusal):
        return given
    if given.repeats:
        return replace(diagnosis, draft={})
    took_part = diagnosis.took_part.joined_by(answers.by, *answers.authors.values())
    after = replace(given.after, draft={}, took_part=took_part)
    return draw(after, share, instruments) if diagnosis.status == "open" else after


def assess(diagnosis: Diagnosis, answers: Answers, instruments: Instruments) -> Diagnosis | Refusal:
    """The assessor's answers from the site visit; they may be corrected until the expert's are there. A visit
    ends with them. What the second assessor gives is a sheet of its own.
    """
    if is_second(diagnosis, answers.by):
        return assess_second(diagnosis, answers, instruments)
    given = _given(diagnosis, "assess", answers, instruments)
    if isinstance(given, Refusal):
        return given
    silent = [code for code in given.after.differences(instruments) if not answers.notes.get(code, "").strip()]
    if silent:
        return Refusal("invalid", "note_missing", {"questions": listed(silent)})
    if given.repeats:
        return replace(diagnosis, visit={})
    if moved_after(diagnosis, given.answers.levels):
        return Refusal("conflict", "already_compared")
    took_part = diagnosis.took_part.joined_by(answers.by, *answers.authors.values())
    return compared(replace(given.after, visit={}, took_part=took_part), instruments)


def validate(diagnosis: Diagnosis, answers: Answers, instruments: Instruments) -> Diagnosis | Refusal:
    """The expert's answers lock a version. Validating again, with other levels than now, makes the next one."""
    given = _given(diagnosis, "validate", answers, instruments)
    if isinstance(given, Refusal):
        return given
    if (refusal := held(diagnosis)) is not None:
        return refusal
    asked = {*instruments.of(diagnosis.instrument).legal, *diagnosis.demand.must_have}
    left_out = instruments.not_applicable(diagnosis.instrument, diagnosis.offering)
    refusal = left_open(given.answers, asked.difference(left_out))
    if refusal is not None:
        return refusal
    silent = unexplained(diagnosis, given.answers)
    if silent:
        return Refusal("invalid", "reconciled_otherwise", {"questions": listed(silent)})
    # A repeat must not take back what was re-scored since.
    if given.repeats:
        return diagnosis
    refusal = _taken_back(diagnosis, given.answers)
    if refusal is not None:
        return refusal
    after = replace(given.after, validators=diagnosis.who_validated.joined_by(answers.by))
    levels = given.answers.levels
    same = diagnosis.locked is not None and levels == diagnosis.locked.levels
    if same and diagnosis.status == after.status and diagnosis.measured_by == diagnosis.instrument:
        return after
    return replace(after, locked=next_version(diagnosis, levels, answers.at, instruments))


def send_back(diagnosis: Diagnosis, back: SentBack) -> Diagnosis | Refusal:
    """The expert wants the assessor's sheet once more."""
    refusal = not_open(diagnosis) or not_theirs(diagnosis.validator, back.by, "validator_unassigned")
    if refusal is not None:
        return refusal
    status = DIAGNOSIS.after(diagnosis.status, "send back")
    if status is None:
        return Refusal("conflict", "already_completed" if diagnosis.status == "completed" else "not_assessed")
    return replace(diagnosis, status=status, sent_back=(*diagnosis.sent_back, back))


def not_now(diagnosis: Diagnosis, act: Act, by: str) -> Refusal | None:
    """What keeps somebody from giving a sheet now, if anything."""
    refusal = not_open(diagnosis) or _not_theirs(diagnosis, act, by)
    if refusal is None and DIAGNOSIS.after(diagnosis.status, act) is None:
        return Refusal("conflict", _why_not(diagnosis, act))
    return refusal


def reopen(diagnosis: Diagnosis, reopening: Reopening, instruments: Instruments) -> Diagnosis | Refusal:
    """Let all three answer once more, as after a year or where a sheet was a mistake. Every sheet is kept.

    The present questionnaire is answered. Where that is another one than before, nobody begins with what was said to
    the old one: a question of the same code may ask something else.
    """
    refusal = not_open(diagnosis)
    if refusal is not None:
        return refusal
    status = DIAGNOSIS.after(diagnosis.status, "reopen")
    if status is None:
        return Refusal("conflict", "already_open")
    if diagnosis.calibration is not None and diagnosis.calibration.standing == "out":
        return Refusal("conflict", "not_reconciled")
    again = reopened(replace(diagnosis, status=status, reopenings=(*diagnosis.reopenings, reopening)), instruments)
    return again if diagnosis.instrument == instruments.current.version else _on_another(again, instruments)


def _on_another(diagnosis: Diagnosis, instruments: Instruments) -> Diagnosis:
    """On the present questionnaire; the version that counts stays one of the old."""
    current = instruments.current
    locked = diagnosis.locked and replace(diagnosis.locked, instrument=diagnosis.measured_by)
    return replace(
        diagnosis,
        instrument=current.version,
        demand=diagnosis.demand_by(current.version, instruments),
        locked=locked,
        validators=diagnosis.who_validated,
        self_assessment=None,
        assessment=None,
        validation=None,
        draft={},
        visit={},
    )


def _given(diagnosis: Diagnosis, act: Act, answers: Answers, instruments: Instruments) -> _Given | Refusal:
    """What the three have in common: somebody may give a whole sheet, whose turn it is."""
    status, refusal = DIAGNOSIS.after(diagnosis.status, act), not_now(diagnosis, act, answers.by)
    if refusal is not None or status is None:
        return refusal or Refusal("conflict", _why_not(diagnosis, act))
    if act == "validate" and not diagnosis.took_part.may_approve(answers.by):
        return Refusal("forbidden", "same_person")
    left_out = instruments.not_applicable(diagnosis.instrument, diagnosis.offering)
    whole = answers.completed(left_out)
    refusal = fault(instruments.of(diagnosis.instrument), whole, left_out)
    if refusal is not None:
        return refusal
    name = _SHEETS[act]
    sheet: dict[str, Any] = {name: whole}
    after = replace(diagnosis, status=status, sheets=diagnosis.sheets + 1, **sheet)
    return _Given(whole, after, diagnosis.status == status and whole.repeats(getattr(diagnosis, name)))


def _not_theirs(diagnosis: Diagnosis, act: Act, by: str) -> Refusal | None:
    if by in who_waived(diagnosis.waivers):  # Assigned before that was asked.
        return Refusal("forbidden", "waived_it")
    if act == "assess":
        return not_theirs(diagnosis.assessor, by, "assessor_unassigned")
    return not_theirs(diagnosis.validator, by, "validator_unassigned") if act == "validate" else None


def _why_not(diagnosis: Diagnosis, act: Act) -> RefusalReason:
    if act == "assess":
        return "already_completed" if diagnosis.status == "completed" else "not_submitted"
    return "already_assessed" if act == "submit" else "not_assessed"


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


_SHEETS: Mapping[Act, str] = {"submit": "self_assessment", "assess": "assessment", "validate": "validation"}
