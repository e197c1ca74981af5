"""Who is signed in. A row without its browser's cookie tells nobody anything but a pseudonym."""

from datetime import datetime
from typing import NamedTuple

from shared.runtime.database import Connection

_BEGIN = "INSERT INTO sign_in (id, sealed, ends_at) VALUES ($1, $2, $3)"
_TAKE = "DELETE FROM sign_in WHERE id = $1 AND ends_at > $2 RETURNING sealed"
_OPEN = "INSERT INTO session (id, subject, sealed, ends_at) VALUES ($1, $2, $3, $4)"
_FIND = "SELECT id, subject, sealed, ends_at FROM session WHERE id = $1 AND ends_at > $2"
_LOCK = f"{_FIND} FOR UPDATE"
_RENEW = "UPDATE session SET sealed = $2 WHERE id = $1"
_CLOSE = "DELETE FROM session WHERE id = $1"
_FORGET = ("DELETE FROM session WHERE ends_at <= now()", "DELETE FROM sign_in WHERE ends_at <= now()")


class SessionRow(NamedTuple):
    """One sign-in of one browser."""

    id: bytes
    subject: str
    sealed: bytes
    ends_at: datetime


async def begin(connection: Connection, id_: bytes, sealed: bytes, ends_at: datetime) -> None:
    """Keep what a sign-in that is under way will be compared with."""
    await connection.execute(_BEGIN, id_, sealed, ends_at)


async def take(connection: Connection, id_: bytes, now: datetime) -> bytes | None:
    """What was kept of it, once."""
    found: bytes | None = await connection.fetchval(_TAKE, id_, now)
    return found


async def open_(connection: Connection, row: SessionRow) -> None:
    """Keep a session."""
    await connection.execute(_OPEN, *row)


async def forget(connection: Connection) -> None:
    """Those that ended, and sign-ins that nobody came back to."""
    for statement in _FORGET:
        await connection.execute(statement)


async def find(connection: Connection, id_: bytes, now: datetime, *, lock: bool = False) -> SessionRow | None:
    """A session that has not ended; `lock` for whoever is going to renew its tokens."""
    row = await connection.fetchrow(_LOCK if lock else _FIND, id_, now)
    return None if row is None else SessionRow(*row)


async def renew(connection: Connection, id_: bytes, sealed: bytes) -> None:
    """Keep new tokens."""
    await connection.execute(_RENEW, id_, sealed)


async def close(connection: Connection, id_: bytes) -> None:
    """Forget a session."""
    await connection.execute(_CLOSE, id_)
