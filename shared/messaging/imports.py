"""Files of rows that people send, on record: what becomes of each, and which of its rows were refused.

The file itself is in the store until all of its rows are decided: whichever process goes on with it has it.
"""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, BinaryIO, Literal, NamedTuple
from uuid import UUID

import msgspec

from shared.contracts.event import Cause
from shared.files.faults import RowFault
from shared.files.rows import Header, Sent
from shared.messaging import actors, audit, refused_kept
from shared.messaging.audit import Act
from shared.runtime.database import Connection, columns
from shared.sealing import whole

IMPORT_CHANNEL = "import"

State = Literal["received", "running", "done", "refused", "stopped"]
"""`refused`: the file as a whole, and nothing of it went in. `stopped`: by a fault of ours; what went in stays."""

LOCKS = 0x5044_4950
"""First key of the advisory locks of whoever works on an import; the second is of the import."""

MOST_FAULTS = 1_000
"""That are told at once: a person mends the first thousand first. With the refused rows come all of them."""

PAGE = 500
"""Refused rows that are read at a time."""

REFUSED_KEPT = timedelta(days=7)
"""Of refused rows, as they were sent, after their import ended: they hold people's data, and are mended within days."""


@dataclass(frozen=True, slots=True)
class Import:
    """One file, and what became of it so far."""

    id: UUID
    kind: str
    fields: Mapping[str, str]
    """What its sender said beside the file."""
    cause: Cause
    state: State = "received"
    rows: int | None = None
    """How many it has; None until it was read."""
    line: int = 0
    """The last one that is decided."""
    read: int = 0
    accepted: int = 0
    refused: int = 0
    """Rows of `rows` that are decided, and how."""
    outcomes: Mapping[str, int] = field(default_factory=dict)
    """The accepted by what became of them."""
    reason: str | None = None
    message: str | None = None
    params: Mapping[str, Any] = field(default_factory=dict)
    """Why it was refused or stopped."""
    attempts: int = 0
    """How often it was begun since it last got on."""
    received_at: datetime | None = None
    ended_at: datetime | None = None
    header: Header | None = None
    """As it was sent; None until it was read, and of a kind whose rows are not kept."""


class RefusedRow(NamedTuple):
    """A row that did not go in."""

    line: int
    sent: Sequence[Sent]
    faults: Sequence[RowFault]


class TakenOverError(Exception):
    """Another process goes on with this import."""


async def receive(connection: Connection, new: Import, request: bytes | None, parts: AsyncIterator[bytes]) -> bool:
    """Put a file on record, and into the audit log, and wake the workers. False where one of its id is there already.

    `request` is a digest of what was sent, for whoever sends it again.
    """
    cause = new.cause
    values = new.id, new.kind, json.dumps(dict(new.fields)), request, cause.correlation_id, cause.traceparent
    if await connection.fetchval(_RECEIVE, *values, actors.kept(cause.actor), cause.action) is None:
        return False
    number = size = 0
    async for part in parts:
        number, size = number + 1, size + len(part)
        kept = await whole.seal(connection, f"import_part.{number}", {new.id: part})
        await connection.execute(_PART, new.id, number, kept[new.id])
    await connection.execute("UPDATE import SET bytes = $2 WHERE id = $1", new.id, size)
    if cause.action is not None and cause.actor is not None:
        await audit.record(connection, [Act(cause.action, cause.actor, new.id, cause.correlation_id)])
    await connection.execute("SELECT pg_notify($1, '')", IMPORT_CHANNEL)
    return True


async def find(connection: Connection, kind: str, id_: UUID) -> Import | None:
    row = await connection.fetchrow(f"SELECT {_FIELDS} FROM import WHERE id = $1 AND kind = $2", id_, kind)
    return None if row is None else _import(**row)


async def request_of(connection: Connection, id_: UUID) -> bytes | None:
    """The digest of what was sent."""
    found: bytes | None = await connection.fetchval("SELECT request FROM import WHERE id = $1", id_)
    return found


