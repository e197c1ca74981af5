"""ARCO requests in and out of their table. What somebody wrote is sealed with a key of its own, until it is erased."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Final, Literal
from uuid import UUID

from services.registration.domain.arco import ArcoRequest, Status
from services.registration.store.tables import ArcoRequestRow
from shared.contracts.times import LAST_DAY
from shared.messaging.repository import TableRepository
from shared.runtime.database import Connection, Row
from shared.sealing import keys
from shared.sealing.keys import Name
from shared.sealing.rows import Part, SealedRows

SEALED: Final = SealedRows("arco_request", Part("wanted", text=True), person="supplier_id", matter="id")


class ArcoRequests(TableRepository[ArcoRequest]):
    """Whose words are erased loses their key."""

    async def save_many(
        self, connection: Connection, new: Sequence[ArcoRequest], changed: Sequence[ArcoRequest]
    ) -> None:
        await keys.destroy(connection, [Name(each.supplier_id, each.id) for each in changed if each.wanted is None])
        await super().save_many(connection, new, [replace(each, wanted=each.wanted or "") for each in changed])

    def of(self, row: Row) -> ArcoRequest:
        found = super().of(row)
        return found if found.wanted else replace(found, wanted=None)


arco_requests = ArcoRequests(ArcoRequestRow, ArcoRequest, sealed=SEALED)

_ONE = "SELECT * FROM arco_request WHERE id = $1"
_OPEN = "SELECT count(*) FROM arco_request WHERE supplier_id = $1 AND status = 'received'"
_IDS = "SELECT id FROM arco_request WHERE supplier_id = $1 ORDER BY id"
_OF = """
    SELECT * FROM arco_request WHERE supplier_id = $1 AND ($2::uuid IS NULL OR id > $2) ORDER BY id LIMIT $3
"""
# As `urgency` has it.
_ALL = """
    SELECT * FROM (
        SELECT *, coalesce(
            CASE status WHEN 'received' THEN answer_by WHEN 'answered' THEN effect_by END, $5::date
        ) AS until FROM arco_request WHERE $1 = 'all' OR status = $1
    ) AS listed
    WHERE $2::date IS NULL OR (until, id) > ($2, $3::uuid) ORDER BY until, id LIMIT $4
"""


def urgency(request: ArcoRequest) -> date:
    """The last day for what is next; after all others where nothing is."""
    return request.until or LAST_DAY


async def arco_row(connection: Connection, id_: UUID) -> ArcoRequest | None:
    found = await arco_requests.all_of(connection, await connection.fetch(_ONE, id_))
    return found[0] if found else None


async def open_arco(connection: Connection, supplier_id: UUID) -> int:
    """How many of a firm's wait for their answer."""
    found: int = await connection.fetchval(_OPEN, supplier_id)
    return found


async def arco_ids(connection: Connection, supplier_id: UUID) -> list[UUID]:
    """All of a firm's."""
    return [row["id"] for row in await connection.fetch(_IDS, supplier_id)]


async def arco_of(connection: Connection, supplier_id: UUID, after: UUID | None, limit: int) -> list[ArcoRequest]:
    """A firm's, in the order in which they came."""
    return await arco_requests.all_of(connection, await connection.fetch(_OF, supplier_id, after, limit))


async def all_arco(
    connection: Connection, status: Status | Literal["all"], after: tuple[date, UUID] | None, limit: int
) -> list[ArcoRequest]:
    """Those of one status, the most urgent first."""
    rows = await connection.fetch(_ALL, status, *(after or (None, None)), limit, LAST_DAY)
    return await arco_requests.all_of(connection, rows)
