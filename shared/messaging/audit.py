"""The audit log of a store: a row for each act, in the transaction of what it tells of (decision 47).

Rows are written unchained: who decides waits for nobody. The sealer chains them afterwards (`sealer.py`).
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

import msgspec

from shared.contracts.event import Actor, Cause
from shared.messaging import actors
from shared.runtime.database import Connection, columns

_GIVEN = """
    SELECT action, actor::jsonb, about, correlation_id
    FROM unnest($1::text[], $2::text[], $3::uuid[], $4::text[]) AS given(action, actor, about, correlation_id)
"""
_RECORD = """
    WITH written AS (INSERT INTO audit (action, actor, about, correlation_id) {given} RETURNING id)
    INSERT INTO audit_unsealed (id) SELECT id FROM written
"""
_GOING_ON = f"""{_GIVEN} WHERE NOT EXISTS (
        SELECT FROM (
            SELECT last.action, last.actor, last.correlation_id FROM audit AS last
            WHERE last.about = given.about ORDER BY last.id DESC LIMIT $5
        ) AS last
        WHERE (last.action, last.actor, last.correlation_id)
            = (given.action, given.actor::jsonb, given.correlation_id)
    )
"""
# A look into the index for each row: a join of the two reads both from their beginning, on each page anew.
_SEALED = """
    SELECT a.id, a.at, a.action, a.actor, a.about, a.correlation_id, l.position, l.hash FROM audit AS a
    LEFT JOIN LATERAL (SELECT position, hash FROM audit_leaf WHERE audit_id = a.id LIMIT 1) AS l ON true
"""
_PAGE = f"{_SEALED} WHERE a.id > $1 ORDER BY a.id LIMIT $2"
_ABOUT = f"{_SEALED} WHERE a.about = $1 AND a.id > $2 ORDER BY a.id LIMIT $3"
_CHECKPOINTS = "SELECT size, at, note FROM audit_checkpoint WHERE size > $1 ORDER BY size LIMIT $2"


NEAR = 50
"""Acts on an aggregate among which a look that goes on is found. Behind more it is told again: nobody looks for ever by
the name of one look.
"""


class Act(NamedTuple):
    """What somebody did, and with whose data."""

    action: str
    """`source:subject:action`, of the catalogue."""
    actor: Actor
    about: UUID | None
    """The aggregate: of what concerns a firm, the firm."""
    correlation_id: str


class Entry(NamedTuple):
    """A row of the log."""

    id: int
    at: datetime
    action: str
    actor: Actor
    about: UUID | None
    correlation_id: str
    position: int | None = None
    """Its leaf in the tree; None until it is sealed."""
    hash: bytes | None = None
    """The hash of the leaf, as it was sealed."""

    @property
    def leaf(self) -> bytes:
        """The bytes that are sealed: all that the row says, in one form."""
        actor = self.actor
        who = [actor.subject, actor.role, actor.on_behalf_of, actor.via]
        return msgspec.json.encode(
            [self.id, self.at.astimezone(UTC).isoformat(), self.action, who, self.about, self.correlation_id]
        )


class Sealed(NamedTuple):
    """A checkpoint of the store."""

    size: int
    at: datetime
    note: str


async def record(connection: Connection, acts: Sequence[Act]) -> None:
    """Write the acts of a transaction with one statement."""
    if acts:
        await connection.execute(_RECORD.format(given=_GIVEN), *_columns(acts))


async def record_going_on(connection: Connection, acts: Sequence[Act]) -> None:
    """The same of what somebody reads page by page: an act that is among the last on its aggregate, by the same person
    for the same request, is told already.
    """
    if acts:
        await connection.execute(_RECORD.format(given=_GOING_ON), *_columns(acts), NEAR)


def act(cause: Cause, about: UUID | None) -> Act | None:
    """What a cause is recorded as; None where it is no act."""
    if cause.action is None or cause.actor is None:
        return None
    return Act(cause.action, cause.actor, about, cause.correlation_id)


async def record_act(connection: Connection, cause: Cause, *about: UUID) -> None:
    """Record an act with these aggregates, or with none, in the transaction in which it is done."""
    acts = (act(cause, each) for each in about or (None,))
    await record(connection, [each for each in acts if each is not None])


async def page(connection: Connection, after: int, limit: int) -> list[Entry]:
    """The first rows after this id, the oldest first."""
    return [entry(**row) for row in await connection.fetch(_PAGE, after, limit)]


async def page_about(connection: Connection, about: UUID, after: int, limit: int) -> list[Entry]:
    """The same of what concerns one aggregate."""
    return [entry(**row) for row in await connection.fetch(_ABOUT, about, after, limit)]


async def checkpoints(connection: Connection, after: int, limit: int) -> list[Sealed]:
    """The first checkpoints beyond this size."""
    return [Sealed(**row) for row in await connection.fetch(_CHECKPOINTS, after, limit)]


def entry(*, actor: str, **row: object) -> Entry:
    """The entry of a row, whose actor is text of JSON."""
    return Entry(actor=actors.read(actor), **row)  # type: ignore[arg-type]  # columns of these names and types


def _columns(acts: Sequence[Act]) -> Sequence[Sequence[object]]:
    return columns([(act.action, actors.kept(act.actor), act.about, act.correlation_id) for act in acts])