async def faults(connection: Connection, id_: UUID) -> list[RowFault]:
    """What is wrong with the rows that were refused, the first of them, by line."""
    return [_fault(row) for row in await connection.fetch(_FAULTS, id_, MOST_FAULTS)]


async def refused_rows(connection: Connection, id_: UUID, after: int) -> list[RefusedRow]:
    """Some rows that were refused, by line, behind this one. None where there are no more, or they are forgotten."""
    rows = await connection.fetch(_REFUSED, id_, after, PAGE)
    wrong: dict[int, list[RowFault]] = {row["line"]: [] for row in rows}
    for row in await connection.fetch(_FAULTS_OF, id_, list(wrong)):
        wrong[row["line"]].append(_fault(row))
    found = await refused_kept.open_all(connection, id_, {row["line"]: row["sent"] for row in rows})
    return [RefusedRow(line, msgspec.json.decode(sent), wrong[line]) for line, sent in found.items()]


def _fault(row: Any) -> RowFault:  # noqa: ANN401 - a record
    return RowFault(row["line"], row["column"], row["reason"], row["message"], json.loads(row["params"]))


async def take(connection: Connection, kinds: Sequence[str], most_bytes: int | None) -> Import | None:
    """Begin, or go on with, the oldest open import that nobody else works on: it is this session's until `let_go`."""
    for row in await connection.fetch(_OPEN, kinds, most_bytes):
        if await connection.fetchval("SELECT pg_try_advisory_lock($1, hashtext($2))", LOCKS, str(row["id"])):
            # Whoever had it until now may have ended it.
            if (begun := await connection.fetchrow(_BEGIN, row["id"])) is not None:
                return _import(**begun)
            await let_go(connection, row["id"])
    return None


async def let_go(connection: Connection, id_: UUID) -> None:
    """Leave it to others. A session that ends leaves all of its own."""
    await connection.execute("SELECT pg_advisory_unlock($1, hashtext($2))", LOCKS, str(id_))


async def spool(connection: Connection, id_: UUID, file: BinaryIO) -> None:
    """Copy the file of an import, part by part."""
    number = 1
    while (kept := await connection.fetchval(_PART_OF, id_, number)) is not None:
        file.write(await whole.open_one(connection, f"import_part.{number}", id_, kept) or b"")
        number += 1


async def counted(connection: Connection, id_: UUID, rows: int, header: Header | None) -> None:
    """It was read: it has so many rows below this header, where refused rows are kept."""
    kept = None if header is None else msgspec.json.encode(header).decode()
    await connection.execute("UPDATE import SET rows = $2, header = $3 WHERE id = $1", id_, rows, kept)


async def still_there(connection: Connection) -> None:
    """Ask something, which a session that is silent for long has to: the lock is with it. Raises where it has ended."""
    await connection.execute("SELECT 1")


async def advance(
    connection: Connection,
    before: Import,
    after: Import,
    wrong: Sequence[RowFault],
    refused: Sequence[tuple[int, Sequence[Sent]]],
) -> None:
    """More of it is decided, in the same transaction; `refused` are rows as they were sent, by line. Raises
    TakenOverError where somebody else got on with it.
    """
    outcomes = json.dumps(dict(after.outcomes))
    counts = after.line, after.read, after.accepted, after.refused, outcomes
    if await connection.fetchval(_ADVANCE, before.id, before.line, *counts) is None:
        raise TakenOverError
    if wrong:
        rows = [(each.line, each.column, each.reason, each.message, json.dumps(each.params)) for each in wrong]
        await connection.execute(_REFUSE, before.id, *columns(rows))
    if refused:
        sent = {line: msgspec.json.encode(cells).decode() for line, cells in refused}
        kept = await refused_kept.seal_all(connection, before.id, sent)
        await connection.execute(_KEEP, before.id, *columns([*kept.items()]))


