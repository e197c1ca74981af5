"""HTTP of this stage: the instrument, the three states of answers, re-scores and gaps."""

from collections.abc import Callable
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from services.diagnosis import catalogue, handlers, store
from services.diagnosis.domain.answers import Answers
from services.diagnosis.domain.diagnosis import Diagnosis, Status
from services.diagnosis.domain.instrument import Instruments
from services.diagnosis.store import diagnoses, instruments
from services.diagnosis.views.answers import AnswersBody, RescoreBody
from services.diagnosis.views.assignment import AssignmentBody, AssignmentView
from services.diagnosis.views.diagnoses import DiagnosisView, SummaryView
from services.diagnosis.views.gaps import GapView, LackView
from services.diagnosis.views.instrument import InstrumentView
from shared.messaging.commands import Commands
from shared.messaging.decision import Decision, Refused
from shared.runtime.clock import now
from shared.runtime.database import Database
from shared.service.callers import OPEN_TO_ALL, Caller, Role, allow
from shared.service.http import Page, Paging, Replace, Show, Strict, accepted, routes

Supplier = Annotated[Caller, allow(Role.SUPPLIER)]
Assessor = Annotated[Caller, allow(Role.ASSESSOR)]
Expert = Annotated[Caller, allow(Role.EXPERT)]
Operator = Annotated[Caller, allow(Role.OPERATOR)]
SeesAll = Annotated[Caller, allow(Role.ASSESSOR, Role.EXPERT, Role.OPERATOR)]
SeesOne = Annotated[Caller, allow(Role.SUPPLIER, Role.MENTOR, Role.ASSESSOR, Role.EXPERT, Role.OPERATOR)]

Answering = Callable[[Diagnosis | None, Answers, Instruments], Decision[Diagnosis] | Refused]


def router(commands: Commands, database: Database) -> APIRouter:
    api = routes("diagnosis")
    _add_reads(api, database)
    _add_assignment(api, commands, database)
    _add_answers(api, commands)

    @api.post("/diagnoses/{supplier_id}/rescores")
    async def rescore_question(
        supplier_id: UUID, body: Strict[RescoreBody], caller: Assessor, replace: Replace
    ) -> DiagnosisView:
        """Score the question of an open gap again, as the assessor who is assigned.

        On the evidence of a completed activity, or on what the note says was seen. The next version is locked.
        """
        caller.require_outsider(supplier_id)
        asked = body.given(caller.subject, now())
        return await replace.run(
            commands,
            diagnoses,
            supplier_id,
            lambda known, versions: handlers.rescore(known, asked, versions),
            _view,
            instruments,
        )

    return api


def _add_assignment(api: APIRouter, commands: Commands, database: Database) -> None:
    @api.get("/diagnoses/{supplier_id}/assignment")
    async def show_assignment(supplier_id: UUID, _: SeesAll, show: Show) -> AssignmentView:
        """Show who assesses a firm and who validates."""
        return show.shown(AssignmentView.of_diagnosis(await _known(database, supplier_id)))

    @api.put("/diagnoses/{supplier_id}/assignment")
    async def assign_people(
        supplier_id: UUID, body: Strict[AssignmentBody], caller: Operator, replace: Replace
    ) -> AssignmentView:
        """Assign the assessor and the validator, by the subjects of their tokens.

        Only they act, and they are two people: neither of them whoever assigns, and the validator never one who took
        part in a sheet.
        """
        caller.require_outsider(supplier_id)
        return await replace.run(
            commands,
            diagnoses,
            supplier_id,
            lambda known, _: handlers.assign(known, body.given(), caller.subject),
            AssignmentView.of_diagnosis,
        )


