"""Re-scores: how a gap closes, and how a level falls."""

from uuid import UUID

from fastapi import APIRouter

from services.diagnosis import handlers
from services.diagnosis.api.access import Assessor
from services.diagnosis.api.known import view
from services.diagnosis.store import diagnoses, instruments
from services.diagnosis.views.answers import RescoreBody
from services.diagnosis.views.diagnoses import DiagnosisView
from shared.messaging.commands import Commands
from shared.runtime.clock import now
from shared.service.http import Replace, Strict, routes


def router(commands: Commands) -> APIRouter:
    api = routes("diagnosis")

    @api.post("/diagnoses/{supplier_id}/rescores")
    async def rescore_question(
        supplier_id: UUID, body: Strict[RescoreBody], caller: Assessor, replace: Replace
    ) -> DiagnosisView:
        """Score a question again, as the assessor who is assigned. The next version is locked.

        Higher on the evidence of a completed activity, which is accepted with it, or on what the note says was seen on
        the day of a visit. Lower, as surveillance finds it, with a note. Evidence that raises nothing is returned, with
        what is wrong with it: its activity is then to be mended.
        """
        caller.require_outsider(supplier_id)
        asked = body.given(caller.subject, now())
        return await replace.run(
            commands,
            diagnoses,
            supplier_id,
            lambda known, versions: handlers.rescore(known, asked, versions),
            view(caller),
            instruments,
        )

    return api
