"""How many requests one caller may make of all processes of a service together: a token bucket each, in the store.

What is kept is when a bucket will be full again (the generic cell rate algorithm, ITU-T I.371): one row, one statement,
by the store's clock.
"""

import hashlib
from datetime import timedelta

from shared.runtime.database import Connection, Database

# Committed without waiting for the disk: callers of one address wait for each other's commit on the one row, and what
# a crash of the store takes is a token.
_TAKE = """
    INSERT INTO request_limit AS known (key, full_at)
    SELECT $1, now() + $2::interval FROM set_config('synchronous_commit', 'off', true)
    ON CONFLICT (key) DO UPDATE SET full_at = greatest(known.full_at, now()) + $2
    WHERE greatest(known.full_at, now()) + $2 <= now() + $3::interval
    RETURNING true
"""
_WAIT = """
    SELECT extract(epoch FROM full_at + $2::interval - now() - $3::interval)::float8 FROM request_limit WHERE key = $1
"""


class RequestLimits:
    """The buckets of one service."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def take(self, name: str, who: str, per_second: float, burst: int) -> float:
        """Take a token of the limit of this name. Returns 0, or the seconds until there is one."""
        # A digest: an address is personal, and nobody needs to read it here.
        key = hashlib.sha256(f"{name}\0{who}".encode()).digest()
        each = timedelta(seconds=1 / per_second)
        async with self._database.connection() as connection:
            if await connection.fetchval(_TAKE, key, each, each * burst):
                return 0.0
            wait: float | None = await connection.fetchval(_WAIT, key, each, each * burst)
        # Between the two it may have been forgotten, or filled.
        return max(wait or 0.0, 0.001)


async def forget(connection: Connection) -> None:
    """Full buckets say nothing."""
    await connection.execute("DELETE FROM request_limit WHERE full_at < now()")
