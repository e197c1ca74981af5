"""Positions that an operator wants passed by: records that a service cannot get past, or that end it at each start.

They stand in the store, so a process knows them before it consumes anything, and however often a record comes again.
What is passed by becomes a dead letter, with its value, before anybody looks at that.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from shared.messaging.codec import SKIPPED, Record
from shared.runtime.database import Connection

_ASK = """
    INSERT INTO skip (topic, partition, "offset", reason, by) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (topic, partition, "offset") DO NOTHING
"""
_ALL = 'SELECT topic, partition, "offset" FROM skip'


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


async def forget(connection: Connection, kept: timedelta) -> None:
    """Forget positions that Kafka cannot deliver again."""
    await connection.execute("DELETE FROM skip WHERE at < now() - $1::interval", kept)


class Skips:
    """What one process knows of them."""

    def __init__(self) -> None:
        self._places: frozenset[Place] = frozenset()

    async def load(self, connection: Connection) -> None:
        self._places = frozenset(Place(*row) for row in await connection.fetch(_ALL))

    def mark(self, records: Sequence[Record]) -> Sequence[Record]:
        """The same records; those to be passed by say so."""
        if not self._places:
            return records
        return [record._replace(refused=SKIPPED) if record[:3] in self._places else record for record in records]
