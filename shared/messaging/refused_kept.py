"""Refused rows of files, as they were sent: people's data, sealed with a key of their import that goes when they go."""

from collections.abc import Collection, Mapping
from uuid import UUID

from shared.runtime.database import Connection
from shared.sealing import keys
from shared.sealing.encryption import seals
from shared.sealing.keys import Name, matter_of
from shared.sealing.values import ERASED, is_sealed


async def seal_all(connection: Connection, import_id: UUID, rows: Mapping[int, str]) -> dict[int, str]:
    """The rows of an import, by line, as they are kept."""
    if not seals():
        return dict(rows)
    name = _name(import_id)
    ring = await keys.ensure(connection, [name])
    return {line: ring.seal(name, _place(line), sent) for line, sent in rows.items()}


async def open_all(connection: Connection, import_id: UUID, kept: Mapping[int, str]) -> dict[int, str]:
    """The rows as they were sent, without those that are forgotten. One that was kept in clear is as it was."""
    name = _name(import_id)
    ring = await keys.find(connection, [name])
    found = {line: ring.open(name, _place(line), sent) if is_sealed(sent) else sent for line, sent in kept.items()}
    return {line: sent for line, sent in found.items() if sent is not ERASED}


async def forget(connection: Connection, import_ids: Collection[UUID]) -> None:
    """Nobody opens them any more."""
    await keys.destroy(connection, [_name(id_) for id_ in import_ids])


def _name(import_id: UUID) -> Name:
    return Name(import_id, matter_of(import_id, "refused rows"))


def _place(line: int) -> str:
    return f"import_refused_row.{line}"
