"""The store of registration: suppliers with their contacts, anchors, and the lists of article 69-B."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter
from sqlmodel import col, select

from services.registration.domain.anchor import Anchor
from services.registration.domain.firm_name import parted
from services.registration.domain.likeness import mail_domain, phone
from services.registration.domain.screening import NO_LIST, SEVERITY, Entries, Listing, ListState, Newest, ScreeningList
from services.registration.domain.sought import marks
from services.registration.domain.supplier import Registry, Supplier, disputed_since, folio
from services.registration.store import past
from services.registration.store.sealed import NATURAL_RFC, SEALED, erased_of, identity_of, index_of, rfcs_kept
from services.registration.store.tables import AnchorRow, ScreeningListRow, SupplierRow
from shared.messaging.repository import TableRepository
from shared.runtime.database import Connection, Database
from shared.sealing import keys

LIST_LOCK = 0x5044_5269
"""Whoever looks firms up in the newest list holds it shared until commit; loading a list holds it alone. So no firm can
be registered by the old list after the sweep of the new one has passed it."""


def _for_queries(supplier: Supplier) -> Mapping[str, Any]:
    return {
        "disputed": "rfc_disputed" in supplier.holds,
        "name_key": parted(supplier.legal_name).key,
        "marks": list(marks(supplier)),
        "mail_domain": mail_domain(supplier.contact),
        "phone": phone(supplier.contact),
        "identity": identity_of(supplier),
    }


class Suppliers(TableRepository[Supplier]):
    """Whoever leaves is written first: an RFC that changes hands in one transaction is free by then."""

    async def save_many(self, connection: Connection, new: Sequence[Supplier], changed: Sequence[Supplier]) -> None:
        await past.keep(connection, changed)
        await keys.destroy(connection, [name for each in changed for name in erased_of(each)])
        await past.erase(connection, changed)
        leaving = [supplier for supplier in changed if supplier.status == "withdrawn"]
        await super().save_many(connection, (), leaving)
        await super().save_many(connection, new, [each for each in changed if each.status != "withdrawn"])


suppliers = Suppliers(SupplierRow, Supplier, derived=_for_queries, sealed=SEALED)
anchors = TableRepository(AnchorRow, Anchor)
screening_lists = TableRepository(ScreeningListRow, ScreeningList)

_ANCHOR = TypeAdapter(Anchor)
_ENTRIES = TypeAdapter(dict[str, ListState])

GONE = "SELECT id FROM supplier WHERE status = 'withdrawn'"
"""Firms that left: their attachments are erased."""

MAILS_WAITING = """
    SELECT 'confirmation' AS kind, count(*) FROM timer JOIN claim ON claim.id = aggregate_id
        WHERE timer.kind = 'claim_mail' AND received_at < now() - interval '1 minute'
    UNION ALL SELECT 'invitation', count(*) FROM timer JOIN person ON person.id = aggregate_id
        WHERE timer.kind = 'invitation_mail' AND invited_at < now() - interval '1 minute'
    UNION ALL SELECT 'dispute', count(*) FROM timer JOIN supplier ON supplier.id = aggregate_id
        WHERE timer.kind = 'dispute_mail' AND coalesce(disputed_at, received_at) < now() - interval '1 minute'
"""
"""Those that were not taken within a minute."""

FIRMS = """
    SELECT 'registered' AS step, count(*) FROM supplier WHERE registered_at IS NOT NULL
    UNION ALL SELECT 'withdrawn', count(*) FROM supplier WHERE status = 'withdrawn'
"""


async def put_aside(connection: Connection, loading: UUID, entries: Mapping[str, ListState]) -> None:
    """Keep entries of a list that is being read; of one firm the gravest."""
    await connection.execute(_PUT_ASIDE, loading, list(entries), list(entries.values()), list(SEVERITY))


async def count_aside(database: Database, loading: UUID) -> Entries:
    """All entries that were put aside for a list."""
    async with database.connection() as connection:
        (row,) = await connection.fetch(_COUNT_ASIDE, loading)
    return Entries(loading, row["firms"], row["digest"])


async def drop_entries(database: Database, loadings: Sequence[UUID]) -> None:
    """Remove entries that no list has."""
    async with database.connection() as connection:
        await connection.execute(_DROP_ENTRIES, loadings)


_PUT_ASIDE = """
    INSERT INTO screening_entry (loading, rfc, situation) SELECT $1, * FROM unnest($2::text[], $3::text[])
    ON CONFLICT (loading, rfc) DO UPDATE SET situation = excluded.situation
    WHERE array_position($4::text[], excluded.situation::text)
        > array_position($4::text[], screening_entry.situation::text)
"""
_COUNT_ASIDE = """
    SELECT count(*) AS firms, md5(coalesce(string_agg(rfc || ' ' || situation, ',' ORDER BY rfc), '')) AS digest
    FROM screening_entry WHERE loading = $1
