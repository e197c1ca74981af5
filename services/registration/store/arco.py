"""ARCO requests in and out of their table. What was written is sealed with keys of the request, until it is erased."""

from collections.abc import Collection, Sequence
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
from shared.sealing.keys import Name, matter_of
from shared.sealing.rows import Part, SealedRows

WORDS: Final = "words"
"""Of a request: its answer and the reasons of its extensions, which may outlive what somebody wrote."""
SEALED: Final = SealedRows(
    "arco_request",
    Part("wanted", text=True),
    Part("answer", text=True, own=WORDS),
    Part("extensions", item="reason", own=WORDS),
    person="supplier_id",
    matter="id",
)


class ArcoRequests(TableRepository[ArcoRequest]):
    """Whose words are erased loses their key."""

    async def save_many(
        self, connection: Connection, new: Sequence[ArcoRequest], changed: Sequence[ArcoRequest]
    ) -> None:
        gone = [Name(each.supplier_id, each.id) for each in changed if each.wanted is None]
        gone += [Name(each.supplier_id, matter_of(each.id, WORDS)) for each in changed if each.has_no_words]
        await keys.destroy(connection, gone)
        await super().save_many(connection, new, [replace(each, wanted=each.wanted or "") for each in changed])

    def of(self, row: Row) -> ArcoRequest:
        found = super().of(row)
        return found if found.wanted else replace(found, wanted=None)


arco_requests = ArcoRequests(ArcoRequestRow, ArcoRequest, sealed=SEALED)

_ONE = "SELECT * FROM arco_request WHERE id = $1"
_OPEN = "SELECT count(*) FROM arco_request WHERE supplier_id = $1 AND status = 'received'"
_IDS = "SELECT id FROM arco_request WHERE supplier_id = ANY($1::uuid[]) ORDER BY id"
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


async def arco_ids(connection: Connection, suppliers: Collection[UUID]) -> list[UUID]:
    """All of these firms'."""
    return [row["id"] for row in await connection.fetch(_IDS, list(suppliers))]


async def arco_of(connection: Connection, supplier_id: UUID, after: UUID | None, limit: int) -> list[ArcoRequest]:
    """A firm's, in the order in which they came."""
    return await arco_requests.all_of(connection, await connection.fetch(_OF, supplier_id, after, limit))


async def all_arco(
    connection: Connection, status: Status | Literal["all"], after: tuple[date, UUID] | None, limit: int
) -> list[ArcoRequest]:
    """Those of one status, the most urgent first."""
    rows = await connection.fetch(_ALL, status, *(after or (None, None)), limit, LAST_DAY)
    return await arco_requests.all_of(connection, rows)
