"""Aggregates in and out of their table, many at a time."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import datetime
from operator import attrgetter, itemgetter
from typing import Any, Generic, Protocol, TypeVar, get_type_hints
from uuid import UUID

import asyncpg
from pydantic import TypeAdapter
from sqlalchemy import Column
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import SQLModel

from shared.runtime.database import Connection, Row
from shared.sealing.rows import SealedRows

S = TypeVar("S")


@contextmanager
def unique(index: str, error: type[Exception]) -> Iterator[None]:
    """Raises this error where a second one would come into this unique index."""
    try:
        yield
    except asyncpg.UniqueViolationError as violated:
        if violated.constraint_name != index:
            raise
        raise error from violated


class ConcurrentInsertError(Exception):
    """Somebody else stored a new aggregate of the same identity first: load it and decide again.

    A conflict on any other unique index is no such thing: the record that meets it may meet it every time.
    """


class Repository(Protocol[S]):
    """What a unit of work needs of a store."""

    async def load_many(self, connection: Connection, ids: Sequence[UUID]) -> dict[UUID, S]:
        """Load and lock, in the order of the ids; the unknown are left out."""

    async def save_many(self, connection: Connection, new: Sequence[S], changed: Sequence[S]) -> None:
        """Write new and changed aggregates."""


async def lock(connection: Connection, table: type[SQLModel], ids: Collection[UUID]) -> None:
    """Lock aggregates of this table in the order of their ids, and open nothing of them."""
    name = table.__tablename__
    await connection.execute(f"SELECT FROM {name} WHERE id = ANY($1::uuid[]) ORDER BY id FOR UPDATE", list(ids))


@dataclass(frozen=True, slots=True)
class ToDerive(Generic[S]):
    """An aggregate whose decision goes on with what the store derives from it."""

    before: S | None
    """As it was loaded."""
    state: S
    wanted: Collection[str]
    """What its decisions asked for (`Then.wanted`)."""


class Deriving(Repository[S], Protocol[S]):
    """A repository that derives what decisions go on with."""

    async def derive(self, connection: Connection, given: Sequence[ToDerive[S]], now: datetime) -> Mapping[UUID, Any]:
        """Write and read what follows from these states, before they are saved; by the aggregate's id. One that is left
        out is decided no further.
        """


def _nothing(_: object) -> Mapping[str, Any]:
    return {}


class TableRepository(Generic[S]):
    """A frozen dataclass in the columns of the same name; fields without a column begin as their default.

    JSONB columns hold nested values, through pydantic's adapter of the field's type. `derived` gives the columns that
    exist only for queries; `unused` are those that only processes of the release before read. `sealed`: what of a row
    is personal; in memory it is clear, and None once it is erased.
    """

    def __init__(
        self,
        table: type[SQLModel],
        aggregate: type[S],
        derived: Callable[[S], Mapping[str, Any]] = _nothing,
        unused: Collection[str] = (),
        sealed: SealedRows | None = None,
    ) -> None:
        declared: Sequence[Column[Any]] = [
            column
            for column in table.__table__.columns  # type: ignore[attr-defined]  # put there by SQLModel
            if column.name not in unused
        ]
        hints = get_type_hints(aggregate)
        self._aggregate = aggregate
        self._derived = derived
        self._sealed = sealed
        self._columns = tuple(column.name for column in declared)
        self._stored = tuple(
            field.name
            for field in fields(aggregate)  # type: ignore[arg-type]  # a dataclass
            if field.name in self._columns
        )
        self._json = {
            column.name: TypeAdapter[Any](hints[column.name])
            for column in declared
            if isinstance(column.type, JSONB) and column.name in hints
        }
        self._derived_json = {
            column.name: TypeAdapter[Any](Any)
            for column in declared
            if isinstance(column.type, JSONB) and column.name not in hints
        }
        name = table.__tablename__
        self._own_key = f"{name}_pkey"
        arrays = ", ".join(
            f"${position}::{column.type.compile(postgresql.dialect())}[]"  # type: ignore[no-untyped-call]  # of SQLAlchemy
            for position, column in enumerate(declared, 1)
        )
        listed = ", ".join(self._columns)
        others = ", ".join(f"{column} = given.{column}" for column in self._columns if column != "id")
        # Every name in these statements comes from the table's own declaration.
        read = ", ".join(dict.fromkeys((*self._stored, *sorted(sealed.columns if sealed else ()))))
        self._select = f"SELECT {read} FROM {name} WHERE id = ANY($1::uuid[]) ORDER BY id FOR UPDATE"
        self._insert = f"INSERT INTO {name} ({listed}) SELECT * FROM unnest({arrays})"
        # By the ids themselves too: a join alone is planned on a small table as a read of all of it, and stays so.
        by_id = f"{name}.id = given.id AND {name}.id = ANY(${1 + self._columns.index('id')}::uuid[])"
        self._update = f"UPDATE {name} SET {others} FROM unnest({arrays}) AS given({listed}) WHERE {by_id}"

    async def load_many(self, connection: Connection, ids: Sequence[UUID]) -> dict[UUID, S]:
        rows = await connection.fetch(self._select, ids)
        found = await self.all_of(connection, rows)
        return dict(zip((row["id"] for row in rows), found, strict=True))

    async def all_of(self, connection: Connection, rows: Sequence[Row]) -> list[S]:
        """The aggregates of rows that have their stored columns, with what is sealed in them opened."""
        return [self.of(row) for row in (await self._sealed.open(connection, rows) if self._sealed else rows)]

    async def save_many(self, connection: Connection, new: Sequence[S], changed: Sequence[S]) -> None:
        if new:
            try:
                await connection.execute(self._insert, *await self._arrays(connection, new))
            except asyncpg.UniqueViolationError as error:
                if error.constraint_name != self._own_key:
                    raise
                raise ConcurrentInsertError(error.constraint_name) from error
        if changed:
            await connection.execute(self._update, *await self._arrays(connection, changed))

    def of(self, row: Row) -> S:
        """The aggregate of one row that has its stored columns, and nothing sealed."""
        values = {name: row[name] for name in self._stored}
        for name, adapter in self._json.items():
            if values[name] is not None:
                values[name] = adapter.validate_json(values[name])
        return self._aggregate(**values)

    async def _arrays(self, connection: Connection, aggregates: Sequence[S]) -> list[list[Any]]:
        ordered = sorted(aggregates, key=_in_order)
        derived = [self._derived(aggregate) for aggregate in ordered]
        arrays = {name: self._column(name, ordered, derived) for name in self._columns}
        if self._sealed is not None:
            await self._sealed.seal_columns(connection, arrays)
        return list(arrays.values())

    def _column(self, name: str, aggregates: Sequence[S], derived: Sequence[Mapping[str, Any]]) -> list[Any]:
        is_derived = name in derived[0]
        values = list(map(itemgetter(name), derived) if is_derived else map(attrgetter(name), aggregates))
        adapter = self._json.get(name) or self._derived_json.get(name)
        if adapter is None:
            return values
        return [None if value is None else adapter.dump_json(value).decode() for value in values]


_in_order = attrgetter("id.int")
"""Rows are written in the order of their ids, as they are locked."""