"""
_DROP_ENTRIES = """
    DELETE FROM screening_entry WHERE loading = ANY($1)
    AND NOT EXISTS (SELECT FROM screening_list WHERE screening_list.loading = screening_entry.loading)
"""

# One look into an index for each RFC asked for: a join's plan, once made on an empty table, would read all of it.
_KNOWN = """
    WITH newest AS (SELECT list_date, loading FROM screening_list ORDER BY list_date DESC LIMIT 1)
    SELECT asked.rfc, newest.list_date,
        (SELECT id FROM supplier WHERE rfc = ANY(asked.kept) AND status <> 'withdrawn' AND NOT disputed LIMIT 1) AS id,
        (SELECT situation FROM screening_entry AS listed
            WHERE listed.loading = newest.loading AND listed.rfc = asked.rfc) AS situation
    FROM (
        SELECT rfc, CASE WHEN rfc = digest THEN ARRAY[rfc] ELSE ARRAY[rfc, digest] END AS kept
        FROM unnest($1::text[], $2::text[]) AS given (rfc, digest)
    ) AS asked LEFT JOIN newest ON true
"""
_KNOWN_WITH_FOLIO = _KNOWN.replace("SELECT asked.rfc", "SELECT nextval('supplier_folio') AS number, asked.rfc")
_HOLDER = "(SELECT FROM supplier WHERE rfc = ANY(asked.kept) AND status <> 'withdrawn' AND NOT disputed)"
_KNOWN_WITH_NEW_FOLIO = _KNOWN_WITH_FOLIO.replace(
    "nextval('supplier_folio')", f"CASE WHEN NOT EXISTS {_HOLDER} THEN nextval('supplier_folio') END"
)


_INVOLVING = "SELECT id FROM supplier WHERE rfc = ANY($1::text[]) AND (took_part->'subjects' ? $2 OR id = ANY($3))"
_DISPUTED_BEFORE = """
    SELECT EXISTS (
        SELECT FROM supplier
        WHERE rfc = ANY($1::text[]) AND disputed AND id <> $2 AND coalesce(disputed_at, received_at) <= $3
    )
"""
_DISPUTING = """
    SELECT id FROM supplier AS one WHERE id = ANY($1::uuid[])
    AND EXISTS (SELECT FROM supplier AS other WHERE other.rfc = one.rfc AND other.disputed)
"""


@dataclass(frozen=True, slots=True)
class Intake:
    """What registrations need: what is known under their RFCs, and a new folio for each of these."""

    registry: Registry
    folios: Mapping[str, str]


async def registry_of(connection: Connection, rfcs: Sequence[str]) -> Registry:
    """What changes under these RFCs must know of the others."""
    return _registry(await _known(connection, _KNOWN, rfcs))


async def intake_of(connection: Connection, rfcs: Sequence[str]) -> Intake:
    """What registrations under these RFCs need. A folio that is not used in the end is a gap, no more."""
    rows = await _known(connection, _KNOWN_WITH_FOLIO, rfcs)
    return Intake(_registry(rows), {row["rfc"]: folio(row["number"]) for row in rows})


async def intake_of_new(connection: Connection, rfcs: Sequence[str]) -> Intake:
    """The same of a file, most of whose firms may be there already: those have their folios."""
    rows = await _known(connection, _KNOWN_WITH_NEW_FOLIO, rfcs)
    return Intake(_registry(rows), {row["rfc"]: folio(row["number"]) for row in rows if row["number"] is not None})


async def _known(connection: Connection, query: str, rfcs: Sequence[str]) -> list[Any]:
    # Before the query, not within it: what the query sees must be what held the lock before.
    await connection.execute("SELECT pg_advisory_xact_lock_shared($1)", LIST_LOCK)
    return await _holding(connection, rfcs, query)


async def _holding(connection: Connection, rfcs: Sequence[str], query: str = _KNOWN) -> list[Any]:
    index = await index_of(connection)
    return await connection.fetch(query, rfcs, [rfcs_kept(index, rfc)[-1] for rfc in rfcs])


def _registry(rows: Sequence[Any]) -> Registry:
    taken = {row["rfc"]: row["id"] for row in rows if row["id"] is not None}
    listed = [row for row in rows if row["situation"] is not None]
    return Registry(taken, Listing(rows[0]["list_date"] if rows else None, _states(listed)))


async def listing(connection: Connection) -> Listing:
    """The newest list, of the firms that are suppliers."""
    await connection.execute("SELECT pg_advisory_xact_lock_shared($1)", LIST_LOCK)
    newest = await connection.fetchrow("SELECT list_date, loading FROM screening_list ORDER BY list_date DESC LIMIT 1")
    if newest is None:
        return NO_LIST
    listed = await connection.fetch(
        "SELECT rfc, situation FROM screening_entry AS listed WHERE loading = $1"
        " AND EXISTS (SELECT FROM supplier WHERE supplier.rfc = listed.rfc AND status <> 'withdrawn')",
        newest["loading"],
    )
    return Listing(newest["list_date"], _states([*listed, *await _persons_listed(connection, newest["loading"])]))


async def _persons_listed(connection: Connection, loading: UUID) -> list[Any]:
    """Entries of a list that are natural persons' whose RFC is kept as a digest."""
    if (index := await index_of(connection)) is None:
        return []
    rows = await connection.fetch(
        "SELECT rfc, situation FROM screening_entry WHERE loading = $1 AND length(rfc) = $2", loading, NATURAL_RFC
    )
    kept = {rfcs_kept(index, row["rfc"])[-1]: row for row in rows}
    there = await connection.fetch(
        "SELECT rfc FROM supplier WHERE rfc = ANY($1::text[]) AND status <> 'withdrawn'", [*kept]
    )
    return [kept[row["rfc"]] for row in there]


