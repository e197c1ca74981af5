"""One supplier's diagnosis: the firm's answers, the assessor's and the expert's, and the version that counts.

waiting -> open (aligned) -> submitted (self) -> assessed (site visit) -> completed (expert-validated, locked).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal
from uuid import UUID, uuid5

from services.diagnosis.domain.answers import Answers, differences, fault, listed
from services.diagnosis.domain.demand import Ask, Demand, merge
from services.diagnosis.domain.instrument import Instruments
from services.diagnosis.domain.refusal import Refusal
from services.diagnosis.domain.result import Result, result_of
from shared.four_eyes import NOBODY, Participants

Status = Literal["waiting", "open", "submitted", "assessed", "completed"]


@dataclass(frozen=True, slots=True)
class Locked:
    """The version that grades, selects and refers. Earlier versions are in the journal."""

    version: int
    levels: Mapping[str, int | None]
    """The expert's levels, and on top of them the re-scores since."""
    result: Result
    validated_at: datetime


@dataclass(frozen=True, slots=True)
class Rescore:
    """One question scored again, and on what evidence."""

    version: int
    """The version that it made."""
    question: str
    level_before: int
    level_after: int
    evidence_id: UUID | None
    note: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Diagnosis:
    id: UUID
    """The supplier's."""
    status: Status = "waiting"
    required: bool = False
    """Somebody asks for what the firm offers; without that no further work is expected."""
    withdrawn: bool = False
    """The firm left the program: no command is taken any more."""
    instrument: str = ""
    """Version of the questionnaire, from the opening on; empty while waiting."""
    demand: Demand = field(default_factory=Demand)
    self_assessment: Answers | None = None
    assessment: Answers | None = None
    validation: Answers | None = None
    locked: Locked | None = None
    evidence: Mapping[str, tuple[UUID, ...]] = field(default_factory=dict)
    """By question, what completed activities gave; a set that only grows."""
    rescores: tuple[Rescore, ...] = ()
    assessor: str | None = None
    """Subject of whoever alone assesses and re-scores; an operator assigns them, and the validator too."""
    validator: str | None = None
    took_part: Participants = NOBODY
    """Whoever answered a sheet, also one that another replaced, or scored again. None of them ever validates."""

    @property
    def diagnosis_id(self) -> UUID:
        return uuid5(self.id, "diagnosis")

    @property
    def differences(self) -> tuple[str, ...]:
        """Questions on which firm and assessor are far apart."""
        if self.self_assessment is None or self.assessment is None:
            return ()
        return differences(self.self_assessment, self.assessment)

    @property
    def ready(self) -> Mapping[str, tuple[UUID, ...]]:
        """By question with an open gap, the evidence that no re-score has looked at yet."""
        if self.locked is None:
            return {}
        unused = {gap.question: self._unused_evidence(gap.question) for gap in self.locked.result.gaps}
        return {question: evidence for question, evidence in unused.items() if evidence}

    def _unused_evidence(self, question: str) -> tuple[UUID, ...]:
        used = {rescore.evidence_id for rescore in self.rescores if rescore.question == question}
        return tuple(evidence for evidence in self.evidence.get(question, ()) if evidence not in used)


def align(diagnosis: Diagnosis, asks: Iterable[Ask], instruments: Instruments) -> Diagnosis:
    """Open it, or measure it against what is asked now.

    A completed one keeps its levels; where its gaps are no longer the same it becomes a new locked version.
    """
    if diagnosis.withdrawn:
        return diagnosis
    version = instruments.current.version if diagnosis.status == "waiting" else diagnosis.instrument
    instrument = instruments.of(version)
    demand = merge(instrument, asks)
    aligned = replace(diagnosis, required=True, demand=demand, instrument=version)
    if diagnosis.status == "waiting":
        return replace(aligned, status="open")
    if diagnosis.locked is None:
        return aligned
    result = result_of(instrument, diagnosis.locked.levels, demand)
    if result == diagnosis.locked.result:
        return aligned
    return replace(aligned, locked=replace(diagnosis.locked, version=diagnosis.locked.version + 1, result=result))


