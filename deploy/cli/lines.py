"""One record as one readable line. It shows what an event is about, never what is in it."""

from __future__ import annotations

import json
from datetime import datetime

from deploy.cli.events import Event, outline, printable
from deploy.provision.reader import Entry
from shared.security.jwe import key_id

UUID_WIDTH = 36
TYPE_WIDTH = 32
"""That of the longest type."""


def line(entry: Entry) -> str:
    """Time, type, key, correlation and reasons; the ids are whole, so that other commands take them."""
    event = Event.of(entry)
    reasons = " ".join(map(str, event.reasons))
    parts = (
        moment(event.at),
        f"{_name(event):<{TYPE_WIDTH}}",
        f"{event.key or '–':<{UUID_WIDTH}}",
        event.correlation or "–",
    )
    return "  ".join([*parts, *([reasons] if reasons else [])])


def referral_line(entry: Entry) -> str:
    """What a partner's referral is about: its whole id, product, amount, until when to answer, whether it is a test."""
    event = Event.of(entry)
    if isinstance(closed := outline(entry.value).get("data"), str):
        return "  ".join([moment(event.at), event.key or "–", event.name, f"encrypted {printable(key_id(closed))}"])
    need = event.data.get("need")
    amount = need.get("amount") if isinstance(need, dict) else None
    money = f"{amount.get('amount')} {amount.get('currency')}" if isinstance(amount, dict) else None
    parts = (event.field("referral_id"), event.name, event.field("product"), money, event.field("answer_due_at"))
    marks = ["test"] if event.data.get("test") is True else []
    return "  ".join([moment(event.at), *(printable(part) or "–" for part in parts), *marks])


def refusal_line(entry: Entry) -> str:
    """Which of a partner's answers had no effect, why, and the referral; the words are in --json."""
    event = Event.of(entry)
    offset = event.data.get("offset")
    which = event.field("answer_id") or (None if offset is None else f"offset {offset}")
    parts = (which, event.name, event.field("outcome"), event.field("reason"), event.field("referral_id"))
    return "  ".join([moment(event.at), *(printable(part) or "–" for part in parts)])


def json_line(entry: Entry) -> str:
    """The record whole, for programs: its place, its key, and its event or, where it is none, its text."""
    value = (entry.value or b"").decode("utf-8", "backslashreplace")
    event = outline(entry.value)
    place = {
        "topic": entry.topic,
        "partition": entry.partition,
        "offset": entry.offset,
        "timestamp": entry.timestamp_ms,
    }
    key = None if entry.key is None else entry.key.decode("utf-8", "backslashreplace")
    return json.dumps(place | {"key": key} | ({"event": event} if event else {"value": value}), ensure_ascii=False)


def moment(at: datetime) -> str:
    """The time of today, or else the day before it."""
    local = at.astimezone()
    today = datetime.now(local.tzinfo).date()
    return f"{local:%H:%M:%S}" if local.date() == today else f"{local:%Y-%m-%d %H:%M:%S}"


def _name(event: Event) -> str:
    """The type; with the topic where the type does not tell it."""
    if event.type is None:
        return f"{event.topic} {event.name}"
    return f"{event.stage} {event.type}" if event.type.partition(".")[0] != event.stage else event.type
