"""The three whole sheets: the firm's, the assessor's, the expert's. Each one is kept."""

from collections.abc import Callable
from functools import partial
from uuid import UUID

from fastapi import APIRouter

from services.diagnosis import handlers
from services.diagnosis.api.access import Assessor, Expert, Supplier
from services.diagnosis.api.attachments import proofs_of
from services.diagnosis.api.known import view
from services.diagnosis.domain import sheet
from services.diagnosis.domain.answers import Answers
from services.diagnosis.domain.diagnosis import Diagnosis
from services.diagnosis.domain.instrument import Instruments
from services.diagnosis.store import diagnoses, instruments, sheets
from services.diagnosis.views.answers import AnswersBody
from services.diagnosis.views.diagnoses import DiagnosisView
from shared.contracts.event import Cause
from shared.messaging.commands import Commands, CommandUnit
from shared.messaging.decision import Decision, Refused
from shared.runtime.clock import now
from shared.runtime.database import Database
from shared.service.callers import Caller
from shared.service.http import Replace, Strict, accepted, routes

Answering = Callable[[Diagnosis | None, Answers, Instruments], Decision[Diagnosis] | Refused]


def router(commands: Commands, database: Database, share: int) -> APIRouter:
    api = routes("diagnosis")

    async def answer(
        handler: Answering, supplier_id: UUID, body: AnswersBody, caller: Caller, replace: Replace
    ) -> DiagnosisView:
        proofs = await proofs_of(database, supplier_id, body.proofs, caller)
        given = body.given(caller.subject, now(), proofs)
        decided = await kept(
            commands,
            replace.cause,
            supplier_id,
            lambda known: replace.check(view(caller)(known)),
            lambda known, versions: handler(known, given, versions),
        )
        return replace.shown(view(caller)(decided))

    @api.post("/diagnoses/{supplier_id}/self-assessment")
    async def submit_self_assessment(
        supplier_id: UUID, body: Strict[AnswersBody], caller: Supplier, replace: Replace
    ) -> DiagnosisView:
        """Answer the whole questionnaire as the firm.

        A level or null for every question, and a reason for each null. It may be corrected until the firm is assessed.
        Where several people answer, `PUT …/draft/{question}` is for each of them.
        """
        caller.require_supplier(supplier_id)
        return await answer(partial(handlers.submit, share=share), supplier_id, body, caller, replace)

    @api.post("/diagnoses/{supplier_id}/assessment")
    async def record_assessment(
        supplier_id: UUID, body: Strict[AnswersBody], caller: Assessor, replace: Replace
    ) -> DiagnosisView:
        """Answer the whole questionnaire after the visit to the plant, as the assessor who is assigned.

        With a note wherever firm and assessor are two levels or more apart. Of the second assessor it is a sheet of its
        own.
        """
        caller.require_outsider(supplier_id)
        return await answer(handlers.assess, supplier_id, body, caller, replace)

    @api.post("/diagnoses/{supplier_id}/validation")
    async def validate_diagnosis(
        supplier_id: UUID, body: Strict[AnswersBody], caller: Expert, replace: Replace
    ) -> DiagnosisView:
        """Answer the whole questionnaire as the expert who is assigned to lock it.

        This version grades the firm and finds its gaps. What the law or an anchor's must-have asks is never left out.
        Whoever took part in any sheet of it cannot validate.
        """
        caller.require_outsider(supplier_id)
        return await answer(handlers.validate, supplier_id, body, caller, replace)

    return api


async def kept(
    commands: Commands,
    cause: Cause,
    supplier_id: UUID,
    check: Callable[[Diagnosis], None],
    decide: Callable[[Diagnosis, Instruments], Decision[Diagnosis] | Refused],
) -> Diagnosis:
    """Decide on answers once they are checked to be about what was seen, and keep the sheet that they make."""

    async def decided(unit: CommandUnit) -> Diagnosis:
        await unit.load(diagnoses, [supplier_id])
        found = unit.state(diagnoses, supplier_id)
        before = accepted(found or handlers.NOT_FOUND)
        check(before)
        after = accepted(decide(before, await instruments(unit.connection)))
        unit.apply(diagnoses, supplier_id, after)
        state = after.state or before
        new = sheet.given(before, state)
        if new is not None:
            await unit.load(sheets, [new.id])
            unit.apply(sheets, new.id, Decision(new), about=supplier_id)
        return state

    return await commands.run_unit(cause, decided)
