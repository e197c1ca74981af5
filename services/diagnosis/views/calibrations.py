"""Diagnoses that are assessed twice, for the program's own people: a subject identifies a person."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from services.diagnosis.domain.agreement import Agreement, agreement_of
from services.diagnosis.domain.answers import Answers
from services.diagnosis.domain.calibrating import Calibrators
from services.diagnosis.domain.calibration import Calibration, Reconciliation, Standing, Waiver
from services.diagnosis.domain.diagnosis import Diagnosis
from services.diagnosis.domain.instrument import Bounds, Instrument, Instruments
from services.diagnosis.store.calibrations import Found
from services.diagnosis.views.answers import MAX_QUESTIONS
from services.diagnosis.views.instrument import BoundsView
from shared.contracts.event import Level, QuestionCode
from shared.service.callers import Subject
from shared.service.http import Body, View


class CalibratorsBody(Body):
    """Two people beside the assessor, by the subjects of their tokens; null: nobody."""

    second: Subject | None
    lead: Subject | None
    """Who reconciles the two where they differ."""

    def given(self) -> Calibrators:
        return Calibrators(self.second, self.lead)


class ReconciliationBody(Body):
    """The level that holds, at least for each question on which the two are apart, and why."""

    levels: Annotated[dict[QuestionCode, Level], Field(max_length=MAX_QUESTIONS)]
    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=2_000)]

    def given(self, by: str, at: datetime) -> Reconciliation:
        return Reconciliation(self.levels, self.reason, by, at)


class WaiverBody(Body):
    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=500)]
    """For the firm to read too."""

    def given(self, by: str, at: datetime) -> Waiver:
        return Waiver(0, self.reason, by, at)


class WaiverView(View):
    """Why a round goes on without its second assessor."""

    reason: str
    at: datetime


class ReconciliationView(View):
    levels: dict[str, int]
    reason: str
    at: datetime


class AgreementView(View):
    """How far two assessors agree; shares in basis points."""

    pairs: int
    """Questions to which both gave a level."""
    kappa: int | None
    """Cohen's kappa with quadratic weights, from 10,000 over 0, as by chance, to below. Null: it is not defined, as one
    of the two gave one level alone, or there is no pair.
    """
    exact: int
    """Pairs of one level."""
    apart: int
    """Pairs further apart than the questionnaire takes for the same view."""
    lean: int
    """How much higher the first stands on average, in hundredths of a level."""


class PairView(View):
    question: str
    first: int
    second: int
    apart: bool
    first_note: str
    second_note: str


class AloneView(View):
    """A question to which one of the two gave a level and the other, null, none."""

    question: str
    first: int | None
    second: int | None
    first_note: str
    """Of null, why in words."""
    second_note: str


class CalibrationView(View):
    """One diagnosis that is assessed twice. Levels only once both are in."""

    supplier_id: UUID
    standing: Standing
    """`drawn`: not both are in; `within` the bounds, `out` of them, or `reconciled`; `waived`: there is no second."""
    second: str | None
    lead: str | None
    second_in: bool
    """Whether the second assessor's sheet is there."""
    agreement: AgreementView | None
    bounds: BoundsView | None
    pairs: tuple[PairView, ...]
    alone: tuple[AloneView, ...]
    """They count as apart where the two are judged, and the lead assessor says their level."""
    compared_at: datetime | None
    reconciliation: ReconciliationView | None
    waiver: WaiverView | None

    @classmethod
    def of_diagnosis(cls, diagnosis: Diagnosis, found: Calibration, instruments: Instruments) -> "CalibrationView":
        bounds = instruments.of(diagnosis.instrument).calibration
        agreement = None if bounds is None else found.agreement(bounds)
        return cls(
            supplier_id=diagnosis.id,
            standing=found.standing,
            second=found.second,
            lead=found.lead,
            second_in=found.sheet is not None,
            agreement=None if agreement is None else AgreementView.of(agreement),
            bounds=None if bounds is None else BoundsView.of(bounds),
            pairs=_pairs(diagnosis, found, bounds),
            alone=tuple(_alone(diagnosis.assessment, found.sheet, code) for code in found.alone),
            compared_at=found.compared_at,
            reconciliation=None if found.reconciliation is None else ReconciliationView.of(found.reconciliation),
            waiver=WaiverView.of(diagnosis.waivers[-1]) if found.standing == "waived" else None,
        )


class OfQuestionView(AgreementView):
    question: str


class OfAssessorView(AgreementView):
    """Of one person with all others; `lean` above 0: they give more."""

    assessor: str


class ProgramAgreementView(View):
    """How far assessors agree over all diagnoses of one questionnaire that two of them assessed."""

    instrument: str
    share: int
    """Of diagnoses that are assessed twice from now on, in basis points."""
    bounds: BoundsView | None
    standings: dict[Standing, int]
    """Diagnoses by how the two stand, of every questionnaire."""
    all: AgreementView
    questions: tuple[OfQuestionView, ...]
    assessors: tuple[OfAssessorView, ...]

    @classmethod
    def of_found(cls, found: Found, instrument: Instrument, share: int) -> "ProgramAgreementView":
        agreement = Agreement(0, None, 0, 0, 0) if found.all is None else agreement_of(found.all)
        questions = ((code, agreement_of(sums)) for code, sums in found.questions.items())
        assessors = ((who, agreement_of(sums)) for who, sums in found.assessors.items())
        return cls(
            instrument=instrument.version,
            share=share,
            bounds=None if instrument.calibration is None else BoundsView.of(instrument.calibration),
            standings=dict(found.standings),
            all=AgreementView.of(agreement),
            questions=tuple(OfQuestionView(question=code, **_shown(each)) for code, each in questions),
            assessors=tuple(OfAssessorView(assessor=who, **_shown(each)) for who, each in assessors),
        )


def _shown(agreement: Agreement) -> dict[str, int | None]:
    return AgreementView.of(agreement).model_dump()


def _pairs(diagnosis: Diagnosis, found: Calibration, bounds: Bounds | None) -> tuple[PairView, ...]:
    apart = frozenset[str]() if bounds is None else frozenset(pair.question for pair in found.apart(bounds))
    return tuple(
        PairView(
            question=pair.question,
            first=pair.first,
            second=pair.second,
            apart=pair.question in apart,
            first_note=_note(diagnosis.assessment, pair.question),
            second_note=_note(found.sheet, pair.question),
        )
        for pair in found.pairs
    )


def _alone(first: Answers | None, second: Answers | None, question: str) -> AloneView:
    return AloneView(
        question=question,
        first=None if first is None else first.levels.get(question),
        second=None if second is None else second.levels.get(question),
        first_note=_note(first, question) or _reason(first, question),
        second_note=_note(second, question) or _reason(second, question),
    )


def _reason(sheet: Answers | None, question: str) -> str:
    return "" if sheet is None else sheet.reasons.get(question, "")


def _note(sheet: Answers | None, question: str) -> str:
    return "" if sheet is None else sheet.notes.get(question, "")
