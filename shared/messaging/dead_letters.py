"""Records set aside, and the keys that wait behind them."""

from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID, uuid5

from shared.contracts.dead_letters import DeadLetter, ServiceName
from shared.messaging import named
from shared.messaging.codec import RECORD_NAMESPACE, SKIPPED, Message, Poison, Record, record_id, sha256
from shared.messaging.topics import is_partners
from shared.runtime.database import Connection, columns
from shared.sealing import whole
from shared.sealing.encryption import KeyAwayError
from shared.sealing.values import AlteredError

Key = tuple[str, bytes]
"""A topic and a key on it: what is blocked."""

Resolution = Literal["replayed", "discarded"]

PLACE = "dead_letter.value"
"""Where what partners wrote is sealed, each with a key of its letter."""

AT_ONCE = 100
"""Letters that are read at once to see whom they name: an answer may have 64 KiB."""

HANDLER_FAILED = "handler_failed"
"""The reason when a handler raised what it should not: a fault of ours, not the record's."""

_SET_ASIDE = """
    INSERT INTO dead_letter (
        id, topic, partition, "offset", key, value, event_id, event_type, reason, error, at, arrived_ms, about
    )
    SELECT id, topic, partition, "offset", key, value, event_id, event_type, reason, error, at, arrived_ms,
        about::uuid[]
    FROM unnest(
        $1::uuid[], $2::text[], $3::integer[], $4::bigint[], $5::bytea[], $6::bytea[], $7::text[], $8::text[],
        $9::text[], $10::text[], $11::timestamptz[], $12::bigint[], $13::text[]
    ) AS given(
        id, topic, partition, "offset", key, value, event_id, event_type, reason, error, at, arrived_ms, about
    )
    ON CONFLICT (id) DO UPDATE SET
        reason = excluded.reason, error = excluded.error, at = excluded.at, attempts = dead_letter.attempts + 1,
        resolution = NULL, closed_at = NULL
"""
_SKIPPED_BY = """
    INSERT INTO dead_letter_action (dead_letter_id, action, by, at, reason)
    SELECT d.id, 'skipped', s.by, s.at, s.reason FROM dead_letter AS d JOIN skip AS s USING (topic, partition, "offset")
    WHERE d.id = ANY($1::uuid[])
"""
_BLOCK_KEYS = """
    INSERT INTO blocked_key (topic, key, dead_letter_id) SELECT * FROM unnest($1::text[], $2::bytea[], $3::uuid[])
    ON CONFLICT (topic, key) DO UPDATE SET dead_letter_id = excluded.dead_letter_id
"""
_BLOCK_RECORDS = """
    INSERT INTO blocked_record (topic, partition, "offset", key, value, reason, error, arrived_ms, at)
    SELECT topic, partition, "offset", key, value, reason, error, arrived_ms, at
    FROM unnest(
        $1::text[], $2::integer[], $3::bigint[], $4::bytea[], $5::bytea[], $6::text[], $7::text[], $8::bigint[],
        $9::timestamptz[]
    ) WITH ORDINALITY AS given(topic, partition, "offset", key, value, reason, error, arrived_ms, at, position)
    ORDER BY position
"""
_PLACES_OF = """
    SELECT b.topic, b.key, d.partition, d."offset" FROM unnest($1::text[], $2::bytea[]) AS given(topic, key)
    JOIN blocked_key AS b USING (topic, key) JOIN dead_letter AS d ON d.id = b.dead_letter_id
    WHERE b.topic = ANY($1) AND b.key = ANY($2)
"""
_BLOCKED_AMONG = """
    SELECT topic, key FROM blocked_key
    WHERE (topic, key) IN (SELECT * FROM unnest($1::text[], $2::bytea[])) AND topic = ANY($1) AND key = ANY($2)
    ORDER BY topic, key
    FOR SHARE
"""
_FORGET = """
    UPDATE dead_letter SET value = NULL
    WHERE (closed_at < now() - $1::interval OR at < now() - $2::interval)
        AND topic LIKE 'partner.%' AND value IS NOT NULL
    RETURNING id
"""