def _add_answers(api: APIRouter, commands: Commands) -> None:
    async def answer(
        handler: Answering, supplier_id: UUID, body: AnswersBody, caller: Caller, replace: Replace
    ) -> DiagnosisView:
        answers = body.given(caller.subject, now())
        return await replace.run(
            commands,
            diagnoses,
            supplier_id,
            lambda known, versions: handler(known, answers, versions),
            _view,
            instruments,
        )

    @api.post("/diagnoses/{supplier_id}/self-assessment")
    async def submit_self_assessment(
        supplier_id: UUID, body: Strict[AnswersBody], caller: Supplier, replace: Replace
    ) -> DiagnosisView:
        """Answer the whole questionnaire as the firm.

        A level or null for every question, and a reason for each null. It may be corrected until the firm is assessed.
        """
        caller.require_supplier(supplier_id)
        return await answer(handlers.submit, supplier_id, body, caller, replace)

    @api.post("/diagnoses/{supplier_id}/assessment")
    async def record_assessment(
        supplier_id: UUID, body: Strict[AnswersBody], caller: Assessor, replace: Replace
    ) -> DiagnosisView:
        """Answer the whole questionnaire after the visit to the plant, as the assessor who is assigned.

        With a note wherever firm and assessor are two levels or more apart.
        """
        caller.require_outsider(supplier_id)
        return await answer(handlers.assess, supplier_id, body, caller, replace)

    @api.post("/diagnoses/{supplier_id}/validation")
    async def validate_diagnosis(
        supplier_id: UUID, body: Strict[AnswersBody], caller: Expert, replace: Replace
    ) -> DiagnosisView:
        """Answer the whole questionnaire as the expert who is assigned to lock it.

        This version grades the firm and finds its gaps. Whoever took part in any sheet of it cannot validate.
        """
        caller.require_outsider(supplier_id)
        return await answer(handlers.validate, supplier_id, body, caller, replace)


def _add_reads(api: APIRouter, database: Database) -> None:
    @api.get("/instrument", openapi_extra=OPEN_TO_ALL)
    async def show_instrument(show: Show) -> InstrumentView:
        """Show the questionnaire that diagnoses open with now."""
        return show.shown(InstrumentView.of_instrument(catalogue.instruments().current))

    @api.get("/diagnoses")
    async def list_diagnoses(
        caller: SeesAll, paging: Paging, status: Status | None = None, *, mine: bool = False
    ) -> Page[SummaryView]:
        """List the diagnoses, without their answers; with `mine`, those that the caller is assigned to."""
        assigned = caller.subject if mine else None
        async with database.connection() as connection:
            rows = await store.page(connection, status, assigned, paging.position(UUID), paging.fetch)
        return Page[SummaryView].of_rows(rows, paging, SummaryView.of, lambda row: row.supplier_id)

    @api.get("/diagnoses/{supplier_id}")
    async def show_diagnosis(supplier_id: UUID, caller: SeesOne, show: Show) -> DiagnosisView:
        """Show one firm's diagnosis: its three states of answers, the version that counts, and every re-score."""
        caller.require_supplier(supplier_id)
        return show.shown(_view(await _known(database, supplier_id)))

    @api.get("/diagnoses/{supplier_id}/gaps")
    async def list_gaps(supplier_id: UUID, caller: SeesOne, paging: Paging) -> Page[GapView]:
        """List a firm's open gaps, the most pressing first."""
        caller.require_supplier(supplier_id)
        return Page[GapView].of_all(GapView.all_of(await _known(database, supplier_id)), paging, GapView.of)

    @api.get("/gaps")
    async def list_what_the_program_lacks(_: SeesAll, paging: Paging) -> Page[LackView]:
        """List on which questions the program's firms have open gaps, and how many do."""
        async with database.session() as session:
            return Page[LackView].of_all(await store.lacks(session), paging, LackView.of)


async def _known(database: Database, supplier_id: UUID) -> Diagnosis:
    async with database.connection() as connection:
        return accepted(await store.diagnosis_of(connection, supplier_id) or handlers.NOT_FOUND)


def _view(diagnosis: Diagnosis) -> DiagnosisView:
    return DiagnosisView.of_diagnosis(diagnosis, catalogue.instruments())
