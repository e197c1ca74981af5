"""Sealed parts of a table's rows: what of them is personal is said once, and sealed and opened many at a time."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from shared.runtime.database import Connection, Row
from shared.sealing import keys
from shared.sealing.encryption import seals
from shared.sealing.keys import Name, matter_of
from shared.sealing.values import ERASED, PREFIX, is_sealed

COUNTED = 10_000
"""Most rows in clear that are counted: that many, or more."""

Values = dict[str, Any]
"""A row by the names of its columns; nested values as JSON has them, not as its text."""


@dataclass(frozen=True, slots=True)
class Part:
    """What of a row is sealed: a column, or one field of each item of a column that holds a list.

    A column's key is the row's; an item's is of a matter of its own, its `id`: it is erased by itself.
    """

    column: str
    item: str | None = None
    text: bool = False
    """The column holds a text, and not JSON."""
    matter: str = ""
    """Of a column that is erased by itself: its name among the person's matters."""
    own: str = ""
    """Of what is erased by itself within its row, also in items that have no `id`: its name among the row's matters."""


class _Cell(NamedTuple):
    """One place that is sealed, and how it is reached."""

    holder: dict[str, Any]
    key: str
    name: Name
    place: str

    @property
    def value(self) -> Any:  # noqa: ANN401 - whatever JSON holds
        return self.holder.get(self.key)

    def put(self, value: Any) -> None:  # noqa: ANN401 - whatever JSON holds
        self.holder[self.key] = value


class SealedRows:
    """The sealed parts of one table. What is erased reads as None."""

    def __init__(self, table: str, *parts: Part, person: str = "id", matter: str | None = None) -> None:
        """`person` and `matter`: columns that say whose it is, and of what; `matter` None: of the whole person."""
        self.table = table
        self.parts = parts
        self._person, self._matter = person, matter or person
        self.columns = frozenset(part.column for part in parts)

    async def seal(self, connection: Connection, rows: Sequence[Values]) -> None:
        """Seal what is personal in these rows, where this process seals. Whoever writes holds their lock."""
        if not rows or not seals():
            return
        # An empty text says nothing, and would make a key anew for whom it was just destroyed.
        cells = [cell for row in rows for cell in self._cells(row) if cell.value not in (None, "")]
        if cells:
            ring = await keys.ensure(connection, {cell.name for cell in cells})
            for cell in cells:
                cell.put(ring.seal(cell.name, cell.place, cell.value))

    async def seal_columns(self, connection: Connection, columns: Mapping[str, list[Any]]) -> None:
        """The same of rows column by column, with JSON as text."""
        parts = {part.column: part for part in self.parts}
        if not seals() or all(value in _NOTHING for name in parts for value in columns[name]):
            return
        named = {*parts, "id", self._person, self._matter}
        listed = zip(*(columns[name] for name in named), strict=True)
        read = [self._read(dict(zip(named, values, strict=True))) for values in listed]
        await self.seal(connection, read)
        written = [self._written(row) for row in read]
        for name in parts:
            columns[name][:] = [row[name] for row in written]

    async def open(self, connection: Connection, rows: Sequence[Row]) -> Sequence[Row]:
        """The rows with what is sealed in them opened; the same where nothing is. Raises KeyAwayError."""
        if not any(_is_suspect(row[column]) for row in rows for column in self.columns):
            return rows
        read = [self._read(row) for row in rows]
        await self.open_values(connection, read)
        return [self._written(row) for row in read]

    async def open_values(self, connection: Connection, rows: Sequence[Values]) -> None:
        """The same, in their place, of rows whose nested values are read already."""
        cells = [cell for row in rows for cell in self._cells(row) if is_sealed(cell.value)]
        ring = await keys.find(connection, {cell.name for cell in cells})
        for cell in cells:
            value = ring.open(cell.name, cell.place, cell.value)
            cell.put(None if value is ERASED else value)

    def _cells(self, row: Values) -> Iterator[_Cell]:
        person, row_id = _id(row[self._person]), row["id"]
        for part in self.parts:
            value, place = row[part.column], f"{self.table}/{row_id}/{part.column}"
            if part.item is None:
                matter = matter_of(person, part.matter) if part.matter else self._of_row(row, part)
                yield _Cell(row, part.column, Name(person, matter), place)
            elif part.own:
                for number, item in enumerate(value or ()):
                    yield _Cell(item, part.item, Name(person, self._of_row(row, part)), f"{place}.{number}.{part.item}")
            else:
                for item in value or ():
                    yield _Cell(item, part.item, Name(person, _id(item["id"])), f"{place}.{part.item}")

    def _of_row(self, row: Values, part: Part) -> UUID:
        matter = _id(row[self._matter])
        return matter_of(matter, part.own) if part.own else matter

    def _read(self, row: Row) -> Values:
        values: Values = dict(row)  # type: ignore[call-overload]  # a record is a mapping
        for part in self.parts:
            if not part.text and isinstance(values[part.column], str):
                values[part.column] = msgspec.json.decode(values[part.column])
        return values

    def _written(self, row: Values) -> Mapping[str, Any]:
        for part in self.parts:
            if not part.text and row[part.column] is not None:
                row[part.column] = msgspec.json.encode(row[part.column]).decode()
        return row


_NOTHING = (None, "[]", "null")
"""Columns in which nothing is: most rows of a stage have nothing personal yet."""


def _is_suspect(value: object) -> bool:
    return isinstance(value, str) and PREFIX in value


def _id(value: UUID | str) -> UUID:
    return value if isinstance(value, UUID) else UUID(value)