_CLOSE_OVERTAKEN = """
    WITH overtaken AS (
        SELECT id, event_id FROM dead_letter
        WHERE topic = ANY($1) AND event_id = ANY($2) AND closed_at IS NULL FOR UPDATE SKIP LOCKED
    ), closed AS (
        UPDATE dead_letter SET resolution = 'replayed', closed_at = $3 WHERE id IN (SELECT id FROM overtaken)
    ), noted AS (
        INSERT INTO dead_letter_action (dead_letter_id, action, by, at) SELECT id, 'replayed', $4, $3 FROM overtaken
    )
    SELECT id, event_id FROM overtaken ORDER BY id
"""
"""A letter that an operator has in hand is theirs to close."""

_FORGET_OF = """
    UPDATE dead_letter SET value = NULL WHERE about && $1::uuid[] AND value IS NOT NULL RETURNING id
"""
_NOT_LOOKED_AT = """
    SELECT id, key, value FROM dead_letter
    WHERE about IS NULL AND topic LIKE 'partner.%' AND ($1::uuid IS NULL OR id > $1) ORDER BY id LIMIT $2
"""
_ABOUT = "UPDATE dead_letter SET about = $2, key = $3 WHERE id = $1"


@dataclass(frozen=True, slots=True)
class SetAside:
    """One record that could not take effect, and why."""

    id: UUID
    record: Record
    reason: str
    error: str
    event_id: str | None
    event_type: str | None
    digest: tuple[int, str] | None = None
    """Size and SHA-256 of a value that is not kept."""
    poisoned: bool = False
    """It is no event: its error says where the contract is broken."""

    @property
    def key(self) -> Key | None:
        return blocking_key(self.record)

    def event(self, service: ServiceName, at: datetime) -> DeadLetter:
        """What the others may know of it."""
        record = self.record
        size, digest = self.digest or (len(record.value or b""), sha256(record.value))
        return DeadLetter(
            dead_letter_id=self.id,
            service=service,
            source_topic=record.topic,
            source_partition=record.partition,
            source_offset=record.offset,
            source_key=_printable(record),
            event_id=self.event_id,
            event_type=self.event_type,
            reason=self.reason,
            error=self.error,
            size=size,
            sha256=digest,
            blocked=self.key is not None,
            at=at,
        )


def poisoned(service: ServiceName, poison: Poison) -> SetAside:
    return SetAside(
        dead_letter_id(service, poison.record),
        poison.record,
        poison.reason,
        poison.error,
        poison.event_id,
        poison.event_type,
        poison.digest,
        poisoned=True,
    )


def failed(service: ServiceName, message: Message, reason: str, error: str) -> SetAside:
    return SetAside(
        dead_letter_id(service, message.record),
        message.record,
        reason,
        error,
        str(message.envelope.id),
        message.data.TYPE,
    )


def dead_letter_id(service: ServiceName, record: Record) -> UUID:
    """The same record is the same dead letter of a service, however often it fails there."""
    return uuid5(RECORD_NAMESPACE, f"dead-letter/{service}/{record_id(record)}")


def blocking_key(record: Record) -> Key | None:
    """What waits behind it when it is set aside. What outsiders write stands for itself: nothing of it waits."""
    return None if record.key is None or is_partners(record.topic) else (record.topic, record.key)


