"""What became of a file that somebody sent, as people see it."""

from datetime import datetime
from uuid import UUID

from shared.i18n import worded
from shared.messaging import imports
from shared.messaging.imports import Import, State
from shared.runtime.database import Database
from shared.service.http import Problem, View


class RefusedRow(View):
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
    refused_rows: list[RefusedRow]
    """The first thousand faults, by line."""
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
    own = {name: getattr(found, name) for name in ImportView.model_fields.keys() - {"refused_rows", "detail"}}
    return ImportView(
        **own,
        refused_rows=[RefusedRow.of(fault) for fault in faults],
        detail=None if found.message is None else worded(found.message, **found.params),
    )


async def show(database: Database, kind: str, id_: UUID) -> ImportView:
    """Both, where whoever may see one may see all."""
    return await view(database, await find(database, kind, id_))
