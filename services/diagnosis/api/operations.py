"""What operators do with a diagnosis: who acts on it, and that all answer once more."""

from uuid import UUID

from fastapi import APIRouter

from services.diagnosis import handlers
from services.diagnosis.api.access import Operator, SeesAll
from services.diagnosis.api.known import known, view
from services.diagnosis.store import diagnoses, instruments
from services.diagnosis.views.assignment import AssignmentBody, AssignmentView
from services.diagnosis.views.diagnoses import DiagnosisView, ReopeningBody
from shared.messaging.commands import Commands
from shared.runtime.clock import now
from shared.runtime.database import Database
from shared.service.http import Replace, Show, Strict, routes


def router(commands: Commands, database: Database) -> APIRouter:
    api = routes("diagnosis")

    @api.get("/diagnoses/{supplier_id}/assignment")
    async def show_assignment(supplier_id: UUID, _: SeesAll, show: Show) -> AssignmentView:
        """Show who assesses a firm and who validates."""
        return show.shown(AssignmentView.of_diagnosis(await known(database, supplier_id)))

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
            lambda known, _: handlers.assign(known, body.given(), caller.subject, now()),
            AssignmentView.of_diagnosis,
        )

    @api.post("/diagnoses/{supplier_id}/reopening")
    async def reopen_diagnosis(
        supplier_id: UUID, body: Strict[ReopeningBody], caller: Operator, replace: Replace
    ) -> DiagnosisView:
        """Let firm, assessor and expert answer once more, with the reason.

        The present questionnaire is answered, and every sheet is kept.
        The version that counts goes on counting until the next one is validated.
        """
        caller.require_outsider(supplier_id)
        reopening = body.given(caller.subject, now())
        return await replace.run(
            commands,
            diagnoses,
            supplier_id,
            lambda known, versions: handlers.reopen(known, reopening, versions),
            view(caller),
            instruments,
        )

    return api
