"""Firms as a file of the columns in which files of firms are read."""

import asyncio
from tempfile import TemporaryFile
from typing import Annotated, BinaryIO
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse

from services.registration.domain.sought import Sought
from services.registration.files.exported import Export
from services.registration.store.searching import page_of_suppliers
from services.registration.views.search import Filter
from shared.runtime.database import Database
from shared.service.callers import Role, allow
from shared.service.download import download
from shared.service.http import routes
from shared.service.templates import GIVES_TEMPLATE, Format

PAGE = 500
"""Firms that are read at once."""
DELIMITERS = {"csv": ",", "xlsx": ""}


def router(database: Database) -> APIRouter:
    """The route of it."""
    api = routes("imports")

    @api.get("/suppliers/export", **GIVES_TEMPLATE, dependencies=[allow(Role.OPERATOR)])
    async def export_suppliers(wanted: Annotated[Filter, Query()], format: Format = "xlsx") -> StreamingResponse:  # noqa: A002 - its name
        """Give the firms that fit as a file that an import takes: sent again as it is, it changes nothing.

        Contacts are not in it, and a row without one leaves the one that is there; nor are firms that have withdrawn,
        unless `status` asks for them: an import would register them anew.
        """
        file = TemporaryFile()  # noqa: SIM115 - whoever sends it closes it
        try:
            with TemporaryFile() as lines:
                export = await _all_of(database, wanted.sought(), lines)
                written = await asyncio.to_thread(export.write, file, DELIMITERS[format])
        except BaseException:
            file.close()
            raise
        return download(file, written.media_type, f"suppliers.{written.suffix}")

    return api


async def _all_of(database: Database, sought: Sought, lines: BinaryIO) -> Export:
    export = Export(lines)
    after: UUID | None = None
    while firms := await page_of_suppliers(database, sought, after, PAGE):
        after = firms[-1].id
        staying = [each for each in firms if sought.status is not None or each.status != "withdrawn"]
        await asyncio.to_thread(export.add, staying)
    return export
