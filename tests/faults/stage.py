"""A stage whose effects can be counted: every number it is told is written down, told on, and written down again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar
from uuid import UUID

import asyncpg

from shared.messaging import journal, tables
from shared.messaging.decision import Decision, RejectedEventError
from shared.messaging.repository import ConcurrentInsertError
from shared.messaging.routing import Routes, on
from shared.messaging.topics import EVENT_TYPES
from shared.runtime.clock import now
from shared.runtime.database import Connection, columns
from tests.conformance.events import Noted, Told

ALL = -1
"""In `bug`: every number fails."""

STATEMENTS = (
    *tables.ALL,
    "CREATE TABLE tally (hop int, key uuid, count int NOT NULL, PRIMARY KEY (hop, key))",
    # Without a unique constraint: a doubled effect must show, not be refused.
    """
    CREATE TABLE effect (
        serial bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        hop int NOT NULL,
        key uuid NOT NULL,
        number int NOT NULL,
        at timestamptz NOT NULL DEFAULT clock_timestamp()
    )
    """,
    "CREATE TABLE bug (number int PRIMARY KEY)",
    "CREATE TABLE parent (child uuid PRIMARY KEY, key uuid NOT NULL)",
)


class Answered(Told):
    """A number for a key that the event knows only by a child of it."""

    TYPE: ClassVar[str] = "faults.answered"

    child: UUID

    @property
    def key(self) -> UUID:
        return self.child


EVENT_TYPES[Answered.TYPE] = Answered


async def make_store(url: str) -> None:
    connection = await asyncpg.connect(url)
    for statement in STATEMENTS:
        await connection.execute(statement)
    await journal.ensure_partitions(connection, now())
    await connection.close()


@dataclass(frozen=True)
class Tally:
    """How many numbers a key was told, and those of this batch."""

    key: UUID
    count: int
    fresh: tuple[int, ...] = ()


class Tallies:
    """The tallies of one hop; an effect for every number."""

    def __init__(self, hop: int) -> None:
        self._hop = hop

    async def load_many(self, connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Tally]:
        rows = await connection.fetch(
            "SELECT key, count FROM tally WHERE hop = $1 AND key = ANY($2) ORDER BY key FOR UPDATE", self._hop, ids
        )
        return {row["key"]: Tally(row["key"], row["count"]) for row in rows}

    async def save_many(self, connection: Connection, new: Sequence[Tally], changed: Sequence[Tally]) -> None:
        effects = [(self._hop, tally.key, number) for tally in (*new, *changed) for number in tally.fresh]
        if effects:
            await connection.execute(
                "INSERT INTO effect (hop, key, number) SELECT * FROM unnest($1::int[], $2::uuid[], $3::int[])",
                *columns(effects),
            )
        try:
            await _write(connection, "INSERT INTO tally SELECT * FROM", self._hop, new)
        except asyncpg.UniqueViolationError as error:
            raise ConcurrentInsertError(error.constraint_name) from error
        update = "UPDATE tally SET count = given.count FROM"
        where = "AS given(hop, key, count) WHERE tally.hop = given.hop AND tally.key = given.key"
        await _write(connection, update, self._hop, changed, where)


async def _write(connection: Connection, begin: str, hop: int, tallies: Sequence[Tally], end: str = "") -> None:
    rows = [(hop, tally.key, tally.count) for tally in tallies]
    if rows:
        await connection.execute(f"{begin} unnest($1::int[], $2::uuid[], $3::int[]) {end}", *columns(rows))


async def bugs(connection: Connection) -> frozenset[int]:
    """Numbers that the handler fails on."""
    return frozenset(row["number"] for row in await connection.fetch("SELECT number FROM bug"))


async def parents(connection: Connection, children: Sequence[UUID]) -> Mapping[UUID, UUID]:
    rows = await connection.fetch("SELECT child, key FROM parent WHERE child = ANY($1)", children)
    return {row["child"]: row["key"] for row in rows}


def routes(onward: str) -> Routes:
    """Numbers that are told go onward to the other topic."""

    def told(tally: Tally | None, event: Told, _: datetime, failing: frozenset[int]) -> Decision[Tally]:
        if event.number in failing or ALL in failing:
            raise ValueError("the bug of this run")
        note = Noted(on=onward, account=event.account, number=event.number)
        return Decision(_counted(tally, event), (note,))

    def answered(tally: Tally | None, event: Answered, _: datetime) -> Decision[Tally]:
        if tally is None:
            raise RejectedEventError("unknown_parent")
        return Decision(_counted(tally, event), (Noted(on=onward, account=event.account, number=event.number),))

    def noted(tally: Tally | None, event: Noted, _: datetime) -> Decision[Tally]:
        return Decision(_counted(tally, event))

    first = Tallies(1)
    return (
        on(Told, first, told, reference=bugs),
        on(Answered, first, answered, resolve=parents),
        on(Noted, Tallies(2), noted),
    )


def _counted(tally: Tally | None, event: Told) -> Tally:
    before = tally or Tally(event.account, 0)
    return replace(before, count=before.count + 1, fresh=(*before.fresh, event.number))
