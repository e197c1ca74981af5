"""Requirements by file."""

from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from services.matching.api.access import Buyer, acts_for
from services.matching.files.importers import OWN
from services.matching.files.requirements import TEMPLATE
from services.matching.settings import MatchingSettings
from shared.messaging.imports import Import
from shared.runtime.database import Database
from shared.service import imported
from shared.service.callers import Caller, Role
from shared.service.http import Problem, Show, routes
from shared.service.imported import GIVES_ROWS, ImportView
from shared.service.templates import GIVES_TEMPLATE, Format, template_file
from shared.service.upload import Send, form_schema

REQUIREMENTS = "requirements"


def router(settings: MatchingSettings, database: Database) -> APIRouter:
    """The routes of files."""
    api = routes("requirements")

    @api.get("/requirements/imports/template", **GIVES_TEMPLATE)
    async def show_requirement_template(request: Request, _: Buyer, format: Format = "xlsx") -> Response:  # noqa: A002 - its name
        """Give the file of requirements to be filled in: explained and with lists to choose from, or as CSV."""
        return template_file(TEMPLATE, format, request)

    @api.post("/requirements/imports", status_code=201, openapi_extra=form_schema())
    async def import_requirements(caller: Buyer, send: Send) -> ImportView:
        """Publish or change the requirements of a spreadsheet.

        Rows that fail are reported; the others go in.
        """
        own = _own(caller)
        async with send.receive(settings.import_max_bytes) as upload:
            return await send.take_in(database, REQUIREMENTS, upload, {} if own is None else {OWN: str(own)})

    @api.get("/requirements/imports/{import_id}")
    async def show_requirement_import(import_id: UUID, caller: Buyer, show: Show) -> ImportView:
        """Show how far an import of requirements is, and which of its rows were refused."""
        return show.shown(await imported.view(database, await _found(database, caller, import_id)))

    @api.get("/requirements/imports/{import_id}/refused", **GIVES_ROWS)
    async def show_refused_requirements(import_id: UUID, caller: Buyer) -> StreamingResponse:
        """Give the refused rows of an import of requirements back, each with what is wrong with it.

        In the format and with the columns in which they were sent, and `motivo`; for seven days.
        """
        return await imported.refused_rows(database, await _found(database, caller, import_id))

    return api


async def _found(database: Database, caller: Caller, import_id: UUID) -> Import:
    own, found = _own(caller), await imported.find(database, REQUIREMENTS, import_id)
    if own is not None and found.fields.get(OWN) != str(own):
        raise Problem(403, "not_yours", message="not_yours.import")
    return found


def _own(caller: Caller) -> UUID | None:
    """The anchor of which a buyer is; none of an operator."""
    return None if Role.OPERATOR in caller.roles else acts_for(caller, None)
