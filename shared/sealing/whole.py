"""Bytes of a record that go with it, as a file that is being imported: sealed with a key of the record's own."""

from collections.abc import Collection, Mapping
from uuid import UUID

from shared.runtime.database import Connection
from shared.sealing import keys
from shared.sealing.encryption import seals
from shared.sealing.keys import Name
from shared.sealing.values import BYTES_PREFIX, ERASED


async def seal(connection: Connection, place: str, values: Mapping[UUID, bytes]) -> dict[UUID, bytes]:
    """The bytes of records, by their ids, as they are kept."""
    if not values or not seals():
        return dict(values)
    ring = await keys.ensure(connection, [_own(id_) for id_ in values])
    return {id_: ring.seal_bytes(_own(id_), place, value) for id_, value in values.items()}


async def open_one(connection: Connection, place: str, id_: UUID, kept: bytes | None) -> bytes | None:
    """What was kept; None where it is forgotten. What was kept before it was sealed is as it was."""
    if kept is None or not kept.startswith(BYTES_PREFIX):
        return kept
    value = (await keys.find(connection, [_own(id_)])).open_bytes(_own(id_), place, kept)
    return None if value is ERASED else value


async def forget(connection: Connection, ids: Collection[UUID]) -> None:
    """Nobody opens them any more."""
    await keys.destroy(connection, [_own(id_) for id_ in ids])


def _own(id_: UUID) -> Name:
    return Name(id_, id_)
