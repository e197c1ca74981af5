"""The published language of `diagnosis`: how capable a firm is, and what it lacks."""

from dataclasses import field
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.event import (
    MOST_QUESTIONS,
    BasisPoints,
    Count,
    Level,
    Modules,
    Moment,
    Positive,
    QuestionCode,
    Questions,
    ReasonCode,
    Reasons,
    RulesVersion,
    Sha256,
    SupplierEvent,
    Value,
)

Dimension = Literal["TEC", "OPE", "COM", "FIN", "GES", "ASG"]
Grade = Literal["A", "B", "C"]
Band = Literal["A", "B", "C1", "C2", "C3"]
Severity = Literal["critical", "major", "minor"]

MOST_PROOFS = 10
"""Files that back one answer."""
MOST_ASSESSORS = 200
"""People who gave the levels of two sheets: each of a question of its own at most."""


Evidence = Annotated[
    dict[QuestionCode, Annotated[tuple[Sha256, ...], Field(max_length=MOST_PROOFS)]], Field(max_length=MOST_QUESTIONS)
]


class Gap(Value):
    """How far one question is from its target."""

    question: QuestionCode
    """The question of the instrument."""
    level: Level
    """Where the firm stands."""
    target: Level
    """Where the matched anchors want it."""
    gap: Annotated[int, Field(strict=True, ge=1, le=4)]
    """Levels between the two."""
    severity: Severity
    """How much it weighs: a critical one blocks introductions."""
    anchors_asking: Count = 0
    """How many matched anchors ask for this level."""
    modules: Modules = ()
    """Development modules that help to close it."""
    evaluated: bool = True
    """False: the law or an anchor asks for it and nobody could say how the firm stands, which counts as level 0."""


class Result(Value):
    """Scores and gaps of one state of a diagnosis."""

    dimensions: Annotated[dict[Dimension, BasisPoints], Field(max_length=6)]
    """Share reached in each dimension: technical, operational, commercial, financial, management, environment and
    safety.
    """
    overall: BasisPoints
    """Weighted share over all dimensions."""
    grade: Grade
    """A, B or C."""
    band: Band
    """The grade, with C in three steps."""
    reasons: Reasons = ()
    """Why the grade is lower than the overall share alone would give."""
    gaps: Annotated[tuple[Gap, ...], Field(max_length=MOST_QUESTIONS)] = ()
    """In order of priority."""


class DiagnosisEvent(SupplierEvent):
    """Something about one firm's diagnosis."""

    TOPIC: ClassVar[str] = "diagnosis.diagnosis.v1"

    diagnosis_id: UUID
    """The firm's diagnosis; it stays the same over its versions."""
    instrument: RulesVersion
    """Version of the questionnaire."""


class DiagnosisOpened(DiagnosisEvent):
    """An aligned firm may answer the instrument."""

    TYPE: ClassVar[str] = "diagnosis.diagnosis-opened"
    ABOUT: ClassVar[tuple[str, ...]] = ("opening",)

    targets: Annotated[dict[QuestionCode, Level], Field(max_length=MOST_QUESTIONS)]
    """Level that the matched anchors ask, by question; 3 where it says nothing."""
    must_have: Questions
    """Questions on which a gap is critical."""


class DiagnosisSubmitted(DiagnosisEvent):
    """The firm assessed itself. Not a grade: only a validated version grades, selects or refers."""

    TYPE: ClassVar[str] = "diagnosis.diagnosis-submitted"
    ABOUT: ClassVar[tuple[str, ...]] = ("submission",)

    answered: Annotated[Count, Field(examples=[46])]
    """Questions with an answer."""
    not_evaluated: Annotated[Count, Field(examples=[2])]
    """Questions that the firm left out."""
    evidence: Evidence = field(default_factory=dict)
    """By question, digests of the files that back the firm's answer. The files stay in the stage."""


class DiagnosisAssessed(DiagnosisEvent):
    """An assessor visited the plant; where two do, apart from each other, told once both gave their sheet."""

    TYPE: ClassVar[str] = "diagnosis.diagnosis-assessed"
    ABOUT: ClassVar[tuple[str, ...]] = ("assessment",)

    differences: Annotated[Count, Field(examples=[5])]
    """Questions on which firm and assessor are two levels or more apart."""
    evidence: Evidence = field(default_factory=dict)
    """By question, digests of the files that back the assessor's answer. The files stay in the stage."""


class AssessmentReturned(DiagnosisEvent):
    """The expert did not validate the assessment: the assessor is to look again. Why stays in the stage."""

    TYPE: ClassVar[str] = "diagnosis.assessment-returned"
    ABOUT: ClassVar[tuple[str, ...]] = ("assessment",)

    returned_at: Moment
    """When the expert returned it."""


