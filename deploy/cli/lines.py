"""One record as one readable line. It shows what an event is about, never what is in it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from deploy.provision.reader import Entry

SHORT = 8
"""The last digits: those of a UUIDv7 that differ between two events of the same minute."""


def line(entry: Entry) -> str:
    """Time, topic, type, key and correlation."""
    event = outline(entry.value)
    key = _short(None if entry.key is None else entry.key.decode("utf-8", "backslashreplace"))
    correlation = _short(_text(event.get("correlationid")))
    return f"{_clock(entry)}  {entry.topic:<30}  {_type(entry):<36}  {key:<{SHORT}}  {correlation}"


def referral_line(entry: Entry) -> str:
    """What a partner's referral is about: its whole id, the product, the amount, and until when to answer."""
    data = outline(entry.value).get("data")
    fields = data if isinstance(data, dict) else {}
    need = fields.get("need")
    amount = need.get("amount") if isinstance(need, dict) else None
    money = f"{amount.get('amount')} {amount.get('currency')}" if isinstance(amount, dict) else None
    parts = (fields.get("referral_id"), _type(entry), fields.get("product"), money, fields.get("answer_due_at"))
    return "  ".join([_clock(entry), *(_text(part) or "–" for part in parts)])


def outline(value: bytes | None) -> dict[str, Any]:
    """The event's attributes; nothing when the record is no event."""
    try:
        event = json.loads(value or b"")
    except (ValueError, RecursionError):
        return {}
    return event if isinstance(event, dict) else {}


def _clock(entry: Entry) -> str:
    moment = datetime.fromtimestamp(entry.timestamp_ms / 1000, tz=UTC).astimezone()
    return f"{moment:%H:%M:%S}.{moment.microsecond // 1000:03d}"


def _type(entry: Entry) -> str:
    return _text(outline(entry.value).get("type")) or f"({len(entry.value or b'')} bytes)"


def _text(value: object) -> str | None:
    """Printable text of bounded length: a record may hold anything, escape sequences too."""
    return "".join(char for char in value[:100] if char.isprintable()) if isinstance(value, str) else None


def _short(id_: str | None) -> str:
    return "–" if not id_ else "".join(char for char in id_ if char.isprintable())[-SHORT:]
