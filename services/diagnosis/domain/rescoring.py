"""The only way to close a gap: evidence, and an assessor who scores the question again. And the way back: surveillance.

Source: the nonconformity logic of IATF 16949 10.2; a course attended closes nothing.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from services.diagnosis.domain.answers import is_level
from services.diagnosis.domain.diagnosis import Diagnosis, Locked, Rescore, next_version, not_theirs
from services.diagnosis.domain.evidence import EVIDENCE, Fault, Verdict
from services.diagnosis.domain.instrument import Instrument, Instruments
from services.diagnosis.domain.refusal import Refusal
from shared.days import day_of

FEWEST_WORDS: Final = 3
"""Characters of a note that says what was seen, and of the record that it was seen in."""


@dataclass(frozen=True, slots=True)
class Rescoring:
    """An assessor's new level for one question, on a completed activity's evidence or on what they saw on site."""

    question: str
    level: int
    evidence_id: UUID | None
    note: str
    by: str
    at: datetime
    seen_on: date | None = None
    """The day of the visit."""
    returned_because: Fault | None = None
    """Why the evidence raises nothing."""
    record: str = ""
    """The document or record that was seen on the visit."""


def rescore(diagnosis: Diagnosis, asked: Rescoring, instruments: Instruments) -> Diagnosis | Refusal:
    """Score one question again; the result is worked out anew and locked as the next version."""
    if diagnosis.withdrawn:
        return Refusal("conflict", "supplier_withdrawn")
    refusal = not_theirs(diagnosis.assessor, asked.by, "assessor_unassigned")
    if refusal is not None:
        return refusal
    locked = diagnosis.locked
    if locked is None:
        return Refusal("conflict", "not_completed")
    refusal = _question_fault(locked, asked)
    if refusal is not None:
        return refusal
    before = locked.levels[asked.question]
    raises = asked.level > (before or 0)
    verdict = _verdict(diagnosis, asked, raises=raises)
    if isinstance(verdict, Refusal):
        return verdict
    instrument = instruments.of(diagnosis.measured_by)
    refusal = _raise_fault(instrument, locked, asked) if raises else _note_fault(asked, same=asked.level == before)
    if refusal is not None:
        return refusal
    levels = {**locked.levels, asked.question: asked.level}
    after = next_version(diagnosis, levels, locked.validated_at, instruments, diagnosis.measured_by)
    told = (asked.evidence_id, asked.note, asked.by, asked.at, asked.seen_on, asked.record)
    return replace(
        diagnosis,
        locked=after,
        rescores=(*diagnosis.rescores, Rescore(after.version, asked.question, before, asked.level, *told)),
        verdicts=diagnosis.verdicts if verdict is None else (*diagnosis.verdicts, verdict),
        took_part=diagnosis.took_part.joined_by(asked.by),
    )


def _question_fault(locked: Locked, asked: Rescoring) -> Refusal | None:
    if asked.question not in locked.levels:
        return Refusal("invalid", "unknown_question", {"questions": asked.question})
    return None if is_level(asked.level) else Refusal("invalid", "level_out_of_range", {"questions": asked.question})


def _verdict(diagnosis: Diagnosis, asked: Rescoring, *, raises: bool) -> Verdict | Refusal | None:
    """What the re-score says of the evidence that it names: accepted where it raises the level, else returned."""
    code, evidence_id = asked.question, asked.evidence_id
    if evidence_id is None:
        return None
    if evidence_id not in diagnosis.evidence.get(code, ()):
        return Refusal("conflict", "evidence_unknown", {"questions": code})
    standing = EVIDENCE.after(diagnosis.standing(code, evidence_id), "accept" if raises else "return")
    if standing is None:
        return Refusal("conflict", "evidence_used", {"questions": code})
    if standing == "returned" and asked.returned_because is None:
        return Refusal("invalid", "return_reason_missing", {"questions": code})
    because = asked.returned_because if standing == "returned" else None
    return Verdict(code, evidence_id, standing, because, asked.note, asked.by, asked.at)


def _raise_fault(instrument: Instrument, locked: Locked, asked: Rescoring) -> Refusal | None:
    """A level rises on evidence, or on what was seen on a day since the validation; words alone raise nothing.

    Where the law asks, or the gap is critical, the document or record that was seen is named.
    """
    if asked.evidence_id is not None:
        return None
    if len(asked.note.strip()) < FEWEST_WORDS or asked.seen_on is None:
        return Refusal("invalid", "evidence_missing")
    # Where the plant is, the day of the validation may be the one before ours.
    if not day_of(locked.validated_at) - timedelta(days=1) <= asked.seen_on <= day_of(asked.at):
        return Refusal("invalid", "visit_out_of_range")
    gap = locked.result.gap(asked.question)
    weighs = instrument.questions[asked.question].legal or (gap is not None and gap.severity == "critical")
    if weighs and len(asked.record.strip()) < FEWEST_WORDS:
        return Refusal("invalid", "record_missing", {"questions": asked.question})
    return None


def _note_fault(asked: Rescoring, *, same: bool) -> Refusal | None:
    if same and asked.evidence_id is None:
        return Refusal("conflict", "level_unchanged", {"questions": asked.question})
    return None if asked.note.strip() else Refusal("invalid", "rescore_note_missing", {"questions": asked.question})
