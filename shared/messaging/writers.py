"""Whose a record is, when it arrived, and what the log tells of it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from shared.contracts.event import Actor, Cause
from shared.messaging.codec import Message, Record
from shared.messaging.dead_letters import SetAside
from shared.messaging.topics import is_partners, principal_of
from shared.runtime import logging
from shared.runtime.ids import text_of

log = logging.get(__name__)


def writer(record: Record) -> Actor | None:
    """Whose it is: a partner's by its topic, to which only it writes, and financing what its people say at their desk.
    A stage's event has its actor there.
    """
    return Actor(principal_of(record.topic)) if is_partners(record.topic) else None


def caused_by(message: Message, actor: Actor | None = None) -> Cause:
    """Where what it leads to comes from. `actor`: who replays it."""
    envelope, record = message.envelope, message.record
    if is_partners(record.topic):
        return Cause(envelope.cause.correlation_id, text_of(envelope.id), None, actor or writer(record))
    return Cause(envelope.cause.correlation_id, text_of(envelope.id), envelope.cause.traceparent, actor)


def arrived_at(record: Record, now: datetime) -> datetime:
    """By the broker's clock, which may be ahead of ours."""
    return now if record.arrived_ms is None else min(datetime.fromtimestamp(record.arrived_ms / 1000, UTC), now)


def foreign(message: Message) -> str | None:
    """The context that a partner wrote: linked, never continued."""
    return message.envelope.cause.traceparent if is_partners(message.record.topic) else None


def letter_context(letter: SetAside) -> dict[str, Any]:
    """What the log tells of a dead letter."""
    record = letter.record
    return {
        "dead_letter_id": str(letter.id),
        "topic": record.topic,
        "partition": record.partition,
        "offset": record.offset,
        "reason": letter.reason,
        "error": letter.error,
        "event_id": letter.event_id,
    }


def tell_answers(consumed: Sequence[Message]) -> None:
    """What a partner said is no event of ours, but a link of the chain: without it, the log would lose the thread."""
    for message in consumed:
        if is_partners(message.record.topic):
            cause, record = caused_by(message), message.record
            log.info(
                "partner_answer_consumed",
                type=message.data.TYPE,
                aggregate_id=str(message.data.key),
                event_id=cause.causation_id,
                correlation_id=cause.correlation_id,
                causation_id=message.envelope.cause.causation_id,
                topic=record.topic,
                partition=record.partition,
                offset=record.offset,
            )
