"""A sheet of answers as callers send and see it, and a re-score. Never who answered: a subject identifies a person."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints, ValidationInfo, field_validator

from services.diagnosis.domain.answers import Answers, Proof, Why
from services.diagnosis.domain.evidence import Fault, Standing
from services.diagnosis.domain.instrument import Instrument
from services.diagnosis.domain.rescoring import Rescoring
from services.diagnosis.domain.scoring import dimension_points, overall_points, score
from shared.contracts.event import Day, Level, QuestionCode, Text
from shared.i18n.fields import wrong
from shared.service.http import Body, OneLine, View

MAX_QUESTIONS = 100
"""More than any version of the instrument has."""

MOST_EVIDENCE = 10
"""Of one answer: an assessor's photos of one machine."""

Texts = Annotated[dict[QuestionCode, Text], Field(max_length=MAX_QUESTIONS)]


class ProofBody(Body):
    """What backs an answer: an attachment that was given before; or where a document is kept, and its digest."""

    attachment: UUID | None = None
    reference: Annotated[Text, OneLine] | None = None
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$", max_length=64)] | None = Field(
        default=None, validate_default=True
    )

    @field_validator("sha256")
    @classmethod
    def _either(cls, sha256: str | None, others: ValidationInfo) -> str | None:
        if others.data.keys() >= {"attachment", "reference"}:
            other = others.data["reference"] is not None
            if (others.data["attachment"] is not None) == other or (sha256 is not None and not other):
                raise wrong("fields.proof")
        return sha256

    def given(self, known: Mapping[UUID, Proof]) -> Proof:
        """`known`: by id, the attachments that are named. Raises KeyError where one is not."""
        return Proof(self.reference or "", self.sha256) if self.attachment is None else known[self.attachment]


Proofs = Annotated[tuple[ProofBody, ...], Field(max_length=MOST_EVIDENCE)]


class ProofView(View):
    """What backs an answer. An attachment's reference is its name, empty once it is erased."""

    attachment: UUID | None
    reference: str
    sha256: str | None


class AnswersBody(Body):
    """A whole sheet: a level or null for every question. What is not about the firm may be left out."""

    levels: Annotated[dict[QuestionCode, Level | None], Field(max_length=MAX_QUESTIONS)]
    why: Annotated[dict[QuestionCode, Why], Field(max_length=MAX_QUESTIONS)] = Field(default_factory=dict)
    """Why a question was not evaluated: one for each null."""
    reasons: Texts = Field(default_factory=dict)
    """The same in words: one for each null."""
    notes: Texts = Field(default_factory=dict)
    evidence: Annotated[dict[QuestionCode, Proofs], Field(max_length=MAX_QUESTIONS)] = Field(default_factory=dict)
    """What backs an answer."""

    @property
    def proofs(self) -> tuple[ProofBody, ...]:
        return tuple(one for proofs in self.evidence.values() for one in proofs)

    def given(self, by: str, at: datetime, known: Mapping[UUID, Proof]) -> Answers:
        """`known`: by id, the attachments that are named."""
        evidence = {code: tuple(one.given(known) for one in proofs) for code, proofs in self.evidence.items() if proofs}
        return Answers(self.levels, self.reasons, self.notes, by, at, self.why, evidence=evidence)


class RescoreBody(Body):
    """A new level for one question: higher on evidence or on what was seen on a visit, lower on a note."""

    question: QuestionCode
    level: Level
    evidence_id: UUID | None = None
    note: Text = ""
    seen_on: Annotated[Day, Field(ge=date(2000, 1, 1), le=date(2100, 1, 1))] | None = None
    """The day of the visit on which it was seen, where no evidence is named."""
    returned_because: Fault | None = None
    """What is wrong with the evidence, where it raises nothing."""
    record: Annotated[Text, OneLine] = ""
    """The document or record that was seen on the visit, by name or number: of a legal question or a critical gap."""

    def given(self, by: str, at: datetime) -> Rescoring:
        words = (self.note, by, at, self.seen_on, self.returned_because, self.record)
        return Rescoring(self.question, self.level, self.evidence_id, *words)


class AnswersView(View):
    """One state's answers with their shares in basis points; no grade, which only the locked version has."""

    levels: dict[str, int | None]
    why: dict[str, Why]
    reasons: dict[str, str]
    notes: dict[str, str]
    evidence: dict[str, tuple[ProofView, ...]]
    at: datetime
    dimensions: dict[str, int]
    overall: int

    @classmethod
    def of_answers(cls, answers: Answers, instrument: Instrument) -> "AnswersView":
        scored = score(instrument, answers.levels)
        return cls(
            levels=dict(answers.levels),
            why=dict(answers.why),
            reasons=dict(answers.reasons),
            notes=dict(answers.notes),
            evidence={code: tuple(map(ProofView.of, proofs)) for code, proofs in answers.evidence.items()},
            at=answers.at,
            dimensions={code: dimension_points(instrument.rules, share) for code, share in scored.dimensions.items()},
            overall=overall_points(instrument.rules, scored.overall),
        )


class RescoreView(View):
    version: int
    question: str
    level_before: int | None
    level_after: int
    evidence_id: UUID | None
    note: str
    seen_on: date | None
    record: str
    at: datetime


class VerdictView(View):
    """What an assessor said of a piece of evidence, for one question."""

    question: str
    evidence_id: UUID
    standing: Standing
    because: Fault | None
    note: str
    at: datetime
