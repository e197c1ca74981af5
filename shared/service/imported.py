"""What became of a file that somebody sent, as people see it; and its refused rows, to be mended and sent again."""

import asyncio
from datetime import datetime
from tempfile import TemporaryFile
from typing import Any, Final
from uuid import UUID

from fastapi.responses import StreamingResponse

from shared.files.out import CSV, XLSX
from shared.files.returned import Returned
from shared.i18n import worded
from shared.messaging import imports
from shared.messaging.imports import Import, RefusedRow, State
from shared.plain_text import NOT_TEXT
from shared.runtime.database import Database
from shared.service.download import download
from shared.service.http import Problem, View

MOST_NAMED, LONGEST_NAME = 50, 60
"""Columns that nobody reads, and characters of each, that are told."""

_GIVEN: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The file, in the format in which it was sent.",
        "content": {
            media_type.partition(";")[0]: {"schema": {"type": "string", "format": "binary"}}
            for media_type in (CSV, XLSX)
        },
    },
    404: {},
    409: {},
}

GIVES_ROWS: Final[dict[str, Any]] = {"response_class": StreamingResponse, "responses": _GIVEN}
"""Of a route that gives refused rows back."""


class RowFaultView(View):
    """What is wrong in one row, at which column."""

    line: int
    column: str
    reason: str
    detail: str


class ImportView(View):
    """A file, and what became of its rows."""

    id: UUID
    state: State
    """`refused`: the file as a whole, `reason` says why, nothing of it went in. `stopped`: by a fault of ours; what
    went in stays, and the same file may be sent again."""
    rows: int | None
    """How many it has; null until it was read."""
    read: int
    """Of these, how many are decided: `accepted` and `refused` together."""
    accepted: int
    refused: int
    outcomes: dict[str, int]
    """The accepted by what became of them."""
    refused_rows: list[RowFaultView]
    """The first thousand faults, by line."""
    refused_until: datetime | None
    """Until when its refused rows can be had as a file, with all of their faults; null where there are none."""
    ignored_columns: list[str]
    """Those that nobody reads, as their header names them."""
    reason: str | None
    detail: str | None
    received_at: datetime
    ended_at: datetime | None


async def find(database: Database, kind: str, id_: UUID) -> Import:
    """The import of this id. Raises Problem where there is none of this kind."""
    async with database.connection() as connection:
        found = await imports.find(connection, kind, id_)
    if found is None:
        raise Problem(404, "import_unknown")
    return found


async def view(database: Database, found: Import) -> ImportView:
    """An import with its refused rows, in the language of who asks."""
    async with database.connection() as connection:
        faults = await imports.faults(connection, found.id)
    made = {"refused_rows", "refused_until", "ignored_columns", "detail"}
    return ImportView(
        **{name: getattr(found, name) for name in ImportView.model_fields.keys() - made},
        refused_rows=[RowFaultView.of(fault) for fault in faults],
        refused_until=found.ended_at + imports.REFUSED_KEPT if found.ended_at and faults and found.header else None,
        ignored_columns=_ignored(found),
        detail=None if found.message is None else worded(found.message, **found.params),
    )


async def show(database: Database, kind: str, id_: UUID) -> ImportView:
    """Both, where whoever may see one may see all."""
    return await view(database, await find(database, kind, id_))


async def refused_rows(database: Database, found: Import) -> StreamingResponse:
    """The rows that were refused, in the format in which they were sent, each with what is wrong with it in the
    language of who asks. Raises Problem where there are none.
    """
    if found.ended_at is None:
        raise Problem(409, "import_goes_on")
    async with database.connection() as connection:
        rows = await imports.refused_rows(connection, found.id, 0)
    if found.header is None or not rows:
        raise Problem(404, "refused_rows_unknown", days=imports.REFUSED_KEPT.days)
    file = TemporaryFile()  # noqa: SIM115 - whoever sends it closes it
    try:
        written = await asyncio.to_thread(Returned, found.header, file)
        while rows:
            await asyncio.to_thread(written.add, [(row.sent, _told(row)) for row in rows])
            async with database.connection() as connection:
                rows = await imports.refused_rows(connection, found.id, rows[-1].line)
        await asyncio.to_thread(written.close)
    except BaseException:
        file.close()
        raise
    name = f"{found.kind}-{found.id}.{written.suffix}"
    return download(file, written.media_type, name)


def _told(row: RefusedRow) -> str:
    """What is wrong with a row, and which line it was."""
    line = worded("refused_line", line=row.line)
    return " ".join([line, *(f"{fault.column}: {fault.detail}" for fault in row.faults)])


def _ignored(found: Import) -> list[str]:
    header = found.header
    places = [] if header is None else header.ignored[:MOST_NAMED]
    return [NOT_TEXT.sub("", header.sent[place - 1])[:LONGEST_NAME] for place in places] if header else []
