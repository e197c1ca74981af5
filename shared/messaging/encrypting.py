"""What a partner reads with a key of its own: the data of an event as one JWE, on the way out of the store.

Events of a kind that says anything personal (`EventData.PERSONAL`) on a topic that a partner reads, whole: what is
about a test looks like what is about a firm. Journal and outbox know nothing of it, so what is sent again later is
encrypted to the key of then (docs/decisions/0118).
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence

import msgspec

from shared.contracts.encrypted import MEDIA_TYPE
from shared.contracts.envelope import JSON_TYPE
from shared.messaging.codec import UNREADABLE
from shared.messaging.outbox import Unpublished
from shared.messaging.topics import EVENT_TYPES, recipient_of
from shared.runtime import logging
from shared.runtime.database import Connection
from shared.security import jwe
from shared.security.jwe import PublicJwk

PublicKeys = Callable[[Connection, Collection[str] | None], Awaitable[Mapping[str, PublicJwk]]]
"""The keys of those of these partners, or of all, that have one now."""

ENCRYPTS_LOCK = 0x5044_5005
"""Advisory lock, shared, of every relay that encrypts, before it waits to lead."""

_LEADS_WITHOUT = """
    WITH held AS (
        SELECT pid, objid FROM pg_locks
        WHERE locktype = 'advisory' AND granted AND classid = 0 AND objsubid = 1
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    )
    SELECT EXISTS (
        SELECT FROM held
        WHERE objid = $1::bigint::oid AND pid NOT IN (SELECT pid FROM held WHERE objid = $2::bigint::oid)
    )
"""

log = logging.get(__name__)

_read = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_write = msgspec.json.encode


async def encrypted(
    connection: Connection, keys_of: PublicKeys, entries: Sequence[Unpublished]
) -> Sequence[Unpublished]:
    """These entries as they go out. What cannot be encrypted to a partner's key keeps back that partner's topic."""
    partners = {code for entry in entries if not entry.is_away and (code := recipient_of(entry.topic))}
    keys = await keys_of(connection, partners) if partners else {}
    if not keys:
        return entries
    # Beside the loop: of a full round it is half a second of computing.
    return await asyncio.to_thread(_encrypted, entries, keys)


async def in_clear(connection: Connection, keys_of: PublicKeys, leaders: int) -> Collection[str]:
    """The partners that have a key and are sent in clear: who has the leaders' lock is of a release that knows none."""
    without = await connection.fetchval(_LEADS_WITHOUT, leaders, ENCRYPTS_LOCK)
    return await keys_of(connection, None) if without else ()


def opened(value: bytes, keys: Iterable[jwe.PrivateKey]) -> bytes:
    """A record's value with its data in clear, as it is where nobody encrypted it. Raises NotOpenedError."""
    try:
        event = _read(value)
        message = msgspec.json.decode(event["data"], type=str)
    except (*UNREADABLE, KeyError):
        return value
    return _with_data(event, jwe.decrypted(message, keys), JSON_TYPE)


def _encrypted(entries: Sequence[Unpublished], keys: Mapping[str, PublicJwk]) -> list[Unpublished]:
    found, away = list(entries), set[str]()
    for number, entry in enumerate(entries):
        code = recipient_of(entry.topic) or ""
        if code not in keys or entry.is_away or entry.is_lost:
            continue
        try:
            found[number] = _encrypted_entry(entry, keys[code])
        except Exception as error:  # noqa: BLE001 - whatever a key can do: it must not go out in clear, nor stop others
            log.error("not_encrypted", topic=entry.topic, error=type(error).__name__)
            away.add(entry.topic)
    return [entry._replace(is_away=entry.is_away or entry.topic in away) for entry in found]


def _encrypted_entry(entry: Unpublished, key: PublicJwk) -> Unpublished:
    event = _read(entry.body)
    kind = EVENT_TYPES.get(msgspec.json.decode(event["type"], type=str))
    if kind is not None and not kind.PERSONAL:
        return entry
    data = _write(jwe.encrypted(bytes(event["data"]), key))
    return entry._replace(body=_with_data(event, data, MEDIA_TYPE), key_id=key["kid"])


def _with_data(event: Mapping[str, msgspec.Raw], data: bytes, media_type: str) -> bytes:
    """In its order: who looks for the trace looks for the last attribute."""
    given = {"data": msgspec.Raw(data), "datacontenttype": msgspec.Raw(_write(media_type))}
    return _write({name: given.get(name, value) for name, value in event.items()})