async def set_aside(connection: Connection, letters: Sequence[SetAside], at: datetime) -> None:
    """Store dead letters and block their keys, those of our own topics."""
    if not letters:
        return
    of_partners = {each.id: each.record for each in letters if is_partners(each.record.topic)}
    theirs = {id_: record.value for id_, record in of_partners.items() if record.value}
    about = {id_: named.as_array(named.ids_of(record.key, record.value)) for id_, record in of_partners.items()}
    kept = await whole.seal(connection, PLACE, theirs)
    rows = [
        (
            letter.id,
            letter.record.topic,
            letter.record.partition,
            letter.record.offset,
            named.kept_key(letter.record.key) if letter.id in of_partners else letter.record.key,
            kept.get(letter.id, letter.record.value),
            letter.event_id,
            letter.event_type,
            letter.reason,
            letter.error,
            at,
            letter.record.arrived_ms,
            about.get(letter.id),
        )
        for letter in letters
    ]
    await connection.execute(_SET_ASIDE, *columns(rows))
    if skipped := [letter.id for letter in letters if letter.reason == SKIPPED.reason]:
        await connection.execute(_SKIPPED_BY, skipped)
    keys = sorted((*letter.key, letter.id) for letter in letters if letter.key is not None)
    if keys:
        await connection.execute(_BLOCK_KEYS, *columns(keys))


async def block(connection: Connection, records: Sequence[Record], at: datetime) -> None:
    """Keep records of blocked keys, in order, until their key is released."""
    rows = [(*record[:5], *(record.refused or (None, None))[:2], record.arrived_ms, at) for record in records]
    if rows:
        await connection.execute(_BLOCK_RECORDS, *columns(rows))


async def close_overtaken(
    connection: Connection, messages: Sequence[Message], at: datetime, by: str
) -> list[tuple[UUID, UUID]]:
    """Close the open letters of events that took effect by another record, those of the same topic and id; each one's
    id, and its event's.
    """
    topics, ids = {item.record.topic for item in messages}, [str(item.envelope.id) for item in messages]
    rows = await connection.fetch(_CLOSE_OVERTAKEN, sorted(topics), ids, at, by)
    return [(row["id"], UUID(row["event_id"])) for row in rows]


async def forget(connection: Connection, kept: timedelta, at_most: timedelta) -> None:
    """Forget what partners wrote in letters closed longer ago than `kept`, and in those that came longer ago than
    `at_most`, open or closed: it may be personal, also of somebody whom no letter names. That there was a letter, why,
    and what became of it, stays.
    """
    await whole.forget(connection, [row["id"] for row in await connection.fetch(_FORGET, kept, at_most)])


async def forget_of(connection: Connection, ids: Collection[UUID]) -> None:
    """The same at once, of letters that name any of these: what they are about was erased."""
    await whole.forget(connection, [row["id"] for row in await connection.fetch(_FORGET_OF, list(ids))])


async def look_at_older(connection: Connection) -> None:
    """Keep whom letters name that a release wrote which did not look. What cannot be opened is looked at later."""
    last = None
    while rows := await connection.fetch(_NOT_LOOKED_AT, last, AT_ONCE):
        for row in rows:
            with suppress(KeyAwayError, AlteredError):
                value = await whole.open_one(connection, PLACE, row["id"], row["value"])
                about = named.ids_of(row["key"], value)
                await connection.execute(_ABOUT, row["id"], about, named.kept_key(row["key"]))
        last = rows[-1]["id"]


async def blocked_among(connection: Connection, keys: Iterable[Key]) -> set[Key]:
    """Which of these keys are blocked. The rows stay share-locked: a replay that releases one of them waits."""
    if not await connection.fetchval("SELECT EXISTS (SELECT FROM blocked_key)"):
        return set()
    ordered = sorted(set(keys))
    rows = await connection.fetch(_BLOCKED_AMONG, [topic for topic, _ in ordered], [key for _, key in ordered])
    return {(row["topic"], row["key"]) for row in rows}


async def places_of(connection: Connection, keys: Iterable[Key]) -> dict[Key, tuple[int, int]]:
    """The partition and the offset of the letters that these keys are blocked by."""
    rows = await connection.fetch(_PLACES_OF, *columns(sorted(set(keys))))
    return {(row["topic"], row["key"]): (row["partition"], row["offset"]) for row in rows}


def _printable(record: Record) -> str | None:
    """A key that is one of ours is a UUID; anything else is shown as hexadecimal, cut. An outsider's may be a name."""
    if record.key is None:
        return None
    try:
        return str(UUID(record.key.decode()))
    except ValueError:
        return None if is_partners(record.topic) else f"0x{record.key[:32].hex()}"
