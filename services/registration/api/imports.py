"""Suppliers and anchors by file."""

from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from services.registration.files import anchors, suppliers
from services.registration.settings import RegistrationSettings
from shared.runtime.database import Database
from shared.service import imported
from shared.service.callers import Role, allow
from shared.service.http import Show, routes
from shared.service.imported import GIVES_ROWS, ImportView
from shared.service.templates import GIVES_TEMPLATE, Format, template_file
from shared.service.upload import Send, form_schema

BY_OPERATOR = allow(Role.OPERATOR)

SUPPLIERS, ANCHORS = "suppliers", "anchors"


def router(settings: RegistrationSettings, database: Database) -> APIRouter:
    """The routes of files."""
    api = routes("imports")
    max_bytes = settings.import_max_bytes

    @api.get("/suppliers/imports/template", **GIVES_TEMPLATE, dependencies=[BY_OPERATOR])
    async def show_supplier_template(request: Request, format: Format = "xlsx") -> Response:  # noqa: A002 - its name
        """Give the file of firms to be filled in: explained and with lists to choose from, or as CSV."""
        return template_file(suppliers.TEMPLATE, format, request)

    @api.post("/suppliers/imports", status_code=201, openapi_extra=form_schema(), dependencies=[BY_OPERATOR])
    async def import_suppliers(send: Send) -> ImportView:
        """Register the firms of a spreadsheet.

        Rows that fail are reported; the others go in.
        """
        async with send.receive(max_bytes) as upload:
            return await send.take_in(database, SUPPLIERS, upload)

    @api.get("/suppliers/imports/{import_id}", dependencies=[BY_OPERATOR])
    async def show_supplier_import(import_id: UUID, show: Show) -> ImportView:
        """Show how far an import of firms is, and which of its rows were refused."""
        return show.shown(await imported.show(database, SUPPLIERS, import_id))

    @api.get("/suppliers/imports/{import_id}/refused", **GIVES_ROWS, dependencies=[BY_OPERATOR])
    async def show_refused_suppliers(import_id: UUID) -> StreamingResponse:
        """Give the refused rows of an import of firms back, each with what is wrong with it.

        In the format and with the columns in which they were sent, and `motivo`; for seven days.
        """
        return await imported.refused_rows(database, await imported.find(database, SUPPLIERS, import_id))

    @api.get("/anchors/imports/template", **GIVES_TEMPLATE, dependencies=[BY_OPERATOR])
    async def show_anchor_template(request: Request, format: Format = "xlsx") -> Response:  # noqa: A002 - its name
        """Give the file of large buyers to be filled in: explained and with lists to choose from, or as CSV."""
        return template_file(anchors.TEMPLATE, format, request)

    @api.post("/anchors/imports", status_code=201, openapi_extra=form_schema(), dependencies=[BY_OPERATOR])
    async def import_anchors(send: Send) -> ImportView:
        """Let the large buyers of a spreadsheet join.

        Rows that fail are reported; the others go in.
        """
        async with send.receive(max_bytes) as upload:
            return await send.take_in(database, ANCHORS, upload)

    @api.get("/anchors/imports/{import_id}", dependencies=[BY_OPERATOR])
    async def show_anchor_import(import_id: UUID, show: Show) -> ImportView:
        """Show how far an import of large buyers is, and which of its rows were refused."""
        return show.shown(await imported.show(database, ANCHORS, import_id))

    @api.get("/anchors/imports/{import_id}/refused", **GIVES_ROWS, dependencies=[BY_OPERATOR])
    async def show_refused_anchors(import_id: UUID) -> StreamingResponse:
        """Give the refused rows of an import of large buyers back, each with what is wrong with it.

        In the format and with the columns in which they were sent, and `motivo`; for seven days.
        """
        return await imported.refused_rows(database, await imported.find(database, ANCHORS, import_id))

    return api
