"""Diagnoses: one with all of its states, and the list. Never who answered: a subject identifies a person."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import StringConstraints

from services.diagnosis.domain.answers import Answers
from services.diagnosis.domain.calibrating import hides
from services.diagnosis.domain.diagnosis import Diagnosis, Locked, Reopening, SentBack, Status
from services.diagnosis.domain.instrument import Instruments
from services.diagnosis.views.answers import AnswersView, RescoreView, VerdictView
from shared.contracts.diagnosis import Result
from shared.service.http import Body, View


class LockedView(View):
    """The version that counts."""

    version: int
    levels: dict[str, int | None]
    result: Result
    validated_at: datetime
    not_applicable: tuple[str, ...]
    """Questions without a level that are not about the firm."""
    instrument: str
    """Version of the questionnaire that it answers: while a second round is on, perhaps not the diagnosis's."""

    @classmethod
    def of_locked(cls, locked: Locked, instrument: str) -> "LockedView":
        return cls(
            version=locked.version,
            levels=dict(locked.levels),
            result=Result.model_validate(asdict(locked.result)),
            validated_at=locked.validated_at,
            not_applicable=locked.not_applicable,
            instrument=instrument,
        )


class ReopeningBody(Body):
    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=500)]

    def given(self, by: str, at: datetime) -> Reopening:
        return Reopening(self.reason, by, at)


class ReopeningView(View):
    reason: str
    at: datetime


class SendingBackBody(Body):
    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=500)]

    def given(self, by: str, at: datetime) -> SentBack:
        return SentBack(self.reason, by, at)


class SentBackView(View):
    """Why the expert wants the assessor's sheet once more."""

    reason: str
    at: datetime


class ReasonView(View):
    reason: str
    at: datetime


class DiagnosisView(View):
    """Everything of one diagnosis; the three states of answers apart."""

    supplier_id: UUID
    diagnosis_id: UUID
    status: Status
    required: bool
    withdrawn: bool
    instrument: str
    targets: dict[str, int]
    must_have: tuple[str, ...]
    not_applicable: tuple[str, ...]
    """Questions that are not about the firm, by what it makes: they are left out without a reason."""
    self_assessment: AnswersView | None
    assessment: AnswersView | None
    validation: AnswersView | None
    differences: tuple[str, ...]
    """Questions on which firm and assessor are two levels or more apart."""
    locked: LockedView | None
    rescores: list[RescoreView]
    verdicts: list[VerdictView]
    """What assessors said of evidence, in order: of each piece the last one counts."""
    reopenings: list[ReopeningView]
    sent_back: list[SentBackView]
    """What the expert said of the assessor's sheets that they did not validate, in order."""
    waivers: list[ReasonView]
    """Why rounds that were drawn to be assessed twice went on without a second assessor, in order."""
    unsubmitted: int
    """Questions that the firm's people answered since its last sheet."""
    drafted_at: datetime | None
    """When one of them was last answered."""
    visited_at: datetime | None
    """When the assessor last answered a question, since their last sheet."""

    @classmethod
    def of_diagnosis(cls, diagnosis: Diagnosis, instruments: Instruments, by: str | None = None) -> "DiagnosisView":
        """As `by` may see it: of two assessors nobody sees one's levels before the other's are in."""
        hidden = hides(diagnosis, by)

        def sheet(answers: Answers | None) -> AnswersView | None:
            return None if answers is None else AnswersView.of_answers(answers, instruments.of(diagnosis.instrument))

        return cls(
            supplier_id=diagnosis.id,
            diagnosis_id=diagnosis.diagnosis_id,
            status=diagnosis.status,
            required=diagnosis.required,
            withdrawn=diagnosis.withdrawn,
            instrument=diagnosis.instrument,
            targets=dict(diagnosis.demand.targets),
            must_have=diagnosis.demand.must_have,
            not_applicable=instruments.not_applicable(diagnosis.instrument, diagnosis.offering),
            self_assessment=sheet(diagnosis.self_assessment),
            assessment=None if hidden else sheet(diagnosis.assessment),
            validation=sheet(diagnosis.validation),
            differences=() if hidden else diagnosis.differences(instruments),
            locked=LockedView.of_locked(diagnosis.locked, diagnosis.measured_by) if diagnosis.locked else None,
            rescores=[RescoreView.of(each) for each in diagnosis.rescores],
            verdicts=[VerdictView.of(each) for each in diagnosis.verdicts],
            reopenings=[ReopeningView.of(each) for each in diagnosis.reopenings],
            sent_back=[SentBackView.of(each) for each in diagnosis.sent_back],
            waivers=[ReasonView.of(each) for each in diagnosis.waivers],
            unsubmitted=len(diagnosis.draft),
            drafted_at=max((answer.at for answer in diagnosis.draft.values()), default=None),
            visited_at=None if hidden else max((answer.at for answer in diagnosis.visit.values()), default=None),
        )


class SummaryView(View):
    supplier_id: UUID
    status: Status
    required: bool
    withdrawn: bool
    instrument: str
    version: int
    overall: int | None
    band: str | None
    critical_gaps: int | None
