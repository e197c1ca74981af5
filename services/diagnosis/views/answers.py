"""A sheet of answers as callers send and see it, and a re-score. Never who answered: a subject identifies a person."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.diagnosis.domain.answers import Answers, Why
from services.diagnosis.domain.evidence import Fault, Standing
from services.diagnosis.domain.instrument import Instrument
from services.diagnosis.domain.rescoring import Rescoring
from services.diagnosis.domain.scoring import dimension_points, overall_points, score
from shared.contracts.event import Day, Level, QuestionCode, Text
from shared.service.http import Body, OneLine, View

MAX_QUESTIONS = 100
"""More than any version of the instrument has."""

Texts = Annotated[dict[QuestionCode, Text], Field(max_length=MAX_QUESTIONS)]


class AnswersBody(Body):
    """A whole sheet: a level or null for every question. What is not about the firm may be left out."""

    levels: Annotated[dict[QuestionCode, Level | None], Field(max_length=MAX_QUESTIONS)]
    why: Annotated[dict[QuestionCode, Why], Field(max_length=MAX_QUESTIONS)] = Field(default_factory=dict)
    """Why a question was not evaluated: one for each null."""
    reasons: Texts = Field(default_factory=dict)
    """The same in words: one for each null."""
    notes: Texts = Field(default_factory=dict)

    def given(self, by: str, at: datetime) -> Answers:
        return Answers(self.levels, self.reasons, self.notes, by, at, self.why)


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