def receive_evidence(diagnosis: Diagnosis, questions: Iterable[str], evidence_id: UUID) -> Diagnosis:
    """An activity's deliverable is there: its questions may be scored again. The gaps stay open until they are."""
    evidence = dict(diagnosis.evidence)
    for question in questions:
        known = evidence.get(question, ())
        if evidence_id not in known:
            evidence[question] = (*known, evidence_id)
    return replace(diagnosis, evidence=evidence)


def submit(diagnosis: Diagnosis, answers: Answers, instruments: Instruments) -> Diagnosis | Refusal:
    """The firm's own answers; it may correct them until the assessor's are there."""
    refusal = _not_open(diagnosis)
    if refusal is not None:
        return refusal
    if diagnosis.status not in {"open", "submitted"}:
        return Refusal("conflict", "already_assessed")
    refusal = fault(instruments.of(diagnosis.instrument), answers)
    if refusal is not None:
        return refusal
    if answers.repeats(diagnosis.self_assessment):
        return diagnosis
    took_part = diagnosis.took_part.joined_by(answers.by)
    return replace(diagnosis, status="submitted", self_assessment=answers, took_part=took_part)


def assess(diagnosis: Diagnosis, answers: Answers, instruments: Instruments) -> Diagnosis | Refusal:
    """The assessor's answers from the site visit; they may be corrected until the expert's are there."""
    refusal = _not_open(diagnosis) or not_theirs(diagnosis.assessor, answers.by, "assessor_unassigned")
    if refusal is not None:
        return refusal
    if diagnosis.self_assessment is None:
        return Refusal("conflict", "not_submitted")
    if diagnosis.status == "completed":
        return Refusal("conflict", "already_completed")
    refusal = fault(instruments.of(diagnosis.instrument), answers)
    if refusal is not None:
        return refusal
    apart = differences(diagnosis.self_assessment, answers)
    silent = [code for code in apart if not answers.notes.get(code, "").strip()]
    if silent:
        return Refusal("invalid", "note_missing", {"questions": listed(silent)})
    if answers.repeats(diagnosis.assessment):
        return diagnosis
    took_part = diagnosis.took_part.joined_by(answers.by)
    return replace(diagnosis, status="assessed", assessment=answers, took_part=took_part)


def validate(diagnosis: Diagnosis, answers: Answers, instruments: Instruments) -> Diagnosis | Refusal:
    """The expert's answers lock a version. Validating again, with other levels than now, makes the next one."""
    refusal = _not_open(diagnosis) or not_theirs(diagnosis.validator, answers.by, "validator_unassigned")
    if refusal is not None:
        return refusal
    if diagnosis.assessment is None:
        return Refusal("conflict", "not_assessed")
    if not diagnosis.took_part.may_approve(answers.by):
        return Refusal("forbidden", "same_person")
    instrument = instruments.of(diagnosis.instrument)
    refusal = fault(instrument, answers)
    if refusal is not None:
        return refusal
    unmoved = diagnosis.locked is not None and answers.levels == diagnosis.locked.levels
    # A repeat must not take back what was re-scored since.
    if unmoved or answers.repeats(diagnosis.validation):
        return diagnosis
    locked = Locked(
        version=1 if diagnosis.locked is None else diagnosis.locked.version + 1,
        levels=answers.levels,
        result=result_of(instrument, answers.levels, diagnosis.demand),
        validated_at=answers.at,
    )
    return replace(diagnosis, status="completed", validation=answers, locked=locked)


def not_theirs(
    assigned: str | None, subject: str, unassigned: Literal["assessor_unassigned", "validator_unassigned"]
) -> Refusal | None:
    """What keeps somebody from an act of the person who is assigned to it, if anything."""
    if assigned is None:
        return Refusal("conflict", unassigned)
    return None if assigned == subject else Refusal("forbidden", "not_assigned")


def _not_open(diagnosis: Diagnosis) -> Refusal | None:
    if diagnosis.withdrawn:
        return Refusal("conflict", "supplier_withdrawn")
    if diagnosis.status == "waiting":
        return Refusal("conflict", "diagnosis_not_open")
    return None
