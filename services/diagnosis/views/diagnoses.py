"""Diagnoses: one with all of its states, and the list. Never who answered: a subject identifies a person."""

from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from services.diagnosis.domain.answers import Answers
from services.diagnosis.domain.diagnosis import Diagnosis, Locked, Status
from services.diagnosis.domain.instrument import Instruments
from services.diagnosis.views.answers import AnswersView, RescoreView
from shared.contracts.diagnosis import Result
from shared.service.http import View


class LockedView(View):
    """The version that counts."""

    version: int
    levels: dict[str, int | None]
    result: Result
    validated_at: datetime

    @classmethod
    def of_locked(cls, locked: Locked) -> "LockedView":
        return cls(
            version=locked.version,
            levels=dict(locked.levels),
            result=Result.model_validate(asdict(locked.result)),
            validated_at=locked.validated_at,
        )


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
    self_assessment: AnswersView | None
    assessment: AnswersView | None
    validation: AnswersView | None
    differences: tuple[str, ...]
    """Questions on which firm and assessor are two levels or more apart."""
    locked: LockedView | None
    rescores: list[RescoreView]

    @classmethod
    def of_diagnosis(cls, diagnosis: Diagnosis, instruments: Instruments) -> "DiagnosisView":
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
            self_assessment=sheet(diagnosis.self_assessment),
            assessment=sheet(diagnosis.assessment),
            validation=sheet(diagnosis.validation),
            differences=diagnosis.differences,
            locked=LockedView.of_locked(diagnosis.locked) if diagnosis.locked else None,
            rescores=[RescoreView.of(each) for each in diagnosis.rescores],
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
