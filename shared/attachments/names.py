"""What attachments are called: kept sealed with each record, and nowhere else.

A file is often called by somebody's name. A row that names an attachment, as what backs an answer, is kept without what
it is called, and gets that from the record when it is read: once that is erased, nothing calls it anything.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import SQLModel

from shared.runtime.database import Connection, Row
from shared.sealing import keys
from shared.sealing.encryption import seals
from shared.sealing.keys import Name, matter_of
from shared.sealing.rows import Part, SealedRows
from shared.sealing.values import ERASED, is_sealed

MARKS: Final = ('"attachment":"', '"attachment": "')
"""What stands in JSON of whatever names one: as it is written, and as PostgreSQL gives it."""

IN_CLEAR: Final = """to_jsonb({table})::text ~ '"reference": "(\\\\.|[^"\\\\])+", "attachment": "'"""
"""Of a row of before that says what an attachment is called: PostgreSQL orders keys by their length."""


def key_of_name(supplier_id: UUID, id_: UUID) -> Name:
    """Of what an attachment is called; its content has one of its own."""
    return Name(supplier_id, matter_of(id_, "name"))


async def seal(connection: Connection, called: Mapping[tuple[UUID, UUID], str]) -> dict[UUID, str]:
    """What attachments of these firms and ids are called, as it is kept, by id. Whoever asks holds their records."""
    if not seals():
        return {id_: name for (_, id_), name in called.items()}
    ring = await keys.ensure(connection, [key_of_name(*of) for of in called])
    return {id_: ring.seal(key_of_name(firm, id_), _place(id_), name) for (firm, id_), name in called.items()}


async def open_all(connection: Connection, rows: Sequence[Row]) -> list[str]:
    """What those of these records (`supplier_id`, `id`, `name`) are called; nothing, where that is erased."""
    named = [key_of_name(row["supplier_id"], row["id"]) for row in rows if is_sealed(row["name"])]
    ring = await keys.find(connection, named)

    def called(row: Row) -> str:
        if not is_sealed(row["name"]):
            return str(row["name"])
        value = ring.open(key_of_name(row["supplier_id"], row["id"]), _place(row["id"]), row["name"])
        return "" if value is ERASED else str(value)

    return [called(row) for row in rows]


def in_clear(table: type[SQLModel]) -> str:
    """A condition: what of this table says what attachments are called."""
    return IN_CLEAR.format(table=table.__tablename__)


class Named(SealedRows):
    """Rows that name attachments, in whichever of their JSON columns: `{"attachment": …, "reference": …}`."""

    def __init__(self, table: type[SQLModel]) -> None:
        declared = table.__table__.columns  # type: ignore[attr-defined]  # put there by SQLModel
        super().__init__(
            str(table.__tablename__), *(Part(each.name) for each in declared if isinstance(each.type, JSONB))
        )

    async def seal_columns(self, connection: Connection, columns: Mapping[str, list[Any]]) -> None:  # noqa: ARG002 - as its class has it
        for name in self.columns:
            columns[name][:] = [_without(value) for value in columns[name]]

    async def open(self, connection: Connection, rows: Sequence[Row]) -> Sequence[Row]:
        read = {
            (number, column): msgspec.json.decode(row[column])
            for number, row in enumerate(rows)
            for column in self.columns
            if _is_suspect(row[column])
        }
        found = [each for value in read.values() for each in _naming(value)]
        if not found:
            return rows
        names = await _names(connection, {UUID(each["attachment"]) for each in found})
        for each in found:
            each["reference"] = names.get(UUID(each["attachment"]), "")
        opened: list[dict[str, Any]] = [dict(row) for row in rows]  # type: ignore[call-overload]  # a record is a mapping
        for (number, column), value in read.items():
            opened[number][column] = msgspec.json.encode(value).decode()
        return opened


async def _names(connection: Connection, ids: Collection[UUID]) -> dict[UUID, str]:
    rows = await connection.fetch("SELECT supplier_id, id, name FROM attachment WHERE id = ANY($1::uuid[])", list(ids))
    return dict(zip((row["id"] for row in rows), await open_all(connection, rows), strict=True))


def _without(text: str | None) -> str | None:
    if text is None or not _is_suspect(text):
        return text
    value = msgspec.json.decode(text)
    for each in _naming(value):
        each["reference"] = ""
    return msgspec.json.encode(value).decode()


def _naming(value: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - whatever JSON holds
    """Each that names an attachment within this value."""
    if isinstance(value, dict):
        if value.get("attachment") is not None and "reference" in value:
            yield value
        for each in value.values():
            yield from _naming(each)
    elif isinstance(value, list):
        for each in value:
            yield from _naming(each)


def _is_suspect(text: str | None) -> bool:
    return text is not None and any(mark in text for mark in MARKS)


def _place(id_: UUID) -> str:
    return f"attachment/{id_}/name"