class AssessmentsCompared(DiagnosisEvent):
    """Two assessors, who did not see each other's levels, both gave their sheet; or a lead assessor reconciled them."""

    TYPE: ClassVar[str] = "diagnosis.assessments-compared"
    ABOUT: ClassVar[tuple[str, ...]] = ("calibration",)

    standing: Annotated[ReasonCode, Field(examples=["within"])]
    """`within` the questionnaire's bounds, `out` of them, which holds the validation, or `reconciled`."""
    kappa: Annotated[int, Field(strict=True, ge=-10_000, le=10_000)] | None
    """Cohen's kappa with quadratic weights, in basis points; null where one of the two gave one level alone."""
    questions: Annotated[Count, Field(examples=[53])]
    """Questions to which both gave a level."""
    apart: Annotated[Count, Field(examples=[1])]
    """Those on which they are further apart than the questionnaire's version takes for the same view."""
    assessors: Annotated[tuple[Sha256, ...], Field(max_length=MOST_ASSESSORS)]
    """Marks of who gave the levels, as in `AssessorAssigned`; in no order."""
    compared_at: Moment
    """When the later sheet was given, or the two were reconciled."""
    alone: Annotated[Count, Field(examples=[1])] | None = None
    """Questions to which one of the two alone gave a level: they count as apart. Null: not told before this was."""


class SecondAssessmentWaived(DiagnosisEvent):
    """An operator lets a round that was drawn to be assessed twice go on without its second assessor: nothing is
    compared. Why stays in the stage.
    """

    TYPE: ClassVar[str] = "diagnosis.second-assessment-waived"
    ABOUT: ClassVar[tuple[str, ...]] = ("calibration",)

    waived_at: Moment
    """When the operator said so."""


class DiagnosisCompleted(DiagnosisEvent):
    """An expert validated the assessment: this version is locked."""

    TYPE: ClassVar[str] = "diagnosis.diagnosis-completed"
    ABOUT: ClassVar[tuple[str, ...]] = ("result",)

    version: Positive
    """1 for the first validated version."""
    levels: Annotated[dict[QuestionCode, Level | None], Field(max_length=MOST_QUESTIONS)]
    """Validated level of each question; null where it was not evaluated."""
    result: Result
    """Scores and gaps of this version."""
    validated_at: Moment
    """When the expert validated it."""
    not_applicable: Questions = ()
    """Questions without a level that are not about the firm, by what it makes: nobody asks them."""
    applicability: RulesVersion | None = None
    """Version of the table that says which questions are about whom."""
    assessor: Sha256 | None = None
    """A mark of who scores evidence from now on, as in `AssessorAssigned`."""
    commitment: QuestionCode | None = None
    """The question on the management's commitment, by this version of the questionnaire."""


class AssessorAssigned(DiagnosisEvent):
    """After the validation another person scores evidence. Nobody is named: a stage compares who comes to it."""

    TYPE: ClassVar[str] = "diagnosis.assessor-assigned"
    ABOUT: ClassVar[tuple[str, ...]] = ("assessor",)

    assessor: Sha256 | None
    """SHA-256 of the firm's id, a line break and the subject of their token; null: nobody does."""
    assigned_at: Moment
    """When an operator assigned them."""


class GapRescored(DiagnosisEvent):
    """An assessor scored one question again: higher on evidence or a visit, the only way to close a gap; or lower."""

    TYPE: ClassVar[str] = "diagnosis.gap-rescored"
    ABOUT: ClassVar[tuple[str, ...]] = ("result",)

    version: Positive
    """The validated version that the new score changes."""
    question: QuestionCode
    """The question that was scored again."""
    level_before: Level
    """Its level until now; 0 where it was not evaluated."""
    level_after: Level
    """Its level from now on."""
    evidence_id: UUID | None = None
    """The evidence of a completed activity that was looked at; none where it was a visit, or a note."""
    closed: bool
    """Whether the target is reached."""
    result: Result
    """Scores and gaps with the new level."""
    rescored_at: Moment
    """When the assessor scored it."""
    commitment: QuestionCode | None = None
    """The question on the management's commitment, by this version of the questionnaire."""


class EvidenceReturned(DiagnosisEvent):
    """An assessor looked at evidence of a completed activity and it raised nothing: the activity is to be mended."""

    TYPE: ClassVar[str] = "diagnosis.evidence-returned"
    ABOUT: ClassVar[tuple[str, ...]] = ("verdict", "evidence_id", "question")

    question: QuestionCode
    """The question that it was given for."""
    evidence_id: UUID
    """The evidence, as `ActivityCompleted` named it."""
    reason: Annotated[ReasonCode, Field(examples=["not_enough"])]
    """What is wrong with it."""
    returned_at: Moment
    """When the assessor returned it."""
