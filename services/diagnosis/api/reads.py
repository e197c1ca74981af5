"""What is shown: diagnoses and their sheets, gaps."""

from functools import partial
from uuid import UUID

from fastapi import APIRouter

from services.diagnosis import store
from services.diagnosis.api.access import SeesAll, SeesOne
from services.diagnosis.api.known import known, view
from services.diagnosis.domain.calibrating import hidden_since
from services.diagnosis.domain.diagnosis import Status
from services.diagnosis.store import lacks, versions
from services.diagnosis.views.diagnoses import DiagnosisView, SummaryView
from services.diagnosis.views.gaps import GapView, LackView
from services.diagnosis.views.sheets import SheetView
from services.diagnosis.views.versions import VersionView
from shared.runtime.database import Database
from shared.service.callers import SEES_ALL
from shared.service.http import Number, Page, Paging, Show, routes


def router(database: Database) -> APIRouter:
    api = routes("diagnosis")

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
        return show.shown(view(caller)(await known(database, supplier_id)))

    @api.get("/diagnoses/{supplier_id}/sheets")
    async def list_sheets(supplier_id: UUID, caller: SeesAll, paging: Paging) -> Page[SheetView]:
        """List every sheet that anybody gave, also those that another replaced, with who gave it and when.

        Of two assessors nobody sees one's sheets before the other's are in.
        """
        hidden = hidden_since(await known(database, supplier_id))
        after, fetch = paging.position(Number), paging.fetch
        async with database.connection() as connection:
            rows = await store.page_of_sheets(connection, supplier_id, after, fetch, hidden, caller.subject)
        return Page[SheetView].of_rows(rows, paging, SheetView.of_sheet, lambda row: row.number)

    @api.get("/diagnoses/{supplier_id}/versions")
    async def list_versions(supplier_id: UUID, caller: SeesOne, paging: Paging) -> Page[VersionView]:
        """List every locked version of a firm's diagnosis, the oldest first, with what made it the next one."""
        caller.require_supplier(supplier_id)
        await known(database, supplier_id)
        async with database.connection() as connection:
            rows = await versions.page_of_versions(connection, supplier_id, paging.position(Number) or 0, paging.fetch)
        view = partial(VersionView.of_version, supplier_id)
        return Page[VersionView].of_rows(rows, paging, view, lambda row: row.position)

    @api.get("/diagnoses/{supplier_id}/gaps")
    async def list_gaps(supplier_id: UUID, caller: SeesOne, paging: Paging) -> Page[GapView]:
        """List a firm's open gaps, the most pressing first, with the requirements that ask.

        A firm is not told whose they are: it may know that of some, as matching says.
        """
        caller.require_supplier(supplier_id)
        naming = bool(caller.roles & SEES_ALL) and supplier_id not in caller.firms
        gaps = GapView.all_of(await known(database, supplier_id), naming=naming)
        return Page[GapView].of_all(gaps, paging, GapView.of)

    @api.get("/gaps")
    async def list_what_the_program_lacks(_: SeesAll, paging: Paging) -> Page[LackView]:
        """List on which questions the program's firms have open gaps, and how many do."""
        async with database.session() as session:
            return Page[LackView].of_all(await lacks.lacks(session), paging, LackView.of)

    return api
