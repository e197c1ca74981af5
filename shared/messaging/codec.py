"""Events to bytes and back. Decoding never raises: a record is a `Message` or a `Poison`."""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Annotated, Any, Generic, Literal, TypeVar
from uuid import UUID, uuid5

from pydantic import AwareDatetime, BaseModel, ConfigDict, StringConstraints, ValidationError
from pydantic_core import from_json, to_json

from shared.contracts.envelope import Envelope
from shared.contracts.event import Cause, EventData
from shared.messaging.topics import EVENT_TYPES

RECORD_NAMESPACE = UUID("6f0f4f5e-3b0a-5b3c-9a4e-1d2c3b4a5f60")
"""Namespace of the identities that records without a usable event id are given."""

FIELD_NAME = re.compile(r"[a-z_0-9]{1,30}$")
"""What a contract's field looks like; anything else in an error's location comes from the record itself."""

PoisonReason = Literal[
    "tombstone", "not_json", "not_an_event", "unknown_type", "wrong_shape", "wrong_topic", "wrong_key"
]

D = TypeVar("D", bound=EventData)
Id = Annotated[str, StringConstraints(min_length=1, max_length=200)]


@dataclass(frozen=True, slots=True)
class Record:
    """One Kafka record, without its headers: they are hostile bytes that nothing here needs."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None


@dataclass(frozen=True, slots=True)
class Message:
    """A record that is an event."""

    record: Record
    envelope: Envelope
    message_id: UUID

    @property
    def data(self) -> EventData:
        return self.envelope.data


@dataclass(frozen=True, slots=True)
class Poison:
    """A record that is none."""

    record: Record
    reason: PoisonReason
    error: str
    message_id: UUID
    event_id: str | None = None
    event_type: str | None = None


class _Wire(BaseModel, Generic[D]):
    """The attributes of a CloudEvent that are read; unknown ones pass."""

    model_config = ConfigDict(extra="ignore")

    specversion: Literal["1.0"]
    id: UUID
    source: Id
    type: Id
    time: AwareDatetime
    data: D
    correlationid: Id | None = None
    causationid: Id | None = None
    traceparent: Id | None = None


@cache
def _wire(event: type[EventData]) -> type[_Wire[Any]]:
    return _Wire[event]  # type: ignore[valid-type]


def encode(envelope: Envelope) -> bytes:
    """The wire form of an event."""
    data, cause = envelope.data, envelope.cause
    attributes: dict[str, Any] = {
        "specversion": "1.0",
        "id": str(envelope.id),
        "type": data.TYPE,
        "source": envelope.source,
        "subject": str(data.key),
        "time": _instant(envelope.time),
        "datacontenttype": "application/json",
        "correlationid": cause.correlation_id,
        "causationid": cause.causation_id,
        "traceparent": cause.traceparent,
        "data": data,
    }
    return to_json({name: value for name, value in attributes.items() if value is not None})


def _instant(time: datetime) -> str:
    return time.isoformat(timespec="microseconds").replace("+00:00", "Z")


def decode(record: Record) -> Message | Poison:
    """Read a record, whatever its bytes are."""
    if record.value is None:
        return _poison(record, "tombstone", "no value")
    try:
        # Only the type is looked at here; the strict reading below is compiled for that type.
        outline = from_json(record.value, cache_strings="keys")
    except ValueError as error:
        return _poison(record, "not_json", type(error).__name__)
    if not isinstance(outline, dict) or not isinstance(outline.get("type"), str):
        return _poison(record, "not_an_event", "no type")
    event = EVENT_TYPES.get(outline["type"])
    if event is None:
        return _poison(record, "unknown_type", "type not in the contracts", outline)
    try:
        wire = _wire(event).model_validate_json(record.value)
    except ValidationError as error:
        return _poison(record, "wrong_shape", _first_location(error), outline)
    if wire.data.topic != record.topic:
        return _poison(record, "wrong_topic", "this type does not belong on this topic", outline)
    if record.key != str(wire.data.key).encode():
        return _poison(record, "wrong_key", "the key is not the aggregate's", outline)
    cause = Cause(
        correlation_id=wire.correlationid or str(wire.id), causation_id=wire.causationid, traceparent=wire.traceparent
    )
    envelope = Envelope(wire.id, wire.source, wire.time, wire.data, cause)
    return Message(record, envelope, message_id(record.topic, wire.id))


def message_id(topic: str, event_id: UUID) -> UUID:
    """Identity of a message in the inbox. Within a partner's topic ids are that partner's choice: kept apart."""
    return uuid5(RECORD_NAMESPACE, f"{topic}/{event_id}") if topic.startswith("partner.") else event_id


def record_id(record: Record) -> UUID:
    """Identity of a record that has no event id."""
    return uuid5(RECORD_NAMESPACE, f"{record.topic}/{record.partition}/{record.offset}")


def sha256(value: bytes | None) -> str:
    return hashlib.sha256(value or b"").hexdigest()


def _first_location(error: ValidationError) -> str:
    """Where the shape broke, without the value that broke it."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    where = ".".join(str(part) if FIELD_NAME.match(str(part)) else "?" for part in first["loc"])
    return f"{first['type']} at {where}"[:200]


def _poison(record: Record, reason: PoisonReason, error: str, outline: dict[str, Any] | None = None) -> Poison:
    def text(name: str) -> str | None:
        value = (outline or {}).get(name)
        return value[:100] if isinstance(value, str) else None

    return Poison(record, reason, error, record_id(record), text("id"), text("type"))
