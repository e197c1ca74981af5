"""Positions that an operator wants passed by: records that a service cannot get past, or that end it at each start.

They stand in the store, so a process knows them before it consumes anything, and however often a record comes again.
What is passed by becomes a dead letter, with its value, before anybody looks at more of that than its id. What the
inbox knows stays consumed, whatever is wished.
"""

from collections.abc import Sequence
from typing import Annotated, NamedTuple
from uuid import UUID

import msgspec
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from shared.messaging.codec import SKIPPED, UNREADABLE, Record, Refused, message_id, record_id
from shared.messaging.inbox import KEPT
from shared.runtime.database import Connection, Database

_ASK = """
    INSERT INTO skip (topic, partition, "offset", reason, by) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (topic, partition, "offset") DO NOTHING
"""
_LIVE = 'SELECT topic, partition, "offset" FROM skip WHERE at > now() - $1::interval'
_KNOWN = "SELECT message_id FROM inbox WHERE message_id = ANY($1::uuid[])"


class Place(NamedTuple):
    topic: str
    partition: int
    offset: int


class Skip(BaseModel):
    """Which record, and why."""

    model_config = ConfigDict(extra="forbid")

    topic: str = Field(max_length=249)
    partition: int = Field(ge=0, le=2**31 - 1)
    offset: int = Field(ge=0, le=2**53 - 1)
    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
    """For whoever finds the dead letter."""


async def ask(connection: Connection, skip: Skip, by: str) -> None:
    """Have a position passed by from now on. Who asked first stays on record."""
    await connection.execute(_ASK, skip.topic, skip.partition, skip.offset, skip.reason, by)


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
        wished = {record[:3]: identities(record) for record in records if record[:3] in self._places}
        if not wished:
            return records
        async with database.connection() as connection:
            rows = await connection.fetch(_KNOWN, [id_ for ids in wished.values() for id_ in ids])
        known = {row[0] for row in rows}
        named = {place: next((id_ for id_ in ids if id_ in known), ids[-1]) for place, ids in wished.items()}
        return [
            record._replace(refused=Refused(SKIPPED.reason, SKIPPED.error, named[record[:3]]))
            if record[:3] in named
            else record
            for record in records
        ]


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
