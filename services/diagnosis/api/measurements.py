"""Rules that judge otherwise than before: every validated diagnosis is measured anew."""

from uuid import UUID

from fastapi import APIRouter

from services.diagnosis import handlers, store
from services.diagnosis.api.access import Operator
from services.diagnosis.domain.measurement import Measurement
from services.diagnosis.store import measurements
from services.diagnosis.views.measurements import MeasurementBody, MeasurementView
from shared.messaging.commands import Commands
from shared.runtime.clock import now
from shared.runtime.database import Database
from shared.runtime.ids import new_id
from shared.service.http import Create, Page, Paging, Strict, routes


def router(commands: Commands, database: Database) -> APIRouter:
    api = routes("diagnosis")

    @api.post("/measurements", status_code=201)
    async def measure_all(body: Strict[MeasurementBody], caller: Operator, create: Create) -> MeasurementView:
        """Measure every validated diagnosis by the rules of now, with the reason.

        For a release whose rules judge otherwise. Levels stay; where the result is another one, it is the next version.
        With `tell_all` every one is, for readers that keep more of it than when it was told.
        """
        measurement = Measurement(new_id(), body.reason, caller.subject, now(), body.tell_all)
        return await create.run(
            commands, measurements, measurement.id, lambda _, __: handlers.measure_all(measurement), MeasurementView.of
        )

    @api.get("/measurements")
    async def list_measurements(_: Operator, paging: Paging) -> Page[MeasurementView]:
        """List when every diagnosis was measured anew, why and by whom."""
        async with database.connection() as connection:
            rows = await store.page_of_measurements(connection, paging.position(UUID), paging.fetch)
        return Page[MeasurementView].of_rows(rows, paging, MeasurementView.of, lambda row: row.id)

    return api
