"""Events to bytes and back. Decoding never raises: a record is a `Message` or a `Poison`.

The attributes are read by a compiled msgspec decoder, which leaves `data` as bytes for the contract's own pydantic
validator: every byte is parsed once.
"""

import hashlib
import re
from collections.abc import Callable, Collection
from contextlib import suppress
from datetime import datetime
from functools import cache
from typing import Annotated, Any, Literal, NamedTuple
from uuid import UUID, uuid5

import msgspec
from pydantic import ValidationError
from pydantic_core import from_json

from shared.contracts.encrypted import Encrypted
from shared.contracts.envelope import JSON_TYPE, Envelope
from shared.contracts.event import Cause, EventData
from shared.messaging import shown
from shared.messaging.topics import EVENT_TYPES, MAX_ANSWER_BYTES, MAX_EVENT_BYTES, is_partners, recipient_of
from shared.runtime.ids import id_text, text_of
from shared.runtime.numbers import has_inexact
from shared.runtime.traceparent import well_formed

RECORD_NAMESPACE = UUID("6f0f4f5e-3b0a-5b3c-9a4e-1d2c3b4a5f60")
"""Namespace of the identities that records without a usable event id are given."""

LONGEST_KEY = 200
"""Bytes. Ours have 36; what is longer is no aggregate's, and an index would not hold it."""

BACKSLASH, ESCAPED_NUL = b"\\", b"\\u0000"
NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
"""The escape itself; behind a backslash that is escaped it is six characters of text."""

LEAP_SECOND = re.compile(rb'("\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:)60(?=(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:\d\d)")')
"""A minute's 61st second (RFC 3339, 5.7), which no clock here has: taken as the second before it."""

PoisonReason = Literal[
    "tombstone",
    "not_json",
    "not_an_event",
    "unknown_type",
    "wrong_shape",
    "wrong_topic",
    "wrong_key",
    "unreadable",
    "too_large",
    "skipped",
]

Id = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class Refused(NamedTuple):
    """What was found before a record was decoded."""

    reason: PoisonReason
    error: str
    message_id: UUID | None = None
    """What the inbox knows it by, where that is not its own."""


TOMBSTONE = Refused("tombstone", "no value")
SKIPPED = Refused("skipped", "an operator's wish")


class Record(NamedTuple):
    """One Kafka record, without its headers: they are hostile bytes that nothing here needs."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    refused: Refused | None = None
    """Why it is no event whatever its value is, which may be known no more."""
    arrived_ms: int | None = None
    """When the broker took it, in milliseconds since 1970; None where only its writer's clock would say."""


class Message(NamedTuple):
    """A record that is an event."""

    record: Record
    envelope: Envelope
    message_id: UUID

    @property
    def data(self) -> EventData:
        return self.envelope.data


class Poison(NamedTuple):
    """A record that is none."""

    record: Record
    reason: PoisonReason
    error: str
    message_id: UUID
    event_id: str | None = None
    event_type: str | None = None
    digest: tuple[int, str] | None = None
    """Size and SHA-256 of a value that is too large to be kept."""


class _Read(msgspec.Struct):
    """The attributes of a CloudEvent that are read; unknown ones pass."""

    specversion: Literal["1.0"]
    id: UUID
    type: Id
    source: Id
    time: Annotated[datetime, msgspec.Meta(tz=True)]
    data: msgspec.Raw
    correlationid: Id | None = None
    causationid: Id | None = None
    traceparent: Id | None = None


class _Written(msgspec.Struct, omit_defaults=True):
    """The attributes of a CloudEvent as they are written; absent ones are left out."""

    specversion: str
    id: UUID
    type: str
    source: str
    subject: UUID
    time: datetime
    datacontenttype: str
    data: Any
    correlationid: str
    causationid: str | None = None
    traceparent: str | None = None


_read = msgspec.json.Decoder(_Read).decode
_write = msgspec.json.Encoder().encode

UNREADABLE = (msgspec.MsgspecError, ValueError, RecursionError)
"""What bytes that are no event can raise: bad JSON or UTF-8, wrong attributes, nesting without end."""

ATTRIBUTE = re.compile(r"at `\$\.([a-z]{1,20})`$")


def encode(envelope: Envelope) -> bytes:
    """The wire form of an event."""
    data, cause = envelope.data, envelope.cause
    id_, source, time = envelope.id, envelope.source, envelope.time
    return _write(_Written("1.0", id_, data.TYPE, source, data.key, time, JSON_TYPE, data, *cause[:3]))


def data_of(type_: str, value: bytes) -> EventData:
    """What an event of our own says. Raises where the value is no such event."""
    return _data(EVENT_TYPES[type_], _read(value).data)


def decode(record: Record) -> Message | Poison:
    """Read a record, whatever its bytes are."""
    read = _attributes(record)
    return read if isinstance(read, Poison) else _event(record, read)


def decode_one_of(record: Record, types: Collection[str]) -> Message | Poison | None:
    """Read a record, whatever its bytes are. None where it is a stage's event of none of these types: what it says is
    not looked at.
    """
    read = _attributes(record)
    if isinstance(read, Poison):
        return read
    return _event(record, read) if read.type in types or is_partners(record.topic) else None


