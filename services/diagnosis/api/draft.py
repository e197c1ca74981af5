"""The firm's questionnaire question by question: each has a version of its own, so two people work at one sheet."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path

from services.diagnosis import catalogue, handlers
from services.diagnosis.api.access import Supplier
from services.diagnosis.api.answers import kept
from services.diagnosis.api.attachments import proofs_of
from services.diagnosis.api.known import known
from services.diagnosis.domain.diagnosis import Diagnosis
from services.diagnosis.domain.draft import drafted
from services.diagnosis.domain.instrument import Instruments
from services.diagnosis.store import diagnoses, instruments
from services.diagnosis.views.draft import AnswerBody, AnswerView, DraftView
from shared.contracts.event import QuestionCode
from shared.messaging.commands import Commands
from shared.messaging.decision import Decision, Refused
from shared.runtime.clock import now
from shared.runtime.database import Database
from shared.service.http import Replace, Show, Strict, routes

Question = Annotated[QuestionCode, Path()]


def router(commands: Commands, database: Database, share: int) -> APIRouter:
    api = routes("diagnosis")

    @api.get("/diagnoses/{supplier_id}/draft")
    async def show_draft(supplier_id: UUID, caller: Supplier, show: Show) -> DraftView:
        """Show what the firm's next sheet says so far, each answer with its `version`, and what is missing."""
        caller.require_supplier(supplier_id)
        return show.shown(_view(await known(database, supplier_id)))

    @api.get("/diagnoses/{supplier_id}/draft/{question}")
    async def show_answer(supplier_id: UUID, question: Question, caller: Supplier, show: Show) -> AnswerView:
        """Show one question of the firm's next sheet."""
        caller.require_supplier(supplier_id)
        return show.shown(AnswerView.of_question(await known(database, supplier_id), question))

    @api.put("/diagnoses/{supplier_id}/draft/{question}")
    async def answer_question(
        supplier_id: UUID, question: Question, body: Strict[AnswerBody], caller: Supplier, replace: Replace
    ) -> AnswerView:
        """Answer one question of the firm's next sheet. Others may be missing still.

        `If-Match` names the version of this question alone: a colleague's answers to others are in nobody's way.
        """
        caller.require_supplier(supplier_id)
        proofs = await proofs_of(database, supplier_id, body.proofs, caller)

        def decide(state: Diagnosis | None, versions: Instruments) -> Decision[Diagnosis] | Refused:
            before = None if state is None else drafted(state).get(question)
            return handlers.answer_question(
                state, question, body.given(caller.subject, now(), proofs, before), versions
            )

        return await replace.run(
            commands,
            diagnoses,
            supplier_id,
            decide,
            lambda state: AnswerView.of_question(state, question),
            instruments,
        )

    @api.post("/diagnoses/{supplier_id}/draft/submission")
    async def submit_draft(supplier_id: UUID, caller: Supplier, replace: Replace) -> DraftView:
        """Submit the draft as the firm's own sheet, whole and as it was seen: `If-Match` names the draft's version."""
        caller.require_supplier(supplier_id)
        decided = await kept(
            commands,
            replace.cause,
            supplier_id,
            lambda state: replace.check(_view(state)),
            lambda state, versions: handlers.submit_draft(state, caller.subject, now(), versions, share),
        )
        return replace.shown(_view(decided))

    return api


def _view(diagnosis: Diagnosis) -> DraftView:
    return DraftView.of_diagnosis(diagnosis, catalogue.instruments())
