"""Mails that are due: a timer each, written with the decision that asks for the mail, and gone once it was taken."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from shared.runtime.database import Connection

_DUE = "SELECT * FROM timer WHERE at <= $1 AND kind = ANY($2) ORDER BY at LIMIT 1"
_STILL = "SELECT true FROM timer WHERE kind = $1 AND aggregate_id = $2 AND at <= $3"
_DONE = "DELETE FROM timer WHERE kind = $1 AND aggregate_id = $2 AND at = $3"
_PUT_OFF = "UPDATE timer SET at = $3 WHERE kind = $1 AND aggregate_id = $2 AND at = $4"
_NEXT = "SELECT min(at) FROM timer WHERE kind = ANY($1)"


async def due(connection: Connection, kinds: Sequence[str], now: datetime) -> Any:  # noqa: ANN401 - a row
    """What has been due for longest; None: nothing is."""
    return await connection.fetchrow(_DUE, now, kinds)


async def still_due(connection: Connection, kind: str, about: UUID, now: datetime) -> bool:
    """Whether nobody took or moved it meanwhile. To be asked under the aggregate's lock."""
    return bool(await connection.fetchval(_STILL, kind, about, now))


async def done(connection: Connection, kind: str, about: UUID, at: datetime) -> None:
    """It was taken, or is not to be sent. `at`: the next try, as this one set it; one that was set since stands."""
    await connection.execute(_DONE, kind, about, at)


async def put_off(connection: Connection, kind: str, about: UUID, was: datetime, at: datetime) -> None:
    """Unless somebody moved it meanwhile."""
    await connection.execute(_PUT_OFF, kind, about, at, was)


async def next_at(connection: Connection, kinds: Sequence[str]) -> datetime | None:
    found: datetime | None = await connection.fetchval(_NEXT, kinds)
    return found
