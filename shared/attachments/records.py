"""Attachments on record, in the stage's store: whose each is, what it is, and the key that opens it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from shared.attachments import names
from shared.attachments.kinds import Kind
from shared.attachments.names import key_of_name
from shared.attachments.settings import AttachmentSettings
from shared.runtime.database import Connection, Row
from shared.sealing import keys
from shared.sealing.encryption import seals
from shared.sealing.keys import Name
from shared.sealing.rows import COUNTED
from shared.sealing.values import is_sealed

State = Literal["coming", "kept", "erased"]
"""`coming`: its content is not there as a whole yet."""

Full = Literal["attachments_full", "attachments_day", "attachments_busy"]
"""Which limit is reached: the firm's, the firm's of a day, or that of all of a day."""

LOCK = 0x5044_4154
"""Two that come at once must not both be the last that a limit allows."""

_FIELDS = "id, supplier_id, state, name, kind, size, sha256, subject, at"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that somebody gave. Its name as they called it."""

    id: UUID
    supplier_id: UUID
    state: State
    name: str
    kind: Kind
    size: int
    sha256: str
    """Digest of the content, lower-case hexadecimal."""
    subject: str
    """Of whoever gave it; never leaves the store."""
    at: datetime


@dataclass(frozen=True, slots=True)
class New:
    """One that comes."""

    id: UUID
    supplier_id: UUID
    name: str
    kind: Kind
    size: int
    sha256: str
    key: bytes
    subject: str


@dataclass(frozen=True, slots=True)
class Hidden:
    """Files that are not for a reader yet: of these people, from a moment on."""

    subjects: frozenset[str]
    since: datetime

    def has(self, one: Attachment) -> bool:
        return one.subject in self.subjects and one.at >= self.since


async def begin(
    connection: Connection, new: New, limits: AttachmentSettings, hidden: Hidden | None = None
) -> Attachment | Full | None:
    """Put it on record, within a transaction: None. Or the same content of the same firm, if it is there already and
    not hidden from whoever gives it: that somebody has it is what they must not know; or the limit that is reached.
    """
    await connection.execute("SELECT pg_advisory_xact_lock($1)", LOCK)
    rows = await connection.fetch(_SAME, new.supplier_id, new.sha256)
    same = next((one for one in await _read(connection, rows) if hidden is None or not hidden.has(one)), None)
    if same is not None:
        return same
    of_firm, of_firms_day, of_day = await connection.fetchrow(_TAKEN, new.supplier_id) or (0, 0, 0)
    if of_firm + new.size > limits.firm_bytes:
        return "attachments_full"
    if of_firms_day + new.size > limits.firm_day_bytes:
        return "attachments_day"
    if of_day + new.size > limits.day_bytes:
        return "attachments_busy"
    key = None if seals() else new.key
    called = await names.seal(connection, {(new.supplier_id, new.id): new.name})
    values = new.id, new.supplier_id, called[new.id], new.kind, new.size, new.sha256, key, new.subject
    await connection.execute(_BEGIN, *values)
    if key is None:
        await keys.keep(connection, {Name(new.supplier_id, new.id): new.key})
    return None


async def finish(connection: Connection, id_: UUID) -> Attachment | None:
    """Its content is there as a whole. None where it was given up meanwhile."""
    rows = await connection.fetch(f"{_FINISH} RETURNING {_FIELDS}", id_)
    return next(iter(await _read(connection, rows)), None)


async def give_up(connection: Connection, id_: UUID) -> None:
    """It did not come."""
    await _end(connection, _GIVE_UP, [id_])


async def find(connection: Connection, supplier_id: UUID, id_: UUID) -> Attachment | None:
    """One of a firm that came, also one that was erased."""
    rows = await connection.fetch(f"{_OF_FIRM} AND id = $2", supplier_id, id_)
    return next(iter(await _read(connection, rows)), None)


