"""Positions that an operator wants passed by: records that a service cannot get past, or that end it at each start.

They stand in the store, so a process knows them before it consumes anything, and however often a record comes again.
What is passed by becomes a dead letter, with its value, before anybody looks at more of that than its id. What the
inbox knows stays consumed, whatever is wished. A wish is open until its record came.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, NamedTuple
from uuid import UUID

import msgspec
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from shared.contracts.event import Cause
from shared.i18n import said
from shared.messaging import actors, audit
from shared.messaging.codec import SKIPPED, UNREADABLE, Record, Refused, message_id, record_id
from shared.messaging.inbox import KEPT
from shared.runtime.database import Connection, Database, columns

_ASK = """
    INSERT INTO skip (topic, partition, "offset", reason, by) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (topic, partition, "offset") DO NOTHING
"""
_LIVE = 'SELECT topic, partition, "offset" FROM skip WHERE at > now() - $1::interval'
_IS_OPEN = """
    s.at > now() - $1::interval AND NOT EXISTS (
        SELECT FROM blocked_record AS b
        WHERE (b.topic, b.partition, b."offset") = (s.topic, s.partition, s."offset") AND b.reason = 'skipped'
    ) AND NOT EXISTS (
        SELECT FROM dead_letter AS d JOIN dead_letter_action AS a ON a.dead_letter_id = d.id
        WHERE (d.topic, d.partition, d."offset") = (s.topic, s.partition, s."offset")
        AND (a.action, a.at) = ('skipped', s.at)
    )
"""
"""Neither a dead letter names it, nor does its record wait behind one."""
_FIELDS = 's.topic, s.partition, s."offset", s.reason, s.by, s.at'
_OPEN = f'SELECT {_FIELDS} FROM skip AS s WHERE {_IS_OPEN} ORDER BY s.at, s.topic, s.partition, s."offset"'
_WITHDRAW = f"""
    DELETE FROM skip AS s WHERE (s.topic, s.partition, s."offset") = ($2, $3, $4) AND {_IS_OPEN} RETURNING {_FIELDS}
"""
_AMONG = """
    s.at > now() - $1::interval
    AND (s.topic, s.partition, s."offset") IN (SELECT * FROM unnest($2::text[], $3::integer[], $4::bigint[]))
"""
_STILL = f'SELECT s.topic, s.partition, s."offset" FROM skip AS s WHERE {_AMONG}'
_KNOWN = "SELECT message_id FROM inbox WHERE message_id = ANY($1::uuid[])"
_MOOT = f"DELETE FROM skip AS s WHERE {_AMONG} AND {_IS_OPEN}"


class Place(NamedTuple):
    topic: str
    partition: int
    offset: int


class Position(BaseModel):
    """Which record."""

    model_config = ConfigDict(extra="forbid")

    topic: str = Field(max_length=249)
    partition: int = Field(ge=0, le=2**31 - 1)
    offset: int = Field(ge=0, le=2**53 - 1)


class Skip(Position):
    """Which record, and why."""

    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
    """For whoever finds the dead letter."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A position that is to be passed by."""

    topic: str
    partition: int
    offset: int
    reason: str
    by: str
    at: datetime


class Standing(NamedTuple):
    """What Kafka says of a partition, and of the group that reads it."""

    partitions: int
    """Of the topic; 0 where there is no such topic. What follows is of a partition that exists."""
    first: int = 0
    """The oldest record that Kafka still has."""
    end: int = 0
    """What its next record gets."""
    goes_on: int | None = None
    """What the group consumes next; None where it never committed."""


MISSING = ("topic_missing", "partition_unknown")
"""What is not there; the others are there and cannot be meant."""


def fault(wanted: Position, found: Standing) -> dict[str, Any] | None:
    """Why nobody can mean this position, as a code with its parameters; None where it is still to come."""
    place = {"topic": wanted.topic, "partition": wanted.partition}
    if not found.partitions:
        return said("topic_missing", topic=wanted.topic)
    if wanted.partition >= found.partitions:
        return said("partition_unknown", **place, last=found.partitions - 1)
    if wanted.offset >= found.end:
        return said("position_beyond", **place, end=found.end)
    if found.goes_on is not None and wanted.offset < found.goes_on:
        return said("position_consumed", **place, goes_on=found.goes_on)
    if wanted.offset < found.first:
        return said("position_removed", **place, first=found.first)
    return None


async def ask(connection: Connection, skip: Skip, by: Cause) -> None:
    """Have a position passed by from now on. Who asked first stays on record."""
    async with connection.transaction():
        asks = actors.acting(by).subject
        await connection.execute(_ASK, skip.topic, skip.partition, skip.offset, skip.reason, asks)
        await audit.record_act(connection, by)


async def wishes(connection: Connection) -> list[Wish]:
    """Those that are open, the oldest first."""
    return [Wish(*row) for row in await connection.fetch(_OPEN, KEPT)]


async def withdraw(connection: Connection, position: Position, by: Cause) -> Wish | None:
    """Take a wish back; None where none is open for this position."""
    async with connection.transaction():
        row = await connection.fetchrow(_WITHDRAW, KEPT, position.topic, position.partition, position.offset)
        if row is None:
            return None
        await audit.record_act(connection, by)
    return Wish(*row)


async def forget(connection: Connection) -> None:
    """Forget positions that Kafka cannot deliver again."""
    await connection.execute("DELETE FROM skip WHERE at < now() - $1::interval", KEPT)


class Skips:
    """What one process knows of them."""

    def __init__(self) -> None:
        self._places: frozenset[Place] = frozenset()

    async def load(self, connection: Connection) -> None:
        self._places = frozenset(Place(*row) for row in await connection.fetch(_LIVE, KEPT))

    async def mark(self, database: Database, records: Sequence[Record]) -> Sequence[Record]:
        """The same records; those to be passed by say so, under the id by which the inbox knows them if it does, else
        by their place, like whatever is set aside.

        Raises what the store raises.
        """
        wished = {Place(*record[:3]): identities(record) for record in records if record[:3] in self._places}
        if not wished:
            return records
        async with database.connection() as connection:
            named = await _named(connection, wished)
        return [
            record._replace(refused=Refused(SKIPPED.reason, SKIPPED.error, named[Place(*record[:3])]))
            if record[:3] in named
            else record
            for record in records
        ]


async def _named(connection: Connection, wished: Mapping[Place, tuple[UUID, ...]]) -> dict[Place, UUID]:
    """Of those that nobody has taken back meanwhile, the id of each. A wish for what took effect is done with."""
    still = {Place(*row) for row in await connection.fetch(_STILL, KEPT, *columns(list(wished)))}
    ids = [id_ for place in still for id_ in wished[place]]
    known = {row[0] for row in await connection.fetch(_KNOWN, ids)}
    named = {place: next((id_ for id_ in wished[place] if id_ in known), wished[place][-1]) for place in still}
    if moot := [place for place, id_ in named.items() if id_ != wished[place][-1]]:
        await connection.execute(_MOOT, KEPT, *columns(moot))
    return named


class _Identity(msgspec.Struct):
    id: UUID


_identity = msgspec.json.Decoder(_Identity).decode


def identities(record: Record) -> tuple[UUID, ...]:
    """Its event's id, claimed by whoever decided it; and its place's, by whoever set it aside. Nothing more of its
    value is looked at: that may end whoever does.
    """
    own = record_id(record)
    try:
        return message_id(record.topic, _identity(record.value or b"").id), own
    except UNREADABLE:
        return (own,)
