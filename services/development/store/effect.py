"""Firms that the program's effect is told of."""

from collections.abc import AsyncIterator
from uuid import UUID

from services.development.domain.candidate import Candidate
from services.development.store import candidates
from shared.runtime.database import Connection

AT_ONCE = 200
"""Rows that are read together."""

_MARKED = "SELECT * FROM candidate WHERE has_effect AND id > $1 ORDER BY id LIMIT $2"


async def marked(connection: Connection) -> AsyncIterator[Candidate]:
    """Firms that had a place since their effect is kept, by id."""
    after = UUID(int=0)
    while rows := await connection.fetch(_MARKED, after, AT_ONCE):
        for each in await candidates.all_of(connection, rows):
            yield each
        after = rows[-1]["id"]
