"""What somebody typed who has not sent it yet: only the cookie of their browser opens it."""

from datetime import datetime

from shared.runtime.database import Connection

_WRITE = """
    INSERT INTO draft (id, sealed, ends_at) VALUES ($1, $2, $3)
    ON CONFLICT (id) DO UPDATE SET sealed = excluded.sealed, ends_at = excluded.ends_at
"""
_FIND = "SELECT sealed FROM draft WHERE id = $1 AND ends_at > $2"
_LOCK = f"{_FIND} FOR UPDATE"
_FORGET = "DELETE FROM draft WHERE id = $1"
_FORGET_ENDED = "DELETE FROM draft WHERE ends_at <= now()"


async def find(connection: Connection, id_: bytes, now: datetime, *, lock: bool = False) -> bytes | None:
    """What was kept, until it ends; `lock` for whoever is going to add to it."""
    found: bytes | None = await connection.fetchval(_LOCK if lock else _FIND, id_, now)
    return found


async def write(connection: Connection, id_: bytes, sealed: bytes, ends_at: datetime) -> None:
    """Keep it instead of what was there."""
    await connection.execute(_WRITE, id_, sealed, ends_at)


async def forget(connection: Connection, id_: bytes) -> None:
    """Forget this one."""
    await connection.execute(_FORGET, id_)


async def forget_ended(connection: Connection) -> None:
    """Those that nobody came back to."""
    await connection.execute(_FORGET_ENDED)
