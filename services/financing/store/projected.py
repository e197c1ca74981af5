"""Rows that follow an aggregate: made when they are new, changed when they differ."""

from collections.abc import Sequence
from typing import Any

from pydantic_core import to_json
from sqlmodel import SQLModel

from shared.runtime.database import Connection
from shared.sealing.rows import SealedRows


class Projected:
    """One table of such rows. Whoever writes holds the lock of their aggregate."""

    def __init__(self, table: type[SQLModel], sealed: SealedRows | None = None) -> None:
        self._sealed = sealed
        name = str(table.__tablename__)
        columns = [column.name for column in table.__table__.columns]  # type: ignore[attr-defined]  # put there by SQLModel
        listed = ", ".join(columns)
        given = ", ".join(f"excluded.{column}" for column in columns)
        stored = ", ".join(f"{name}.{column}" for column in columns)
        changes = ", ".join(f"{column} = excluded.{column}" for column in columns if column != "id")
        # Put together from the table's own names; every value is a parameter.
        self._upsert = (
            f"INSERT INTO {name} ({listed}) "  # noqa: S608 - see above
            f"SELECT {listed} FROM jsonb_populate_recordset(NULL::{name}, $1::jsonb) "
            f"ON CONFLICT (id) DO UPDATE SET {changes} WHERE ({stored}) IS DISTINCT FROM ({given})"
        )

    async def write(self, connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
        if rows:
            if self._sealed is not None:
                await self._sealed.seal(connection, rows)
            await connection.execute(self._upsert, to_json(rows).decode())
