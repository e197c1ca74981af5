"""Diagnoses that are assessed twice: by whom, how far the two agree, and what is said where they do not."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.diagnosis import catalogue, handlers
from services.diagnosis.api.access import Assessor, Operator, SeesAll
from services.diagnosis.api.known import known
from services.diagnosis.domain.diagnosis import Diagnosis
from services.diagnosis.store import calibrations, diagnoses, instruments
from services.diagnosis.views.calibrations import (
    CalibrationView,
    CalibratorsBody,
    ProgramAgreementView,
    ReconciliationBody,
    WaiverBody,
)
from shared.messaging.commands import Commands
from shared.runtime.clock import now
from shared.runtime.database import Database
from shared.service.http import Problem, Replace, Show, Strict, routes


def router(commands: Commands, database: Database, share: int) -> APIRouter:
    api = routes("diagnosis")

    @api.get("/agreement", responses={404: {}})
    async def show_agreement(
        _: Operator, show: Show, version: Annotated[str | None, Query(max_length=60)] = None
    ) -> ProgramAgreementView:
        """Show how far assessors who did not see each other's levels agree: over all, by question and by assessor.

        Of the questionnaire that diagnoses open with now, or of a version.
        """
        versions = catalogue.instruments()
        instrument = versions.current if version is None else versions.versions.get(version)
        if instrument is None:
            raise Problem(404, "instrument_unknown")
        apart = instrument.rules.apart if instrument.calibration is None else instrument.calibration.apart
        async with database.connection() as connection:
            found = await calibrations.agreement(connection, instrument.version, apart)
        return show.shown(ProgramAgreementView.of_found(found, instrument, share))

    @api.get("/diagnoses/{supplier_id}/calibration", responses={404: {}})
    async def show_calibration(supplier_id: UUID, _: SeesAll, show: Show) -> CalibrationView:
        """Show who assesses a firm for the second time and, once both are in, how far the two agree."""
        return show.shown(_view(await known(database, supplier_id)))

    @api.put("/diagnoses/{supplier_id}/calibration")
    async def assign_calibrators(
        supplier_id: UUID, body: Strict[CalibratorsBody], caller: Operator, replace: Replace
    ) -> CalibrationView:
        """Assign the second assessor and the lead assessor, by the subjects of their tokens.

        Neither is the first assessor, the validator, or whoever assigns. What a second assessor answered stays for the
        next one to go on from; once both sheets are in, the second is not replaced any more.
        """
        caller.require_outsider(supplier_id)
        return await replace.run(
            commands,
            diagnoses,
            supplier_id,
            lambda state, _: handlers.assign_calibrators(state, body.given(), caller.subject),
            _view,
        )

    @api.post("/diagnoses/{supplier_id}/calibration/reconciliation")
    async def reconcile_assessments(
        supplier_id: UUID, body: Strict[ReconciliationBody], caller: Assessor, replace: Replace
    ) -> CalibrationView:
        """Say which level holds where two assessors are out of bounds, and why, as the lead assessor who is assigned.

        The expert validates with it in sight; until then nothing is validated.
        """
        caller.require_outsider(supplier_id)
        given = body.given(caller.subject, now())
        return await replace.run(
            commands,
            diagnoses,
            supplier_id,
            lambda state, versions: handlers.reconcile(state, given, versions),
            _view,
            instruments,
        )

    @api.post("/diagnoses/{supplier_id}/calibration/waiver")
    async def waive_second(
        supplier_id: UUID, body: Strict[WaiverBody], caller: Operator, replace: Replace
    ) -> CalibrationView:
        """Let a round that was drawn to be assessed twice go on without its second assessor, with the reason.

        While the two sheets are not both in; what is out of bounds is reconciled. Nobody does who assesses, leads or
        validates it, or ever did. The next round is drawn anew.
        """
        caller.require_outsider(supplier_id)
        given = body.given(caller.subject, now())
        return await replace.run(
            commands,
            diagnoses,
            supplier_id,
            lambda state, versions: handlers.waive_second(state, given, versions),
            _view,
            instruments,
        )

    return api


def _view(diagnosis: Diagnosis) -> CalibrationView:
    """Raises Problem where it is not assessed twice."""
    if diagnosis.calibration is None:
        raise Problem(404, "not_drawn")
    return CalibrationView.of_diagnosis(diagnosis, diagnosis.calibration, catalogue.instruments())
