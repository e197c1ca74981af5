"""When every profile was told once more."""

from uuid import UUID

from services.registration.store.tables import TellingRow
from shared.messaging.repository import TableRepository
from shared.runtime.database import Connection
from shared.telling import Telling

tellings = TableRepository(TellingRow, Telling)


async def page_of_tellings(connection: Connection, after: UUID | None, limit: int) -> list[Telling]:
    """In the order in which they were asked for."""
    query = "SELECT * FROM telling WHERE $1::uuid IS NULL OR id > $1 ORDER BY id LIMIT $2"
    return [tellings.of(row) for row in await connection.fetch(query, after, limit)]
