"""The service of fault runs with a kind of file that is read for ever: `python -m tests.conformance.endless`."""

from collections.abc import Sequence
from dataclasses import replace

from fastapi import APIRouter

from shared.files import table
from shared.files.rows import Row, Wanted
from shared.messaging.commands import Commands
from shared.messaging.importing import Importer, Written
from shared.runtime.database import Database
from shared.runtime.settings import ServiceSettings
from shared.service import service
from shared.service.callers import OPEN_TO_ALL
from shared.service.http import routes
from shared.service.imported import ImportView
from shared.service.stage import Stage
from shared.service.upload import Send, form_schema
from tests.faults.service import build

CHILD = "import time; time.sleep(600)"


class Endless(Importer[Row]):
    wanted = Wanted((), (), 1)

    def read(self, row: Row) -> Row:
        return row

    async def apply(self, batch: Sequence[tuple[int, Row]], written: Written) -> None:
        raise AssertionError("no row of a file that is read for ever is applied")


def router(_: Commands, database: Database) -> APIRouter:
    api = routes("files")

    @api.post("/files", status_code=201, openapi_extra=OPEN_TO_ALL | form_schema())
    async def read_file(send: Send) -> ImportView:
        async with send.receive(1_000) as upload:
            return await send.take_in(database, "endless", upload)

    return api


def endless() -> tuple[Stage, ServiceSettings]:
    table.CHILD = ("-c", CHILD)
    stage, settings = build()
    # A group of its own, in which no other process of the tests was a member.
    return replace(stage, name="diagnosis", router=router, imports={"endless": Endless}), settings


if __name__ == "__main__":
    service.main(endless)
