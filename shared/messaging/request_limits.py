"""How many requests one caller may make of all processes of a service together: a token bucket each, in the store.

What is kept is when a bucket will be full again (the generic cell rate algorithm, ITU-T I.371): one row, by the store's
clock. What many requests take at a time, they take by one statement.
"""

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from shared.messaging.together import Together
from shared.runtime.database import Connection, Database, columns

_MICROSECONDS = 1_000_000

# Committed without waiting for the disk: callers of one address wait for each other's commit on the one row, and what
# a crash of the store takes is a token. Times are in microseconds, the store's own; what is taken is whole tokens.
_TAKE = """
    WITH given AS (
        SELECT key, wanted, each, each * burst AS whole
        FROM set_config('synchronous_commit', 'off', true),
            unnest($1::bytea[], $2::bigint[], $3::bigint[], $4::bigint[]) AS given(key, wanted, each, burst)
    )
    INSERT INTO request_limit AS known (key, full_at)
    SELECT key, now() + least(wanted * each, whole) * interval '1 microsecond' FROM given
    ON CONFLICT (key) DO UPDATE SET full_at = greatest(known.full_at, now()) + (
        SELECT greatest(0, least(wanted, div(
            whole - extract(epoch FROM greatest(known.full_at - now(), interval '0')) * 1000000, each
        ))) * each * interval '1 microsecond'
        FROM given WHERE key = known.key
    )
    RETURNING known.key,
        (extract(epoch FROM new.full_at - greatest(old.full_at, now())) * 1000000)::bigint AS taken,
        (extract(epoch FROM new.full_at - now()) * 1000000)::bigint AS missing
"""


class _Asked(NamedTuple):
    """One token of one bucket."""

    key: bytes
    each: int
    """Microseconds in which one comes."""
    burst: int


class RequestLimits:
    """The buckets of one service."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._together = Together(self._take)

    async def take(self, name: str, who: str, per_second: float, burst: int) -> float:
        """Take a token of the limit of this name. Returns 0, or the seconds until there is one."""
        # A digest: an address is personal, and nobody needs to read it here.
        key = hashlib.sha256(f"{name}\0{who}".encode()).digest()
        wait: float = await self._together.ask(_Asked(key, max(1, round(_MICROSECONDS / per_second)), burst))
        return wait

    async def _take(self, group: Sequence[_Asked]) -> list[float]:
        wanted: defaultdict[_Asked, int] = defaultdict(int)
        for asked in group:
            wanted[asked] += 1
        # In the order of their keys: two processes cannot lock crosswise.
        rows = [(asked.key, count, asked.each, asked.burst) for asked, count in sorted(wanted.items())]
        async with self._database.connection() as connection:
            found = {row["key"]: row for row in await connection.fetch(_TAKE, *columns(rows))}
        left = {key: row["taken"] for key, row in found.items()}
        waits: list[float] = []
        for asked in group:
            left[asked.key] -= asked.each
            missing = found[asked.key]["missing"]
            wait = missing - asked.each * (asked.burst - 1)
            waits.append(0.0 if left[asked.key] >= 0 else max(wait, 1_000) / _MICROSECONDS)
        return waits


async def forget(connection: Connection) -> None:
    """Full buckets say nothing."""
    await connection.execute("DELETE FROM request_limit WHERE full_at < now()")
