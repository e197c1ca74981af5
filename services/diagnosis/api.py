"""HTTP of this stage: the instrument, the three states of answers, re-scores and gaps."""

from collections.abc import Callable
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.diagnosis import catalogue, handlers, store
from services.diagnosis.domain.answers import Answers
from services.diagnosis.domain.diagnosis import Diagnosis, Status
from services.diagnosis.domain.instrument import Instruments
from services.diagnosis.store import diagnoses, instruments
from services.diagnosis.views.answers import AnswersBody, RescoreBody
from services.diagnosis.views.diagnoses import DiagnosisPage, DiagnosisView
from services.diagnosis.views.gaps import GapsView, LackView
from services.diagnosis.views.instrument import InstrumentView
from shared.contracts.event import Cause
from shared.messaging.commands import Commands
from shared.messaging.decision import Decision, Refused
from shared.runtime.clock import now
from shared.runtime.database import Database
from shared.service.callers import OPEN_TO_ALL, Caller, Role, allow
from shared.service.http import RequestCause, accepted

Supplier = Annotated[Caller, allow(Role.SUPPLIER)]
Assessor = Annotated[Caller, allow(Role.ASSESSOR)]
Expert = Annotated[Caller, allow(Role.EXPERT)]
SeesAll = Annotated[Caller, allow(Role.ASSESSOR, Role.EXPERT, Role.OPERATOR)]
SeesOne = Annotated[Caller, allow(Role.SUPPLIER, Role.MENTOR, Role.ASSESSOR, Role.EXPERT, Role.OPERATOR)]

LARGEST_PAGE = 200
Limit = Annotated[int, Query(ge=1, le=LARGEST_PAGE)]

Answering = Callable[[Diagnosis | None, Answers, Instruments], Decision[Diagnosis] | Refused]


def router(commands: Commands, database: Database) -> APIRouter:
    api = APIRouter(tags=["diagnosis"])
    _add_reads(api, database)
    _add_answers(api, commands)

    @api.post("/diagnoses/{supplier_id}/rescores")
    async def rescore(supplier_id: UUID, body: RescoreBody, caller: Assessor, cause: RequestCause) -> DiagnosisView:
        asked = body.given(caller.subject, now())
        outcome = await commands.run(
            diagnoses, supplier_id, lambda state, known: handlers.rescore(state, asked, known), cause, instruments
        )
        return _view(accepted(outcome))

    return api


def _add_answers(api: APIRouter, commands: Commands) -> None:
    async def answer(
        handler: Answering, supplier_id: UUID, body: AnswersBody, caller: Caller, cause: Cause
    ) -> DiagnosisView:
        answers = body.given(caller.subject, now())
        outcome = await commands.run(
            diagnoses, supplier_id, lambda state, known: handler(state, answers, known), cause, instruments
        )
        return _view(accepted(outcome))

    @api.post("/diagnoses/{supplier_id}/self-assessment")
    async def submit(supplier_id: UUID, body: AnswersBody, caller: Supplier, cause: RequestCause) -> DiagnosisView:
        caller.require_supplier(supplier_id)
        return await answer(handlers.submit, supplier_id, body, caller, cause)

    @api.post("/diagnoses/{supplier_id}/assessment")
    async def assess(supplier_id: UUID, body: AnswersBody, caller: Assessor, cause: RequestCause) -> DiagnosisView:
        return await answer(handlers.assess, supplier_id, body, caller, cause)

    @api.post("/diagnoses/{supplier_id}/validation")
    async def validate(supplier_id: UUID, body: AnswersBody, caller: Expert, cause: RequestCause) -> DiagnosisView:
        return await answer(handlers.validate, supplier_id, body, caller, cause)


def _add_reads(api: APIRouter, database: Database) -> None:
    @api.get("/instrument", openapi_extra=OPEN_TO_ALL)
    async def instrument() -> InstrumentView:
        return InstrumentView.of_instrument(catalogue.instruments().current)

    @api.get("/diagnoses")
    async def page(
        _: SeesAll, status: Status | None = None, cursor: UUID | None = None, limit: Limit = 50
    ) -> DiagnosisPage:
        async with database.connection() as connection:
            return DiagnosisPage.of_rows(await store.page(connection, status, cursor, limit), limit)

    @api.get("/diagnoses/{supplier_id}")
    async def one(supplier_id: UUID, caller: SeesOne) -> DiagnosisView:
        caller.require_supplier(supplier_id)
        return _view(await _known(database, supplier_id))

    @api.get("/diagnoses/{supplier_id}/gaps")
    async def gaps(supplier_id: UUID, caller: SeesOne) -> GapsView:
        caller.require_supplier(supplier_id)
        return GapsView.of_gaps(await _known(database, supplier_id))

    @api.get("/gaps")
    async def lacks(_: SeesAll) -> list[LackView]:
        async with database.session() as session:
            return [LackView.model_validate(each) for each in await store.lacks(session)]


async def _known(database: Database, supplier_id: UUID) -> Diagnosis:
    async with database.connection() as connection:
        return accepted(await store.diagnosis_of(connection, supplier_id) or handlers.NOT_FOUND)


def _view(diagnosis: Diagnosis) -> DiagnosisView:
    return DiagnosisView.of_diagnosis(diagnosis, catalogue.instruments())
