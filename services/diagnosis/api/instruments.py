"""Questionnaires by version, and two versions of a firm's diagnosis side by side."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.diagnosis import catalogue
from services.diagnosis.api.access import SeesOne
from services.diagnosis.api.known import known
from services.diagnosis.domain.comparison import Scored, compare
from services.diagnosis.store import versions
from services.diagnosis.views.instrument import InstrumentView, VersionOfInstrumentView
from services.diagnosis.views.versions import ComparisonView
from shared.runtime.database import Connection, Database
from shared.service.callers import OPEN_TO_ALL
from shared.service.http import Page, Paging, Problem, Show, routes

Number = Annotated[int, Query(ge=1, le=1_000_000)]


def router(database: Database) -> APIRouter:
    api = routes("diagnosis")

    @api.get("/instruments", openapi_extra=OPEN_TO_ALL)
    async def list_instruments(paging: Paging) -> Page[VersionOfInstrumentView]:
        """List all versions of the questionnaire; one of them is the one that diagnoses open with now."""
        instruments = catalogue.instruments()
        rows = [VersionOfInstrumentView.of_instrument(each, instruments) for each in instruments.versions.values()]
        return Page[VersionOfInstrumentView].of_all(rows, paging, VersionOfInstrumentView.of)

    @api.get("/instrument", openapi_extra=OPEN_TO_ALL, responses={404: {}})
    async def show_instrument(
        show: Show, version: Annotated[str | None, Query(max_length=60)] = None
    ) -> InstrumentView:
        """Show the questionnaire that diagnoses open with now, or the one of a version."""
        instruments = catalogue.instruments()
        instrument = instruments.current if version is None else instruments.versions.get(version)
        if instrument is None:
            raise Problem(404, "instrument_unknown")
        return show.shown(InstrumentView.of_instrument(instrument, instruments))

    @api.get("/diagnoses/{supplier_id}/comparison", responses={404: {}})
    async def compare_versions(
        supplier_id: UUID, caller: SeesOne, show: Show, first: Number = 1, second: Number | None = None
    ) -> ComparisonView:
        """Compare two locked versions of a firm's diagnosis, also where they answer two questionnaires.

        Without `second`, the one that counts. Levels compare where both ask the same; the shares over
        those questions are weighted by the later questionnaire.
        """
        caller.require_supplier(supplier_id)
        locked = (await known(database, supplier_id)).locked
        last = first if locked is None else locked.version
        async with database.connection() as connection:
            before, after = [await _version(connection, supplier_id, each) for each in (first, second or last)]
        instruments = catalogue.instruments()
        scored = [Scored(instruments.of(each.instrument), each.levels) for each in (before, after)]
        return show.shown(ComparisonView.of_both(supplier_id, before, after, compare(*scored)))

    return api


async def _version(connection: Connection, supplier_id: UUID, number: int) -> versions.Version:
    found = await versions.version_of(connection, supplier_id, number)
    if found is None:
        raise Problem(404, "version_unknown")
    return found