def _attributes(record: Record) -> _Read | Poison:
    value = record.value
    if record.refused is not None or value is None:
        return _refused(record, record.refused or TOMBSTONE)
    theirs = is_partners(record.topic)
    # Hardly an event has a backslash, which is found in a tenth of the time.
    may_have_nul = BACKSLASH in value and ESCAPED_NUL in value
    if (theirs or may_have_nul or len(value) > MAX_ANSWER_BYTES) and (unfit := _unfit(record, value)):
        return unfit
    if theirs and LEAP_SECOND.search(value):
        value = LEAP_SECOND.sub(rb"\g<1>59", value)
    try:
        read = _read(value)
    except UNREADABLE as error:
        return _unreadable(record, value, error)
    if read.type not in EVENT_TYPES:
        return _poison(record, "unknown_type", "type not in the contracts", read.id, read.type)
    return read


def _event(record: Record, read: _Read) -> Message | Poison:
    theirs = is_partners(record.topic)
    try:
        data = _data(EVENT_TYPES[read.type], read.data, theirs=theirs)
    except ValidationError as error:
        closed = recipient_of(record.topic) and Encrypted.read(read.type, record.topic, record.key, bytes(read.data))
        if not closed:
            return _poison(record, "wrong_shape", shown.place_of(error), read.id, read.type)
        data = closed
    if data.topic != record.topic:
        return _poison(record, "wrong_topic", "this type does not belong on this topic", read.id, read.type)
    if record.key != text_of(data.key).encode():
        return _poison(record, "wrong_key", "the key is not the aggregate's", read.id, read.type)
    own = read.correlationid or text_of(read.id)
    cause = _of_partner(read) if theirs else Cause(own, read.causationid, read.traceparent)
    return Message(record, Envelope(read.id, read.source, read.time, data, cause), message_id(record.topic, read.id))


def _data(event: type[EventData], written: msgspec.Raw, *, theirs: bool = False) -> EventData:
    """What an event says. Raises ValidationError.

    A stage made its event by the whole contract, and nobody else may write to its topics: the compiled decoder sees to
    the shape, types and closed vocabularies. What it does not take, and all that a partner writes, the contract judges.
    """
    if not theirs:
        with suppress(*UNREADABLE):
            return _decoder(event.TYPE)(written)
    return event.model_validate_json(bytes(written))


@cache
def _decoder(type_: str) -> Callable[[msgspec.Raw], EventData]:
    return msgspec.json.Decoder(EVENT_TYPES[type_]).decode


def _of_partner(read: _Read) -> Cause:
    """What an outsider says of where its event comes from goes on to logs and other events: ids alone do."""
    correlation = id_text(read.correlationid) or text_of(read.id)
    return Cause(correlation, id_text(read.causationid), well_formed(read.traceparent))


def _unfit(record: Record, value: bytes) -> Poison | None:
    """Why no store takes it."""
    if _is_too_large(record):
        return _refused(record, Refused("too_large", f"{len(value)} bytes"))
    # The search by pattern looks at each byte: a fifth of a second for the largest event.
    if ESCAPED_NUL in value and NUL.search(value):
        return _poison(record, "wrong_shape", "a NUL character, which no store keeps")
    if not is_partners(record.topic) or not has_inexact(value):
        return None
    return _poison(record, "wrong_shape", "a number with more digits than are kept")


def _refused(record: Record, refused: Refused) -> Poison:
    """A value beyond its topic's limit is known by size and hash: stored, it would fill the store for its writer."""
    poison = _poison(record, refused.reason, refused.error)._replace(message_id=refused.message_id or record_id(record))
    if record.value is None or not _is_too_large(record):
        return poison
    kept = poison.record._replace(value=None, refused=refused)
    return poison._replace(record=kept, digest=(len(record.value), sha256(record.value)))


def _is_too_large(record: Record) -> bool:
    return len(record.value or b"") > (MAX_ANSWER_BYTES if is_partners(record.topic) else MAX_EVENT_BYTES)


def _unreadable(record: Record, value: bytes, error: Exception) -> Poison:
    """Why the attributes could not be read: looked at again, as the compiled decoder stops at the first trouble."""
    try:
        outline = from_json(value)
    except ValueError as broken:
        return _poison(record, "not_json", type(broken).__name__)
    if not isinstance(outline, dict) or not isinstance(outline.get("type"), str):
        return _poison(record, "not_an_event", "no type")
    reason: PoisonReason = "wrong_shape" if outline["type"] in EVENT_TYPES else "unknown_type"
    where = ATTRIBUTE.search(str(error))
    return _poison(record, reason, f"attribute {where[1] if where else '?'}", outline.get("id"), outline["type"])


def message_id(topic: str, event_id: UUID) -> UUID:
    """Identity of a message in the inbox. Within a partner's topic ids are that partner's choice: kept apart."""
    return uuid5(RECORD_NAMESPACE, f"{topic}/{event_id}") if is_partners(topic) else event_id


def record_id(record: Record) -> UUID:
    """Identity of a record that has no event id. Its place alone would not do: after a lost Kafka places begin anew."""
    return uuid5(RECORD_NAMESPACE, f"{record.topic}/{record.partition}/{record.offset}/{sha256(record.value)}")


def sha256(value: bytes | None) -> str:
    return hashlib.sha256(value or b"").hexdigest()


def _poison(
    record: Record, reason: PoisonReason, error: str, event_id: object = None, event_type: object = None
) -> Poison:
    id_, type_ = shown.id_of(event_id), shown.type_of(event_type, record.topic)
    return Poison(_with_short_key(record), reason, error, record_id(record), id_, type_)


def _with_short_key(record: Record) -> Record:
    key = record.key or b""
    return record if len(key) <= LONGEST_KEY else record._replace(key=hashlib.sha256(key).digest())
