"""What the HTTP API takes and shows. Never who answered: a subject identifies a person."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.diagnosis.domain.answers import Answers
from services.diagnosis.domain.diagnosis import Diagnosis, Locked, Status
from services.diagnosis.domain.instrument import Instrument, Instruments
from services.diagnosis.domain.rescoring import Rescoring
from services.diagnosis.domain.scoring import basis_points, score
from services.diagnosis.store import Summary
from shared.contracts.diagnosis import Result, Severity
from shared.contracts.event import QuestionCode, Text

StrictLevel = Annotated[int, Field(ge=0, le=4, strict=True)]
"""Without coercion: `true` is not level 1."""


class _View(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class AnswersBody(BaseModel):
    """A whole sheet: a level or null for every question."""

    model_config = ConfigDict(extra="forbid")

    levels: dict[QuestionCode, StrictLevel | None]
    reasons: dict[QuestionCode, Text] = {}
    """Why a question was not evaluated: one for each null."""
    notes: dict[QuestionCode, Text] = {}

    def given(self, by: str, at: datetime) -> Answers:
        return Answers(self.levels, self.reasons, self.notes, by, at)


class RescoreBody(BaseModel):
    """A new level for one open gap, on a completed activity's evidence or on what the note says was seen."""

    model_config = ConfigDict(extra="forbid")

    question: QuestionCode
    level: StrictLevel
    evidence_id: UUID | None = None
    note: Text = ""

    def given(self, by: str, at: datetime) -> Rescoring:
        return Rescoring(self.question, self.level, self.evidence_id, self.note, by, at)


class QuestionView(_View):
    code: str
    dimension: str
    weight: int
    critical: bool
    legal: bool
    text: str
    evidence: str
    basis: str
    modules: tuple[str, ...]
    levels: tuple[str, ...]


class DimensionView(_View):
    code: str
    name: str
    weight: int


class InstrumentView(BaseModel):
    """The questionnaire that diagnoses open with now."""

    version: str
    source: str
    not_evaluated_max: int
    default_target: int
    dimensions: list[DimensionView]
    questions: list[QuestionView]

    @classmethod
    def of(cls, instrument: Instrument) -> "InstrumentView":
        return cls(
            version=instrument.version,
            source=instrument.source,
            not_evaluated_max=instrument.rules.not_evaluated_max,
            default_target=instrument.rules.default_target,
            dimensions=[DimensionView.model_validate(each) for each in instrument.dimensions.values()],
            questions=[QuestionView.model_validate(each) for each in instrument.questions.values()],
        )


class AnswersView(BaseModel):
    """One state's answers with their shares in basis points; no grade, which only the locked version has."""

    levels: dict[str, int | None]
    reasons: dict[str, str]
    notes: dict[str, str]
    at: datetime
    dimensions: dict[str, int]
    overall: int

    @classmethod
    def of(cls, answers: Answers, instrument: Instrument) -> "AnswersView":
        scored = score(instrument, answers.levels)
        return cls(
            levels=dict(answers.levels),
            reasons=dict(answers.reasons),
            notes=dict(answers.notes),
            at=answers.at,
            dimensions={code: basis_points(share) for code, share in scored.dimensions.items()},
            overall=basis_points(scored.overall),
        )


class RescoreView(_View):
    version: int
    question: str
    level_before: int
    level_after: int
    evidence_id: UUID | None
    note: str
    at: datetime


class LockedView(BaseModel):
    """The version that counts."""

    version: int
    levels: dict[str, int | None]
    result: Result
    validated_at: datetime

    @classmethod
    def of(cls, locked: Locked) -> "LockedView":
        return cls(
            version=locked.version,
            levels=dict(locked.levels),
            result=Result.model_validate(asdict(locked.result)),
            validated_at=locked.validated_at,
        )


class DiagnosisView(BaseModel):
    """Everything of one diagnosis; the three states of answers apart."""

    supplier_id: UUID
    diagnosis_id: UUID
    status: Status
    required: bool
    withdrawn: bool
    instrument: str
    targets: dict[str, int]
    must_have: tuple[str, ...]
    self_assessment: AnswersView | None
    assessment: AnswersView | None
    validation: AnswersView | None
    differences: tuple[str, ...]
    """Questions on which firm and assessor are two levels or more apart."""
    locked: LockedView | None
    rescores: list[RescoreView]

    @classmethod
    def of(cls, diagnosis: Diagnosis, instruments: Instruments) -> "DiagnosisView":
        def sheet(answers: Answers | None) -> AnswersView | None:
            return None if answers is None else AnswersView.of(answers, instruments.of(diagnosis.instrument))

        return cls(
            supplier_id=diagnosis.id,
            diagnosis_id=diagnosis.diagnosis_id,
            status=diagnosis.status,
            required=diagnosis.required,
            withdrawn=diagnosis.withdrawn,
            instrument=diagnosis.instrument,
            targets=dict(diagnosis.demand.targets),
            must_have=diagnosis.demand.must_have,
            self_assessment=sheet(diagnosis.self_assessment),
            assessment=sheet(diagnosis.assessment),
            validation=sheet(diagnosis.validation),
            differences=diagnosis.differences,
            locked=LockedView.of(diagnosis.locked) if diagnosis.locked else None,
            rescores=[RescoreView.model_validate(each) for each in diagnosis.rescores],
        )


class GapView(_View):
    question: str
    level: int
    target: int
    gap: int
    severity: Severity
    anchors_asking: int
    modules: tuple[str, ...]
    evidence: tuple[UUID, ...] = ()
    """Of completed activities, not yet looked at: the question is ready to be scored again."""


class GapsView(BaseModel):
    """Open gaps of the locked version, in order of priority."""

    version: int
    """0: nothing is validated yet."""
    gaps: list[GapView]

    @classmethod
    def of(cls, diagnosis: Diagnosis) -> "GapsView":
        if diagnosis.locked is None:
            return cls(version=0, gaps=[])
        ready = diagnosis.ready
        gaps = [
            GapView.model_validate(gap).model_copy(update={"evidence": ready.get(gap.question, ())})
            for gap in diagnosis.locked.result.gaps
        ]
        return cls(version=diagnosis.locked.version, gaps=gaps)


class SummaryView(_View):
    supplier_id: UUID
    status: Status
    required: bool
    withdrawn: bool
    instrument: str
    version: int
    overall: int | None
    band: str | None
    critical_gaps: int | None


class DiagnosisPage(BaseModel):
    """Part of a list; `cursor` asks for the next part, null at the end."""

    diagnoses: list[SummaryView]
    cursor: UUID | None

    @classmethod
    def of(cls, found: Sequence[Summary], limit: int) -> "DiagnosisPage":
        return cls(
            diagnoses=[SummaryView.model_validate(each) for each in found],
            cursor=found[-1].supplier_id if len(found) == limit else None,
        )


class LackView(_View):
    """How many firms of the program have an open gap on one question."""

    question: str
    severity: Severity
    suppliers: int
    levels: int
    """Sum of the levels that they are short of."""
