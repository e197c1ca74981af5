"""Requirements by file."""

from uuid import UUID

from fastapi import APIRouter

from services.matching.api.access import Buyer, acts_for
from services.matching.files.importers import OWN
from services.matching.settings import MatchingSettings
from shared.runtime.database import Database
from shared.service import imported
from shared.service.callers import Caller, Role
from shared.service.http import Problem, Show, routes
from shared.service.imported import ImportView
from shared.service.upload import Send, form_schema

REQUIREMENTS = "requirements"


def router(settings: MatchingSettings, database: Database) -> APIRouter:
    """The routes of files."""
    api = routes("requirements")

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
        own = _own(caller)
        found = await imported.find(database, REQUIREMENTS, import_id)
        if own is not None and found.fields.get(OWN) != str(own):
            raise Problem(403, "not_yours", message="not_yours.import")
        return show.shown(await imported.view(database, found))

    return api


def _own(caller: Caller) -> UUID | None:
    """The anchor of which a buyer is; none of an operator."""
    return None if Role.OPERATOR in caller.roles else acts_for(caller, None)
