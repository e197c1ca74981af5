"""What waits in a service's store, in one query that costs little however much waits."""

from dataclasses import dataclass

from shared.runtime.database import Connection

_BACKLOG = """
    SELECT (SELECT count(*) FROM outbox) AS outbox,
        (SELECT coalesce(extract(epoch FROM now() - min(recorded_at)), 0)::float8 FROM outbox) AS outbox_age_s,
        (SELECT count(*) FROM blocked_key) AS blocked,
        (SELECT coalesce(extract(epoch FROM now() - min(since)), 0)::float8 FROM blocked_key) AS blocked_age_s,
        (SELECT count(*) FROM dead_letter WHERE closed_at IS NULL) AS dead,
        (SELECT count(*) FROM sweep WHERE finished_at IS NULL) AS sweeps,
        (SELECT coalesce(sum(touched), 0)::bigint FROM sweep WHERE finished_at IS NULL) AS swept
"""


@dataclass(frozen=True, slots=True)
class Backlog:
    outbox: int
    """Events not yet published."""
    outbox_age_s: float
    blocked: int
    """Keys that wait behind a dead letter."""
    blocked_age_s: float
    dead: int
    """Open dead letters."""
    sweeps: int
    """Sweeps not yet finished."""
    swept: int
    """Aggregates that those have visited: it moves while they get on."""


async def look(connection: Connection) -> Backlog:
    row = await connection.fetchrow(_BACKLOG)
    if row is None:
        raise RuntimeError("a query without FROM always gives one row")
    return Backlog(**dict(row))
