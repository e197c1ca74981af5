"""The only way to close a gap: evidence, and an assessor who scores the question again.

Source: the nonconformity logic of IATF 16949 10.2; a course attended closes nothing.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from services.diagnosis.domain.answers import is_level
from services.diagnosis.domain.diagnosis import Diagnosis, Locked, Rescore, not_theirs
from services.diagnosis.domain.gaps import Gap
from services.diagnosis.domain.instrument import Instruments
from services.diagnosis.domain.refusal import Refusal
from services.diagnosis.domain.result import result_of


@dataclass(frozen=True, slots=True)
class Rescoring:
    """An assessor's new level for one question. The evidence is a completed activity's, or described in the note."""

    question: str
    level: int
    evidence_id: UUID | None
    note: str
    by: str
    at: datetime


def rescore(diagnosis: Diagnosis, asked: Rescoring, instruments: Instruments) -> Diagnosis | Refusal:
    """Score one open gap again; the result is worked out anew and locked as the next version."""
    if diagnosis.withdrawn:
        return Refusal("conflict", "supplier_withdrawn")
    refusal = not_theirs(diagnosis.assessor, asked.by, "assessor_unassigned")
    if refusal is not None:
        return refusal
    locked = diagnosis.locked
    if locked is None:
        return Refusal("conflict", "not_completed")
    gap = _open_gap(locked, asked)
    if isinstance(gap, Refusal):
        return gap
    refusal = _evidence_fault(diagnosis, asked)
    if refusal is not None:
        return refusal
    levels = {**locked.levels, asked.question: asked.level}
    result = result_of(instruments.of(diagnosis.instrument), levels, diagnosis.demand)
    version = locked.version + 1
    done = Rescore(version, asked.question, gap.level, asked.level, asked.evidence_id, asked.note, asked.by, asked.at)
    return replace(
        diagnosis,
        locked=replace(locked, version=version, levels=levels, result=result),
        rescores=(*diagnosis.rescores, done),
        took_part=diagnosis.took_part.joined_by(asked.by),
    )


def _open_gap(locked: Locked, asked: Rescoring) -> Gap | Refusal:
    code = asked.question
    if code not in locked.levels:
        return Refusal("invalid", "unknown_question", {"questions": code})
    if not is_level(asked.level):
        return Refusal("invalid", "level_out_of_range", {"questions": code})
    gap = locked.result.gap(code)
    return Refusal("conflict", "gap_not_open", {"questions": code}) if gap is None else gap


def _evidence_fault(diagnosis: Diagnosis, asked: Rescoring) -> Refusal | None:
    code = asked.question
    if asked.evidence_id is None:
        if asked.note.strip():
            return None
        return Refusal("invalid", "evidence_missing")
    if asked.evidence_id not in diagnosis.evidence.get(code, ()):
        return Refusal("conflict", "evidence_unknown", {"questions": code})
    if any(one.question == code and one.evidence_id == asked.evidence_id for one in diagnosis.rescores):
        return Refusal("conflict", "evidence_used", {"questions": code})
    return None
