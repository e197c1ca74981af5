"""Suppliers found by what operators know of them, always by an index."""

import re
from typing import Any
from uuid import UUID

from sqlalchemy import func, literal_column, or_
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from services.registration.domain.firm_name import parted
from services.registration.domain.rfc import normalise
from services.registration.domain.sought import Sought
from services.registration.domain.supplier import Supplier
from services.registration.store import suppliers_of
from services.registration.store.sealed import index_of, rfcs_kept, word_kept
from services.registration.store.tables import SupplierRow
from shared.runtime.database import Database
from shared.sealing.keys import Keys

_NAME = func.to_tsvector(literal_column("'simple'"), col(SupplierRow.name_key))


async def page_of_suppliers(database: Database, sought: Sought, after: UUID | None, limit: int) -> list[Supplier]:
    """Those that fit, after an id, in the order of their ids: that in which they came."""
    async with database.connection() as connection:
        index = await index_of(connection)
    async with database.session() as session:
        found = [*await session.exec(looking(sought, after, limit, index))]
    async with database.connection() as connection:
        return [*(await suppliers_of(connection, found)).values()]


def looking(sought: Sought, after: UUID | None, limit: int, index: Keys | None = None) -> SelectOfScalar[UUID]:
    """The query for their ids."""
    query = select(SupplierRow.id).where(*_conditions(sought, index))
    if after is not None:
        query = query.where(col(SupplierRow.id) > after)
    return query.order_by(col(SupplierRow.id)).limit(limit)


def _conditions(sought: Sought, index: Keys | None) -> list[Any]:
    found: list[Any] = []
    # Who is held is known to the index of states of taking part: the newest are, and a walk from the oldest is long.
    status = "held" if sought.hold is not None and sought.status is None else sought.status
    if status is not None:
        found.append(col(SupplierRow.status) == status)
    if sought.marked:
        found.append(col(SupplierRow.marks).contains(sought.marked))
    if sought.name is not None:
        found.append(_NAME.op("@@")(func.to_tsquery(literal_column("'simple'"), _beginnings(sought.name, index))))
    if sought.rfc is not None:
        found.append(or_(*(col(SupplierRow.rfc) == kept for kept in rfcs_kept(index, normalise(sought.rfc)))))
    if sought.folio is not None:
        found.append(col(SupplierRow.folio) == _folio(sought.folio))
    return found


def _beginnings(name: str, index: Keys | None) -> str:
    """A query for every word of a name, or its beginning; for none where it has no word. A natural person's words are
    found whole.
    """
    words = re.findall(r"[A-Z0-9]+", parted(name).key)
    if index is None:
        return " & ".join(f"{word}:*" for word in words)
    return " & ".join(f"({word}:* | {word_kept(index, word)})" for word in words)


def _folio(text: str) -> str:
    """As it is written: `123`, `pdp-123` and `PDP-000123` are one."""
    digits = re.fullmatch(r"(?:PDP-?)?([0-9]{1,12})", text.strip().upper())
    return text if digits is None else f"PDP-{int(digits[1]):06}"
