"""Personal fields of events as the journal keeps them: sealed there, clear in memory and on their topic.

Which fields, and whose, a contract says (`EventData.PERSONAL`). An event whose key is destroyed reads without them, as
one that never said them.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from shared.contracts.envelope import Envelope
from shared.messaging.topics import EVENT_TYPES
from shared.runtime.database import Connection, columns
from shared.sealing import keys
from shared.sealing.encryption import KeyAwayError, seals
from shared.sealing.keys import Keys, Name
from shared.sealing.values import ERASED, PREFIX, is_sealed

_SEALED = f'"{PREFIX}'.encode()

_OLDER = """
    SELECT id, recorded_at, body FROM journal WHERE key = ANY($1::uuid[]) AND type = ANY($2::text[]) ORDER BY id
"""
_SEAL = "SELECT journal_seal($1::bigint[], $2::timestamptz[], $3::bytea[], $4::text[])"


class _Event(NamedTuple):
    """An event as JSON has it, with what of it is personal."""

    said: dict[str, Any]
    fields: tuple[str, ...]
    name: Name

    def places(self) -> Iterator[tuple[str, str]]:
        """Its personal fields that it has, and the place of each."""
        for field in self.fields:
            if self.said["data"].get(field) is not None:
                yield field, f"journal/{self.said['id']}/{field}"


class Sealed(NamedTuple):
    """A value as it is kept: whose key opens it, and at what place."""

    name: Name
    place: str
    value: str


async def seal(connection: Connection, envelopes: Sequence[Envelope], bodies: Sequence[bytes]) -> list[bytes]:
    """The bodies of these events as the journal keeps them. The caller holds the locks of their aggregates."""
    if not seals():
        return list(bodies)
    given = zip(envelopes, bodies, strict=True)
    return await _seal(connection, bodies, [_read(body) if each.data.PERSONAL else None for each, body in given])


async def opened(connection: Connection, bodies: Sequence[bytes]) -> list[bytes]:
    """The bodies of events as they were decided, without what is erased. Raises KeyAwayError."""
    if not bodies:
        return []
    events = [_read(body) if _SEALED in body else None for body in bodies]
    ring = await keys.find(connection, {event.name for event in events if event is not None})
    found = list(bodies)
    for number, event in enumerate(events):
        if event is not None:
            _open(event, ring)
            found[number] = msgspec.json.encode(event.said)
    return found


async def opened_each(connection: Connection, groups: Mapping[str, Sequence[bytes]]) -> dict[str, list[bytes] | None]:
    """The same of groups; None of one that cannot be opened now, which is no trouble of the others."""
    try:
        bodies = iter(await opened(connection, [body for group in groups.values() for body in group]))
    except KeyAwayError:
        return {name: await _opened_or_away(connection, group) for name, group in groups.items()}
    return {name: [next(bodies) for _ in group] for name, group in groups.items()}


async def _opened_or_away(connection: Connection, bodies: Sequence[bytes]) -> list[bytes] | None:
    try:
        return await opened(connection, bodies)
    except KeyAwayError:
        return None


def _open(event: _Event, ring: Keys) -> None:
    data = event.said["data"]
    for field, place in [*event.places()]:
        if is_sealed(data[field]):
            value = ring.open(event.name, place, data.pop(field))
            if value is not ERASED:
                data[field] = value


def bare(body: bytes) -> bytes:
    """An event without what of it is sealed."""
    if _SEALED not in body or (event := _read(body)) is None:
        return body
    for field, _ in [*event.places()]:
        if is_sealed(event.said["data"][field]):
            del event.said["data"][field]
    return msgspec.json.encode(event.said)


def sealed_in(body: bytes) -> tuple[Sealed, ...]:
    """What of an event is sealed."""
    event = _read(body) if _SEALED in body else None
    if event is None:
        return ()
    values = ((place, event.said["data"][field]) for field, place in event.places())
    return tuple(Sealed(event.name, place, value) for place, value in values if is_sealed(value))


async def seal_older(connection: Connection, of: Sequence[UUID]) -> int:
    """Seal what the journal has in clear of these aggregates, whose locks the caller holds. Returns how many events."""
    types = {type_: event.PERSONAL for type_, event in EVENT_TYPES.items() if event.PERSONAL}
    rows = await connection.fetch(_OLDER, list(of), [*types])
    older: list[tuple[int, datetime, bytes]] = [(row["id"], row["recorded_at"], row["body"]) for row in rows]
    bodies = [body for *_, body in older]
    now = await _seal(connection, bodies, [_read(body) for body in bodies])
    again = [(*place, after) for (*place, before), after in zip(older, now, strict=True) if before != after]
    if again:
        fields = sorted({field for each in types.values() for field in each})
        await connection.fetchval(_SEAL, *columns(again), fields)
    return len(again)


async def _seal(connection: Connection, bodies: Sequence[bytes], events: Sequence[_Event | None]) -> list[bytes]:
    ring = await keys.ensure(connection, {event.name for event in events if event is not None and [*event.places()]})
    found = list(bodies)
    for number, event in enumerate(events):
        if event is not None:
            data = event.said["data"]
            for field, place in [*event.places()]:
                if not is_sealed(data[field]):
                    data[field] = ring.seal(event.name, place, data[field])
            found[number] = msgspec.json.encode(event.said)
    return found


def _read(body: bytes) -> _Event | None:
    """None of an event of no type that says anything personal."""
    said = msgspec.json.decode(body)
    type_ = EVENT_TYPES.get(said["type"])
    if type_ is None or not type_.PERSONAL:
        return None
    matter = said["data"][type_.ABOUT[1]]
    return _Event(said, type_.PERSONAL, Name(UUID(said["subject"]), UUID(matter)))
