"""Mails that are due: a timer each, written with the decision that asks for the mail, and gone once it was taken."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from shared.runtime.database import Connection, columns

_DUE = "SELECT * FROM timer WHERE at <= $1 AND kind = ANY($2) ORDER BY at LIMIT 1"
_STILL = "SELECT true FROM timer WHERE kind = $1 AND aggregate_id = $2 AND at <= $3"
_DONE = """
    DELETE FROM timer USING unnest($1::text[], $2::uuid[], $3::timestamptz[]) AS done(kind, aggregate_id, at)
    WHERE (timer.kind, timer.aggregate_id, timer.at) = (done.kind, done.aggregate_id, done.at)
        AND timer.kind = ANY($1) AND timer.aggregate_id = ANY($2)
"""
_PUT_OFF = "UPDATE timer SET at = $3 WHERE kind = $1 AND aggregate_id = $2 AND at = $4"
_NEXT = "SELECT min(at) FROM timer WHERE kind = ANY($1)"


async def due(connection: Connection, kinds: Sequence[str], now: datetime) -> Any:  # noqa: ANN401 - a row
    """What has been due for longest; None: nothing is."""
    return await connection.fetchrow(_DUE, now, kinds)


async def still_due(connection: Connection, kind: str, about: UUID, now: datetime) -> bool:
    """Whether nobody took or moved it meanwhile. To be asked under the aggregate's lock."""
    return bool(await connection.fetchval(_STILL, kind, about, now))


class Done(NamedTuple):
    """One that was taken, or is not to be sent."""

    kind: str
    about: UUID
    at: datetime
    """The next try, as this one set it; one that was set since stands."""


async def done(connection: Connection, mails: Sequence[Done]) -> None:
    """Their timers go. In the order of their ids: two processes cannot lock crosswise."""
    await connection.execute(_DONE, *columns(sorted(mails)))


async def put_off(connection: Connection, kind: str, about: UUID, was: datetime, at: datetime) -> None:
    """Unless somebody moved it meanwhile."""
    await connection.execute(_PUT_OFF, kind, about, at, was)


async def next_at(connection: Connection, kinds: Sequence[str]) -> datetime | None:
    found: datetime | None = await connection.fetchval(_NEXT, kinds)
    return found
