"""The assessor's sheet question by question, as they go through the plant; and what the expert does not validate."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path

from services.diagnosis import catalogue, handlers
from services.diagnosis.api.access import Assessor, Expert
from services.diagnosis.api.answers import kept
from services.diagnosis.api.attachments import proofs_of
from services.diagnosis.api.known import known, view
from services.diagnosis.domain.diagnosis import Diagnosis
from services.diagnosis.domain.draft import visited
from services.diagnosis.domain.instrument import Instruments
from services.diagnosis.store import diagnoses, instruments
from services.diagnosis.views.diagnoses import DiagnosisView, SendingBackBody
from services.diagnosis.views.draft import AnswerBody, AnswerView, DraftView
from shared.contracts.event import QuestionCode
from shared.messaging.commands import Commands
from shared.messaging.decision import Decision, Refused
from shared.runtime.clock import now
from shared.runtime.database import Database
from shared.service.callers import Caller
from shared.service.http import Replace, Show, Strict, routes

Question = Annotated[QuestionCode, Path()]


def router(commands: Commands, database: Database) -> APIRouter:
    api = routes("diagnosis")

    @api.get("/diagnoses/{supplier_id}/visit")
    async def show_visit(supplier_id: UUID, caller: Assessor, show: Show) -> DraftView:
        """Show what the assessor's next sheet says so far, each answer with its `version`, and what is missing."""
        caller.require_outsider(supplier_id)
        return show.shown(_view(await known(database, supplier_id), caller))

    @api.get("/diagnoses/{supplier_id}/visit/{question}")
    async def show_seen(supplier_id: UUID, question: Question, caller: Assessor, show: Show) -> AnswerView:
        """Show one question of the assessor's next sheet."""
        caller.require_outsider(supplier_id)
        return show.shown(AnswerView.of_visit(await known(database, supplier_id), question, caller.subject))

    @api.put("/diagnoses/{supplier_id}/visit/{question}")
    async def note_seen(
        supplier_id: UUID, question: Question, body: Strict[AnswerBody], caller: Assessor, replace: Replace
    ) -> AnswerView:
        """Answer one question of the assessor's next sheet, as the assessor who is assigned. Others may be missing.

        The second assessor's is a sheet of its own, which nobody else sees before both are in.
        `If-Match` names the version of this question alone.
        """
        caller.require_outsider(supplier_id)
        proofs = await proofs_of(database, supplier_id, body.proofs, caller)

        def decide(state: Diagnosis | None, versions: Instruments) -> Decision[Diagnosis] | Refused:
            before = None if state is None else visited(state, caller.subject).get(question)
            return handlers.see(state, question, body.given(caller.subject, now(), proofs, before), versions)

        return await replace.run(
            commands,
            diagnoses,
            supplier_id,
            decide,
            lambda state: AnswerView.of_visit(state, question, caller.subject),
            instruments,
        )

    @api.post("/diagnoses/{supplier_id}/visit/submission")
    async def end_visit(supplier_id: UUID, caller: Assessor, replace: Replace) -> DraftView:
        """Give what was answered as the assessor's sheet, whole and as it was seen: `If-Match` names its version."""
        caller.require_outsider(supplier_id)
        decided = await kept(
            commands,
            replace.cause,
            supplier_id,
            lambda state: replace.check(_view(state, caller)),
            lambda state, versions: handlers.end_visit(state, caller.subject, now(), versions),
        )
        return replace.shown(_view(decided, caller))

    @api.post("/diagnoses/{supplier_id}/assessment/return")
    async def return_assessment(
        supplier_id: UUID, body: Strict[SendingBackBody], caller: Expert, replace: Replace
    ) -> DiagnosisView:
        """Send the assessor's sheet back with the reason, as the expert who is assigned, instead of validating it.

        The sheet stays, and the assessor goes on from it.
        """
        caller.require_outsider(supplier_id)
        back = body.given(caller.subject, now())
        return await replace.run(
            commands, diagnoses, supplier_id, lambda state, _: handlers.send_back(state, back), view(caller)
        )

    return api


def _view(diagnosis: Diagnosis, caller: Caller) -> DraftView:
    return DraftView.of_visit(diagnosis, catalogue.instruments(), caller.subject)
