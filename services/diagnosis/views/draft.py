"""The firm's next sheet and the assessor's, question by question. Never who answered: a subject identifies a person."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from services.diagnosis.domain.answers import Answer, Proof, Why
from services.diagnosis.domain.diagnosis import Diagnosis, Status
from services.diagnosis.domain.draft import drafted, seen_since, visited
from services.diagnosis.domain.instrument import Instruments
from services.diagnosis.views.answers import ProofBody, Proofs, ProofView
from shared.contracts.event import Level, Text
from shared.service.http import Body, View
from shared.service.http.showing import etag


class AnswerBody(Body):
    """A level; or null, and why the question is left out, by code and in words."""

    level: Level | None
    why: Why | None = None
    reason: Text = ""
    note: Text = ""
    evidence: Proofs | None = None
    """What backs it; null: as it is."""

    @property
    def proofs(self) -> tuple[ProofBody, ...]:
        return self.evidence or ()

    def given(self, by: str, at: datetime, known: Mapping[UUID, Proof], before: Answer | None) -> Answer:
        """`known`: by id, the attachments that are named. `before`: as it is answered now."""
        kept = () if before is None else before.evidence
        evidence = kept if self.evidence is None else tuple(one.given(known) for one in self.evidence)
        return Answer(self.level, self.why, self.reason, self.note, by, at, evidence)


class AnswerView(View):
    """One question as it is answered now."""

    question: str
    answered_at: datetime | None
    """Null: nobody has answered it yet."""
    level: int | None
    why: Why | None
    reason: str
    note: str
    evidence: tuple[ProofView, ...]

    @classmethod
    def of_question(cls, diagnosis: Diagnosis, question: str) -> "AnswerView":
        return cls.of_answer(question, drafted(diagnosis).get(question))

    @classmethod
    def of_visit(cls, diagnosis: Diagnosis, question: str, by: str) -> "AnswerView":
        return cls.of_answer(question, visited(diagnosis, by).get(question))

    @classmethod
    def of_answer(cls, question: str, answer: Answer | None) -> "AnswerView":
        if answer is None:
            return cls(question=question, answered_at=None, level=None, why=None, reason="", note="", evidence=())
        words = {"why": answer.why, "reason": answer.reason, "note": answer.note}
        evidence = tuple(map(ProofView.of, answer.evidence))
        return cls(question=question, answered_at=answer.at, level=answer.level, evidence=evidence, **words)


class VersionedAnswerView(AnswerView):
    version: str
    """Its `ETag`: what `If-Match` names."""


class DraftView(View):
    """What a next sheet says so far."""

    supplier_id: UUID
    status: Status
    instrument: str
    """Version of the questionnaire; empty before it opens."""
    answers: tuple[VersionedAnswerView, ...]
    """Every question, in the instrument's order."""
    missing: tuple[str, ...]
    """Questions that nobody has answered yet, of those that are about the firm."""
    unsubmitted: tuple[str, ...]
    """Questions that were answered since the last sheet."""

    @classmethod
    def of_diagnosis(cls, diagnosis: Diagnosis, instruments: Instruments) -> "DraftView":
        return cls._of(diagnosis, instruments, drafted(diagnosis), diagnosis.draft)

    @classmethod
    def of_visit(cls, diagnosis: Diagnosis, instruments: Instruments, by: str) -> "DraftView":
        """Of the assessor's sheet, or of the second one's, as `by` may see it."""
        return cls._of(diagnosis, instruments, visited(diagnosis, by), seen_since(diagnosis, by))

    @classmethod
    def _of(
        cls, diagnosis: Diagnosis, instruments: Instruments, known: Mapping[str, Answer], since: Mapping[str, Answer]
    ) -> "DraftView":
        # Before it opens it has no questionnaire yet.
        questions = tuple(instruments.of(diagnosis.instrument).questions) if diagnosis.instrument else ()
        left_out = instruments.not_applicable(diagnosis.instrument, diagnosis.offering)
        views = [AnswerView.of_answer(code, known.get(code)) for code in questions]
        return cls(
            supplier_id=diagnosis.id,
            status=diagnosis.status,
            instrument=diagnosis.instrument,
            answers=tuple(VersionedAnswerView(**view.model_dump(), version=etag(view)) for view in views),
            missing=tuple(code for code in questions if code not in known and code not in left_out),
            unsubmitted=tuple(code for code in questions if code in since),
        )