async def find_all(connection: Connection, supplier_id: UUID, ids: Collection[UUID]) -> list[Attachment]:
    """Those of these that are a firm's and are kept."""
    rows = await connection.fetch(f"{_OF_FIRM} AND state = 'kept' AND id = ANY($2::uuid[])", supplier_id, list(ids))
    return await _read(connection, rows)


async def digests(connection: Connection, supplier_id: UUID) -> set[str]:
    """Of a firm's, also of those that are erased."""
    return {row["sha256"] for row in await connection.fetch(_OF_FIRM, supplier_id)}


async def page(
    connection: Connection, supplier_id: UUID, after: UUID | None, limit: int, hidden: Hidden | None = None
) -> list[Attachment]:
    """A firm's, in the order in which they came, without those that are hidden."""
    of, since = ([], None) if hidden is None else (sorted(hidden.subjects), hidden.since)
    rows = await connection.fetch(_PAGE, supplier_id, after, limit, of, since)
    return await _read(connection, rows)


async def key_of(connection: Connection, id_: UUID) -> bytes | None:
    """What opens it; None once it is erased."""
    # One that was erased before its key was among those of persons has none there.
    query = "SELECT supplier_id, key FROM attachment WHERE id = $1 AND state <> 'erased'"
    row = await connection.fetchrow(query, id_)
    if row is None or row["key"] is not None:
        return None if row is None else row["key"]
    return await keys.kept(connection, Name(row["supplier_id"], id_))


async def secret(connection: Connection, new: bytes) -> bytes:
    """What links are signed with: this, where there is none yet."""
    await connection.execute("INSERT INTO attachment_secret (secret) VALUES ($1) ON CONFLICT DO NOTHING", new)
    found: bytes = await connection.fetchval("SELECT secret FROM attachment_secret")
    return found


async def erase(connection: Connection, ids: Sequence[UUID]) -> None:
    """Nobody opens them any more: the key goes, and what they were called. That they were, and their digest, stays."""
    await _end(connection, _ERASE, ids)


async def lock(connection: Connection, ids: Sequence[UUID]) -> None:
    """In the order of the ids, for whoever is about to erase them."""
    await connection.execute("SELECT FROM attachment WHERE id = ANY($1::uuid[]) ORDER BY id FOR UPDATE", list(ids))


async def seal_older(connection: Connection) -> int:
    """Seal names that records of before have in clear, and wrap keys that stand in them, as those of persons. Within a
    transaction; returns how many records.
    """
    rows = await connection.fetch(_IN_CLEAR) if seals() else []
    if not rows:
        return 0
    bare = {Name(row["supplier_id"], row["id"]): row["key"] for row in rows if row["key"] is not None}
    await keys.keep(connection, bare)
    clear = {(row["supplier_id"], row["id"]): row["name"] for row in rows if row["name"] and not is_sealed(row["name"])}
    called = {row["id"]: row["name"] for row in rows} | await names.seal(connection, clear)
    await connection.execute(_SEAL, list(called), list(called.values()))
    return len(rows)


async def _end(connection: Connection, statement: str, ids: Sequence[UUID]) -> None:
    """Nobody opens any more what this statement takes away."""
    async with connection.transaction():
        rows = await connection.fetch(statement, list(ids))
        of = [(row["supplier_id"], row["id"]) for row in rows]
        await keys.destroy(connection, [name for each in of for name in (Name(*each), key_of_name(*each))])


async def mark_gone(connection: Connection, gone: str, after: timedelta) -> None:
    """Have those of firms that left erased so long from now. `gone`: a query of the firms' ids."""
    await connection.execute(_GONE.format(gone=gone), after)


async def erase_due(connection: Connection) -> int:
    """Erase what is due. Returns how many."""
    done = await connection.fetch(f"SELECT id FROM attachment WHERE erase_at <= now() AND state = 'kept' LIMIT {PAGE}")
    await erase(connection, [row["id"] for row in done])
    return len(done)