async def end(
    connection: Connection,
    id_: UUID,
    state: State,
    reason: str | None = None,
    message: str | None = None,
    params: Mapping[str, object] | None = None,
) -> None:
    """It is over, and its file is forgotten."""
    async with connection.transaction():
        await connection.execute(_END, id_, state, reason, message, json.dumps(dict(params or {})))
        await connection.execute("DELETE FROM import_part WHERE import_id = $1", id_)
        await whole.forget(connection, [id_])


async def forget(connection: Connection, kept: timedelta) -> None:
    """Forget imports that ended longer ago, and refused rows before that."""
    forgotten = await connection.fetch(_FORGET_ROWS, REFUSED_KEPT)
    await refused_kept.forget(connection, {row["import_id"] for row in forgotten})
    await connection.execute("DELETE FROM import WHERE ended_at < now() - $1::interval", kept)


def _import(
    *,
    correlation_id: str,
    traceparent: str | None,
    actor: str | None,
    action: str | None,
    header: str | None,
    **row: Any,  # noqa: ANN401 - of its columns
) -> Import:
    """The import of a row, of which some columns are text of JSON."""
    cause = Cause(correlation_id, None, traceparent, actors.of(actor), action)
    known = None if header is None else msgspec.json.decode(header, type=Header)
    return Import(cause=cause, header=known, **row | {name: json.loads(row[name]) for name in _JSON})


_JSON = ("fields", "outcomes", "params")
_FIELDS = """
    id, kind, fields, state, rows, line, read, accepted, refused, outcomes, reason, message, params, attempts,
    received_at, ended_at, correlation_id, traceparent, actor, action, header
"""
_RECEIVE = """
    INSERT INTO import (id, kind, fields, request, correlation_id, traceparent, actor, action)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO NOTHING RETURNING id
"""
_PART = "INSERT INTO import_part (import_id, number, bytes) VALUES ($1, $2, $3)"
_PART_OF = "SELECT bytes FROM import_part WHERE import_id = $1 AND number = $2"
_OPEN = """
    SELECT id FROM import WHERE ended_at IS NULL AND kind = ANY($1) AND ($2::bigint IS NULL OR bytes <= $2)
    ORDER BY received_at, id
"""
_BEGIN = f"""
    UPDATE import SET state = 'running', attempts = attempts + 1 WHERE id = $1 AND ended_at IS NULL RETURNING {_FIELDS}
"""
_ADVANCE = """
    UPDATE import SET line = $3, read = $4, accepted = $5, refused = $6, outcomes = $7, attempts = 0
    WHERE id = $1 AND line = $2 AND ended_at IS NULL RETURNING id
"""
_REFUSE = """
    INSERT INTO import_fault (import_id, line, "column", reason, message, params)
    SELECT $1, * FROM unnest($2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[]::jsonb[])
"""
_KEEP = """
    INSERT INTO import_refused_row (import_id, line, sent) SELECT $1, * FROM unnest($2::bigint[], $3::text[])
"""
_FAULTS = """
    SELECT line, "column", reason, message, params FROM import_fault WHERE import_id = $1 ORDER BY line, id LIMIT $2
"""
_REFUSED = """
    SELECT line, sent FROM import_refused_row WHERE import_id = $1 AND line > $2 ORDER BY line LIMIT $3
"""
_FAULTS_OF = """
    SELECT line, "column", reason, message, params FROM import_fault
    WHERE import_id = $1 AND line = ANY($2::bigint[]) ORDER BY line, id
"""
_FORGET_ROWS = """
    DELETE FROM import_refused_row USING import
    WHERE import.id = import_id AND import.ended_at < now() - $1::interval RETURNING import_id
"""
_END = """
    UPDATE import SET state = $2, ended_at = now(), reason = $3, message = $4, params = $5,
        accepted = CASE $2 WHEN 'refused' THEN 0 ELSE accepted END,
        refused = CASE $2 WHEN 'refused' THEN read ELSE refused END,
        outcomes = CASE $2 WHEN 'refused' THEN '{}' ELSE outcomes END
    WHERE id = $1 AND ended_at IS NULL
"""