async def newest_list(connection: Connection) -> Newest | None:
    """The newest list, for whoever is about to load another."""
    await connection.execute("SELECT pg_advisory_xact_lock($1)", LIST_LOCK)
    row = await connection.fetchrow("SELECT list_date, firms FROM screening_list ORDER BY list_date DESC LIMIT 1")
    return None if row is None else Newest(row["list_date"], row["firms"])


async def participating(connection: Connection, _args: Mapping[str, str], after: UUID | None, limit: int) -> list[UUID]:
    """Ids of the suppliers that are not withdrawn, in order."""
    rows = await connection.fetch(
        "SELECT id FROM supplier WHERE id > $1 AND status <> 'withdrawn' ORDER BY id LIMIT $2",
        after or UUID(int=0),
        limit,
    )
    return [row["id"] for row in rows]


async def find_supplier(database: Database, id_: UUID) -> Supplier | None:
    async with database.connection() as connection:
        return await supplier_of(connection, id_)


async def supplier_of(connection: Connection, id_: UUID) -> Supplier | None:
    """As it is, without its lock."""
    return (await suppliers_of(connection, [id_])).get(id_)


async def suppliers_of(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Supplier]:
    """As they are, without their locks, in the order of their ids; the unknown are left out."""
    rows = await connection.fetch("SELECT * FROM supplier WHERE id = ANY($1::uuid[]) ORDER BY id", ids)
    return {each.id: each for each in await suppliers.all_of(connection, rows)}


async def involving(connection: Connection, rfc: str, subject: str, firms: Collection[UUID]) -> list[UUID]:
    """The suppliers that gave this RFC, those that have left too, in which somebody took part or whose they are."""
    kept = rfcs_kept(await index_of(connection), rfc)
    return [row["id"] for row in await connection.fetch(_INVOLVING, kept, subject, firms)]


async def disputing(connection: Connection, ids: Sequence[str]) -> frozenset[UUID]:
    """Which of these suppliers has an RFC that another disputes, or disputes one."""
    return frozenset(row["id"] for row in await connection.fetch(_DISPUTING, ids))


async def disputed_before(connection: Connection, claimant: Supplier) -> bool:
    """Whether another one disputes the same RFC, and did before."""
    kept = rfcs_kept(await index_of(connection), claimant.rfc)
    return bool(await connection.fetchval(_DISPUTED_BEFORE, kept, claimant.id, disputed_since(claimant)))


async def holder_of(connection: Connection, rfc: str) -> Supplier | None:
    """The supplier that has this RFC now."""
    holder = _registry(await _holding(connection, [rfc])).taken.get(rfc)
    return None if holder is None else await supplier_of(connection, holder)


async def holders_of(database: Database, rfcs: Sequence[str]) -> Mapping[str, UUID]:
    """The suppliers that have these RFCs now."""
    async with database.connection() as connection:
        return _registry(await _holding(connection, rfcs)).taken


async def find_anchor(database: Database, id_: UUID) -> Anchor | None:
    async with database.session() as session:
        row = await session.get(AnchorRow, id_)
    return None if row is None else _ANCHOR.validate_python(row.model_dump())


async def all_anchors(database: Database) -> list[Anchor]:
    async with database.session() as session:
        rows = await session.exec(select(AnchorRow).order_by(col(AnchorRow.code)))
        return [_ANCHOR.validate_python(row.model_dump()) for row in rows]


async def all_lists(database: Database) -> list[ScreeningListRow]:
    """The lists without their entries, the newest first."""
    async with database.session() as session:
        rows = await session.exec(select(ScreeningListRow).order_by(col(ScreeningListRow.list_date).desc()))
        return list(rows)


def _states(rows: Iterable[Any]) -> dict[str, ListState]:
    return _ENTRIES.validate_python({row["rfc"]: row["situation"] for row in rows})
