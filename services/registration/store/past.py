"""Profiles of suppliers as they were: what is kept of each that another one took the place of."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlmodel import col, select

from services.registration.domain.profile import Profile
from services.registration.domain.supplier import Supplier
from services.registration.store.sealed import NAMED, SEALED, index_of, is_erased, rfcs_kept
from services.registration.store.tables import PAST_IN_CLEAR, SupplierPastRow
from shared.runtime.database import Connection, Database, columns

_KEPT = ", ".join(f"'{field.name}', supplier.{field.name}" for field in fields(Profile) if field.name != "contact")
"""Whoever asks to be forgotten is in none of them."""

# One statement for a batch, and nothing for suppliers whose profile stays: most changes are of another kind.
_KEEP = """
    INSERT INTO supplier_past (supplier_id, until, since, by, profile)
    SELECT supplier.id, given.at, coalesce(supplier.profiled_at, supplier.received_at), supplier.profiled_by,
        jsonb_build_object(KEPT, 'identity', supplier.identity)
    FROM supplier JOIN unnest($1::uuid[], $2::timestamptz[]) AS given (id, at) ON given.id = supplier.id
    WHERE supplier.id = ANY($1) AND given.at IS DISTINCT FROM supplier.profiled_at
    ON CONFLICT DO NOTHING
""".replace("KEPT", _KEPT)


async def keep(connection: Connection, changed: Sequence[Supplier]) -> None:
    """Keep the profiles that are stored now of those suppliers that have another one."""
    told = [(each.id, each.profiled_at) for each in changed if each.profiled_at is not None]
    if told:
        await connection.execute(_KEEP, [id_ for id_, _ in told], [at for _, at in told])


_ERASE = """
    UPDATE supplier_past SET profile = profile || '{"rfc": "", "legal_name": "", "identity": null}'
        || jsonb_build_object('plants', coalesce((
            SELECT jsonb_agg(plant || '{"name": "", "latitude_e6": null, "longitude_e6": null}')
            FROM jsonb_array_elements(profile -> 'plants') AS plant
        ), '[]'))
        || jsonb_build_object('offering', profile -> 'offering' || jsonb_build_object('certificates', coalesce((
            SELECT jsonb_agg(certificate || '{"site": null}')
            FROM jsonb_array_elements(profile #> '{offering,certificates}') AS certificate
        ), '[]')))
    WHERE supplier_id = ANY($1::uuid[]) AND (length(profile ->> 'rfc') = 13 OR profile ->> 'rfc' LIKE '~%')
"""
"""Of what was a natural person's: a firm's RFC is shorter. Where they work they may live."""
_IN_CLEAR = f"""
    SELECT supplier_id, until, profile FROM supplier_past
    WHERE supplier_id = ANY($1::uuid[]) AND ({PAST_IN_CLEAR})
"""  # noqa: S608 - conditions of its own tables
_SEAL = """
    UPDATE supplier_past SET profile = profile || given.sealed::jsonb
    FROM unnest($1::uuid[], $2::timestamptz[], $3::text[]) AS given(supplier_id, until, sealed)
    WHERE supplier_past.supplier_id = given.supplier_id AND supplier_past.until = given.until
"""


async def erase(connection: Connection, changed: Sequence[Supplier]) -> None:
    """Take name, RFC and places of natural persons out of what is kept."""
    if persons := [each.id for each in changed if is_erased(each)]:
        await connection.execute(_ERASE, persons)


async def seal_older(connection: Connection, persons: Sequence[UUID]) -> None:
    """Seal name and RFC of natural persons in what was kept before it was sealed."""
    index = await index_of(connection)
    rows = await connection.fetch(_IN_CLEAR, persons) if persons and index is not None else []
    given = []
    for row in rows:
        said = json.loads(row["profile"])
        clear = said.get("identity") or {name: said[name] for name in NAMED}
        identity = {"id": row["supplier_id"], "contact": None, "identity": clear}
        await SEALED.seal(connection, [identity])
        instead = {"identity": identity["identity"], "rfc": rfcs_kept(index, clear["rfc"])[-1], "legal_name": ""}
        given.append((row["supplier_id"], row["until"], json.dumps(instead)))
    if given:
        await connection.execute(_SEAL, *columns(given))


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
        found = [Past.of(row) for row in rows]
    return await _opened(database, supplier_id, found)


async def past_at(database: Database, supplier_id: UUID, at: datetime) -> Past | None:
    """What its profile was at a moment; None where it is the one of now."""
    query = select(SupplierPastRow).where(
        col(SupplierPastRow.supplier_id) == supplier_id, col(SupplierPastRow.until) > at
    )
    async with database.session() as session:
        rows = await session.exec(query.order_by(col(SupplierPastRow.until)).limit(1))
        found = [Past.of(row) for row in rows]
    return next(iter(await _opened(database, supplier_id, found)), None)


async def _opened(database: Database, supplier_id: UUID, found: Sequence[Past]) -> list[Past]:
    """With name and RFC of a natural person where a firm's are."""
    none = {"id": supplier_id, **dict.fromkeys(SEALED.columns)}
    profiles: list[dict[str, Any]] = [{**none, **past.profile} for past in found]
    async with database.connection() as connection:
        await SEALED.open_values(connection, profiles)
    opened = [{name: value for name, value in profile.items() if name not in none} for profile in profiles]
    return [past._replace(profile=profile) for past, profile in zip(found, opened, strict=True)]
