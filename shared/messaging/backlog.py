"""A service's store: what waits there and how its server is, in one query that costs little however much waits."""

from dataclasses import dataclass

from shared.messaging import outbox
from shared.runtime.database import Connection

MOST_COUNTED = 100_000
"""Rows of the outbox: to count more costs more with every one, every few seconds, when the store has enough to do."""

_BACKLOG = f"""
    SELECT waiting.rows AS outbox, waiting.age_s AS outbox_age_s,
        (SELECT count(*) FROM blocked_key) AS blocked,
        (SELECT coalesce(extract(epoch FROM now() - min(since)), 0)::float8 FROM blocked_key) AS blocked_age_s,
        (SELECT count(*) FROM dead_letter WHERE closed_at IS NULL) AS dead,
        (SELECT count(*) FROM dead_letter WHERE closed_at IS NULL AND topic LIKE 'partner.%') AS refused,
        (SELECT coalesce(sum(last - first + 1), 0)::bigint FROM record_gap WHERE closed_at IS NULL) AS missed,
        (SELECT count(*) FROM sweep WHERE finished_at IS NULL) AS sweeps,
        (SELECT coalesce(sum(touched), 0)::bigint FROM sweep WHERE finished_at IS NULL) AS swept,
        (SELECT sum(numbackends)::int FROM pg_stat_database) AS connections,
        (SELECT sum(CASE name WHEN 'max_connections' THEN setting::int ELSE -setting::int END)::int FROM pg_settings
            WHERE name IN ('max_connections', 'superuser_reserved_connections', 'reserved_connections')
        ) AS connections_max,
        (SELECT coalesce(extract(epoch FROM max(now() - xact_start)), 0)::float8 FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid()) AS transaction_age_s,
        (SELECT coalesce(extract(epoch FROM max(taken_at)), 0)::float8 FROM backup) AS backup_at
    FROM (
        SELECT coalesce(sum(events), 0)::int AS rows,
            coalesce(extract(epoch FROM now() - min(since)), 0)::float8 AS age_s
        FROM (
            SELECT coalesce(cardinality(ids), 1) AS events, coalesce(resent_at, recorded_at) AS since
            FROM outbox ORDER BY id LIMIT {MOST_COUNTED}
        ) AS counted
    ) AS waiting
"""

MOST_OF_A_TOPIC = 10_000

_WAITING = f"""{outbox.WAITING}
    SELECT topic, counted.* FROM waiting CROSS JOIN LATERAL (
        SELECT coalesce(sum(events), 0)::int AS events, count(*) = {MOST_OF_A_TOPIC} AS is_more,
            coalesce(extract(epoch FROM now() - min(since)), 0)::float8 AS oldest_seconds
        FROM (
            SELECT coalesce(cardinality(ids), 1) AS events, coalesce(resent_at, recorded_at) AS since
            FROM outbox WHERE topic = waiting.topic ORDER BY id LIMIT {MOST_OF_A_TOPIC}
        ) AS lowest
    ) AS counted
    WHERE topic IS NOT NULL ORDER BY topic
"""


@dataclass(frozen=True, slots=True)
class Backlog:
    outbox: int
    """Events not yet published, of as many rows as `MOST_COUNTED`."""
    outbox_age_s: float
    """Since the oldest was decided, or resent where it was: that is old from the start."""
    blocked: int
    """Keys that wait behind a dead letter."""
    blocked_age_s: float
    dead: int
    """Open dead letters."""
    refused: int
    """Those of partners' topics: behind them nothing waits."""
    missed: int
    """Records that Kafka removed before they were consumed, of open gaps."""
    sweeps: int
    """Sweeps not yet finished."""
    swept: int
    """Aggregates that those have visited: it moves while they get on."""
    connections: int
    """To the server, of everybody."""
    connections_max: int
    """Without those that it keeps for superusers."""
    transaction_age_s: float
    """Of the oldest one open; those of other roles only where this one may see them."""
    backup_at: float
    """Seconds since 1970; 0 when there is none."""


async def look(connection: Connection) -> Backlog:
    row = await connection.fetchrow(_BACKLOG)
    if row is None:
        raise RuntimeError("a query over one row of counts always gives one row")
    return Backlog(**dict(row))


@dataclass(frozen=True, slots=True)
class Waiting:
    """What of one topic is not yet published."""

    topic: str
    events: int
    """Of as many rows as `MOST_OF_A_TOPIC`."""
    is_more: bool
    """Whether more rows wait than are counted."""
    oldest_seconds: float
    """Since the oldest was decided, or resent where it was."""


async def waiting(connection: Connection) -> list[Waiting]:
    """By topic, found by jumps in the index: what it costs does not grow with what waits."""
    return [Waiting(**dict(row)) for row in await connection.fetch(_WAITING)]
