"""Profiles of suppliers as they were: what is kept of each that another one took the place of."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlmodel import col, select

from services.registration.domain.profile import Profile
from services.registration.domain.supplier import Supplier
from services.registration.store.tables import SupplierPastRow
from shared.runtime.database import Connection, Database

_KEPT = ", ".join(f"'{field.name}', supplier.{field.name}" for field in fields(Profile) if field.name != "contact")
"""Whoever asks to be forgotten is in none of them."""

# One statement for a batch, and nothing for suppliers whose profile stays: most changes are of another kind.
_KEEP = """
    INSERT INTO supplier_past (supplier_id, until, since, by, profile)
    SELECT supplier.id, given.at, coalesce(supplier.profiled_at, supplier.received_at), supplier.profiled_by,
        jsonb_build_object(KEPT)
    FROM supplier JOIN unnest($1::uuid[], $2::timestamptz[]) AS given (id, at) ON given.id = supplier.id
    WHERE given.at IS DISTINCT FROM supplier.profiled_at
    ON CONFLICT DO NOTHING
""".replace("KEPT", _KEPT)


async def keep(connection: Connection, changed: Sequence[Supplier]) -> None:
    """Keep the profiles that are stored now of those suppliers that have another one."""
    told = [(each.id, each.profiled_at) for each in changed if each.profiled_at is not None]
    if told:
        await connection.execute(_KEEP, [id_ for id_, _ in told], [at for _, at in told])


class Past(NamedTuple):
    """A profile as it was, from when until when, and who gave it."""

    profile: Mapping[str, Any]
    since: datetime
    until: datetime
    by: str | None

    @classmethod
    def of(cls, row: SupplierPastRow) -> "Past":
        return cls(row.profile, row.since, row.until, row.by)


async def page_of_past(database: Database, supplier_id: UUID, before: datetime | None, limit: int) -> list[Past]:
    """What its profile was, the latest first; `before`: until when one was that came before on the list."""
    query = select(SupplierPastRow).where(col(SupplierPastRow.supplier_id) == supplier_id)
    if before is not None:
        query = query.where(col(SupplierPastRow.until) < before)
    async with database.session() as session:
        rows = await session.exec(query.order_by(col(SupplierPastRow.until).desc()).limit(limit))
        return [Past.of(row) for row in rows]


async def past_at(database: Database, supplier_id: UUID, at: datetime) -> Past | None:
    """What its profile was at a moment; None where it is the one of now."""
    query = select(SupplierPastRow).where(
        col(SupplierPastRow.supplier_id) == supplier_id, col(SupplierPastRow.until) > at
    )
    async with database.session() as session:
        rows = await session.exec(query.order_by(col(SupplierPastRow.until)).limit(1))
        row = rows.first()
    return None if row is None else Past.of(row)
