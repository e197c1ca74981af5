"""A sheet of answers as callers send and see it, and a re-score. Never who answered: a subject identifies a person."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.diagnosis.domain.answers import Answers
from services.diagnosis.domain.instrument import Instrument
from services.diagnosis.domain.rescoring import Rescoring
from services.diagnosis.domain.scoring import basis_points, score
from shared.contracts.event import Level, QuestionCode, Text
from shared.service.http import Body, View

MAX_QUESTIONS = 100
"""More than any version of the instrument has."""

Texts = Annotated[dict[QuestionCode, Text], Field(max_length=MAX_QUESTIONS)]


class AnswersBody(Body):
    """A whole sheet: a level or null for every question."""

    levels: Annotated[dict[QuestionCode, Level | None], Field(max_length=MAX_QUESTIONS)]
    reasons: Texts = Field(default_factory=dict)
    """Why a question was not evaluated: one for each null."""
    notes: Texts = Field(default_factory=dict)

    def given(self, by: str, at: datetime) -> Answers:
        return Answers(self.levels, self.reasons, self.notes, by, at)


class RescoreBody(Body):
    """A new level for one open gap, on a completed activity's evidence or on what the note says was seen."""

    question: QuestionCode
    level: Level
    evidence_id: UUID | None = None
    note: Text = ""

    def given(self, by: str, at: datetime) -> Rescoring:
        return Rescoring(self.question, self.level, self.evidence_id, self.note, by, at)


class AnswersView(View):
    """One state's answers with their shares in basis points; no grade, which only the locked version has."""

    levels: dict[str, int | None]
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
            reasons=dict(answers.reasons),
            notes=dict(answers.notes),
            at=answers.at,
            dimensions={code: basis_points(share) for code, share in scored.dimensions.items()},
            overall=basis_points(scored.overall),
        )


class RescoreView(View):
    version: int
    question: str
    level_before: int
    level_after: int
    evidence_id: UUID | None
    note: str
    at: datetime
