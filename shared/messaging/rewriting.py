"""Rows of before, written as they are kept by now: sealed, or without what is kept elsewhere."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from sqlmodel import SQLModel

from shared.messaging.repository import Repository
from shared.messaging.routing import Slice, Slices
from shared.runtime.database import Connection

STEP: Final = 25
"""Rows of one transaction: some milliseconds each where all are large."""


def rewritten(kind: str, table: type[SQLModel], repository: Repository[Any], where: str) -> Slices:
    """A sweep that saves the aggregates of this condition as they are. Its id is the table's."""
    following = f"SELECT id FROM {table.__tablename__} WHERE id > $1 AND ({where}) ORDER BY id LIMIT {STEP}"

    async def step(connection: Connection, _: Mapping[str, str], after: UUID | None) -> Slice:
        ids = [row["id"] for row in await connection.fetch(following, after or UUID(int=0))]
        await repository.save_many(connection, (), [*(await repository.load_many(connection, ids)).values()])
        return Slice(ids[-1] if ids else None, len(ids))

    return Slices(kind, step)