async def unremoved(connection: Connection, coming_before: timedelta) -> list[tuple[UUID, UUID]]:
    """Firm and id of those whose object is to go: erased, or never finished."""
    rows = await connection.fetch(_UNREMOVED, coming_before)
    return [(row["supplier_id"], row["id"]) for row in rows]


async def removed(connection: Connection, ids: Sequence[UUID]) -> None:
    """Their objects are gone."""
    await _end(connection, _GIVE_UP, ids)
    await connection.execute("UPDATE attachment SET removed = true WHERE id = ANY($1::uuid[])", list(ids))


async def known(connection: Connection, ids: Collection[UUID]) -> set[UUID]:
    """Those of these that are on record."""
    rows = await connection.fetch("SELECT id FROM attachment WHERE id = ANY($1::uuid[])", list(ids))
    return {row["id"] for row in rows}


async def _read(connection: Connection, rows: Sequence[Row]) -> list[Attachment]:
    called = await names.open_all(connection, rows)
    read = [Attachment(**row) for row in rows]  # type: ignore[arg-type]  # a record is a mapping
    return [replace(each, name=name) for each, name in zip(read, called, strict=True)]


PAGE = 500

_OF_FIRM = f"SELECT {_FIELDS} FROM attachment WHERE supplier_id = $1 AND state <> 'coming'"
_PAGE = f"""
    {_OF_FIRM} AND ($2::uuid IS NULL OR id > $2) AND ($5::timestamptz IS NULL OR at < $5 OR subject <> ALL($4::text[]))
    ORDER BY id LIMIT $3
"""
_SAME = f"{_OF_FIRM} AND sha256 = $2 AND state = 'kept' ORDER BY id"
_TAKEN = """
    SELECT
        (SELECT coalesce(sum(size), 0)::bigint FROM attachment WHERE supplier_id = $1 AND state <> 'erased'),
        (SELECT coalesce(sum(size) FILTER (WHERE supplier_id = $1), 0)::bigint
         FROM attachment WHERE at > now() - interval '24 hours'),
        (SELECT coalesce(sum(size), 0)::bigint FROM attachment WHERE at > now() - interval '24 hours')
"""
_BEGIN = """
    INSERT INTO attachment (id, supplier_id, name, kind, size, sha256, key, subject)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""
_FINISH = "UPDATE attachment SET state = 'kept' WHERE id = $1 AND state = 'coming'"
_ERASE = """
    UPDATE attachment SET state = 'erased', key = NULL, name = '' WHERE id = ANY($1::uuid[]) AND state = 'kept'
    RETURNING supplier_id, id
"""
_GIVE_UP = "DELETE FROM attachment WHERE id = ANY($1::uuid[]) AND state = 'coming' RETURNING supplier_id, id"
IN_CLEAR = "key IS NOT NULL OR name <> '' AND name NOT LIKE 'sealed:%'"
UNSEALED = f"SELECT 'attachments', count(*) FROM (SELECT FROM attachment WHERE {IN_CLEAR} LIMIT {COUNTED}) AS kept"
_IN_CLEAR = f"SELECT supplier_id, id, key, name FROM attachment WHERE {IN_CLEAR} ORDER BY id LIMIT {PAGE} FOR UPDATE"
_SEAL = """
    UPDATE attachment SET key = NULL, name = given.name FROM unnest($1::uuid[], $2::text[]) AS given(id, name)
    WHERE attachment.id = given.id
"""
_GONE = """
    UPDATE attachment SET erase_at = now() + $1::interval
    WHERE erase_at IS NULL AND state = 'kept' AND supplier_id IN ({gone})
"""
_UNREMOVED = f"""
    SELECT supplier_id, id FROM attachment
    WHERE state = 'erased' AND NOT removed OR state = 'coming' AND at < now() - $1::interval LIMIT {PAGE}
"""
