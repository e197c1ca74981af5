"""Mails that are due: a timer each, written with the decision that asks for the mail, and gone once it was taken."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from shared.runtime.database import Connection

_DUE = "SELECT * FROM timer WHERE at <= $1 AND kind = ANY($2) ORDER BY at LIMIT $3"
_STILL = "SELECT true FROM timer WHERE kind = $1 AND aggregate_id = $2 AND at <= $3"
_DONE = "DELETE FROM timer WHERE kind = $1 AND aggregate_id = $2"
_NEXT = "SELECT min(at) FROM timer WHERE kind = ANY($1)"


async def due(connection: Connection, kinds: Sequence[str], now: datetime, most: int) -> list[Any]:
    """Rows of what is due, the oldest first."""
    rows: list[Any] = await connection.fetch(_DUE, now, kinds, most)
    return rows


async def still_due(connection: Connection, kind: str, about: UUID, now: datetime) -> bool:
    """Whether nobody took or moved it meanwhile. To be asked under the aggregate's lock."""
    return bool(await connection.fetchval(_STILL, kind, about, now))


async def done(connection: Connection, kind: str, about: UUID) -> None:
    """It was taken, or is not to be sent."""
    await connection.execute(_DONE, kind, about)


async def next_at(connection: Connection, kinds: Sequence[str]) -> datetime | None:
    found: datetime | None = await connection.fetchval(_NEXT, kinds)
    return found
