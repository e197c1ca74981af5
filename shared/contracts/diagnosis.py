"""The published language of `diagnosis`: how capable a firm is, and what it lacks."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.event import BasisPoints, Level, Moment, QuestionCode, ReasonCode, SupplierEvent, Value

Dimension = Literal["TEC", "OPE", "COM", "FIN", "GES", "ASG"]
Grade = Literal["A", "B", "C"]
Band = Literal["A", "B", "C1", "C2", "C3"]
Severity = Literal["critical", "major", "minor"]


class Gap(Value):
    """How far one question is from its target."""

    question: QuestionCode
    level: Level
    target: Level
    gap: Annotated[int, Field(ge=1, le=4)]
    severity: Severity
    anchors_asking: Annotated[int, Field(ge=0)] = 0
    modules: tuple[str, ...] = ()
    """Development modules that help to close it."""


class Result(Value):
    """Scores and gaps of one state of a diagnosis."""

    dimensions: dict[Dimension, BasisPoints]
    overall: BasisPoints
    grade: Grade
    band: Band
    reasons: tuple[ReasonCode, ...] = ()
    """Why the grade is lower than the overall share alone would give."""
    gaps: tuple[Gap, ...] = ()
    """In order of priority."""


class DiagnosisEvent(SupplierEvent):
    TOPIC: ClassVar[str] = "diagnosis.diagnosis.v1"

    diagnosis_id: UUID
    instrument: str
    """Version of the questionnaire."""


class DiagnosisOpened(DiagnosisEvent):
    """An aligned firm may answer the instrument."""

    TYPE: ClassVar[str] = "diagnosis.diagnosis-opened"

    targets: dict[QuestionCode, Level]
    must_have: tuple[QuestionCode, ...]


class DiagnosisSubmitted(DiagnosisEvent):
    """The firm assessed itself. Not a grade: only a validated version grades, selects or refers."""

    TYPE: ClassVar[str] = "diagnosis.diagnosis-submitted"

    answered: int
    not_evaluated: int


class DiagnosisAssessed(DiagnosisEvent):
    """An assessor visited the plant."""

    TYPE: ClassVar[str] = "diagnosis.diagnosis-assessed"

    differences: int
    """Questions on which firm and assessor are two levels or more apart."""


class DiagnosisCompleted(DiagnosisEvent):
    """An expert validated the assessment: this version is locked."""

    TYPE: ClassVar[str] = "diagnosis.diagnosis-completed"

    version: Annotated[int, Field(ge=1)]
    levels: dict[QuestionCode, Level | None]
    result: Result
    validated_at: Moment


class GapRescored(DiagnosisEvent):
    """An assessor scored one question again, on evidence: the only way to close a gap."""

    TYPE: ClassVar[str] = "diagnosis.gap-rescored"

    version: Annotated[int, Field(ge=1)]
    question: QuestionCode
    level_before: Level
    level_after: Level
    closed: bool
    result: Result
    rescored_at: Moment
