"""One record as people look at it: what it is about, why, and what caused it; never whose it is."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from deploy.provision.reader import Entry

CODE = re.compile(r"[a-z][a-z0-9_]{1,60}")
"""A reason code as the contracts have it; what else stands there may be anybody's words, and is not shown."""
MATTER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,40}")
LONGEST = 100
"""Characters of an attribute: a record may hold anything."""
SETTLED = frozenset({"met", "ok", "not_asked"})
"""Reasons that say that nothing is amiss."""
NAMED_BY = ("criterion", "gate", "question", "product", "area", "matter")
"""Fields that say what a reason beside them is about."""


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason code of an event, and what it is about."""

    code: str
    about: str | None = None

    def __str__(self) -> str:
        return self.code if self.about is None else f"{self.about}:{self.code}"


@dataclass(frozen=True, slots=True)
class Event:
    """The attributes of one record; None what it does not have."""

    topic: str
    at: datetime
    key: str | None
    id: str | None
    type: str | None
    correlation: str | None
    causation: str | None
    data: dict[str, Any]
    size: int

    @classmethod
    def of(cls, entry: Entry) -> Event:
        read = outline(entry.value)
        told = read.get("data")
        data = told if isinstance(told, dict) else {}
        return cls(
            topic=entry.topic,
            at=_time(read.get("time")) or datetime.fromtimestamp(entry.timestamp_ms / 1000, tz=UTC),
            key=None if entry.key is None else printable(entry.key.decode("utf-8", "backslashreplace")),
            id=printable(read.get("id")),
            type=printable(read.get("type")),
            correlation=printable(read.get("correlationid")),
            # A dead letter is about an event, and comes from it.
            causation=printable(
                read.get("causationid") or (data.get("event_id") if "dead_letter_id" in data else None)
            ),
            data=data,
            size=len(entry.value or b""),
        )

    @property
    def stage(self) -> str:
        """Whose event it is: a service, or a partner."""
        return self.topic.rpartition(".")[0].rpartition(".")[0]

    @property
    def name(self) -> str:
        return self.type or f"({self.size} bytes)"

    @property
    def reasons(self) -> list[Reason]:
        """Why it was decided so, each once, in the order of the content. What is met is left out."""
        return [*dict.fromkeys(reason for reason in _reasons(self.data) if reason.code not in SETTLED)]

    def field(self, name: str) -> str | None:
        """An id or a code of the content."""
        return printable(self.data.get(name))


def outline(value: bytes | None) -> dict[str, Any]:
    """The event's attributes; nothing when the record is no event."""
    try:
        event = json.loads(value or b"")
    except (ValueError, RecursionError):
        return {}
    return event if isinstance(event, dict) else {}


def printable(value: object) -> str | None:
    """Printable text of bounded length: a record may hold escape sequences too."""
    return "".join(char for char in value[:LONGEST] if char.isprintable()) if isinstance(value, str) else None


def _time(value: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return moment if moment is not None and moment.tzinfo is not None else None


def _reasons(data: object) -> Iterator[Reason]:
    if isinstance(data, dict):
        about = next((data[name] for name in NAMED_BY if _is(MATTER, data.get(name))), None)
        for code in (data.get("reason"), *_texts(data.get("reasons"))):
            if _is(CODE, code):
                yield Reason(str(code), about)
        for value in data.values():
            yield from _reasons(value)
    elif isinstance(data, list):
        for value in data:
            yield from _reasons(value)


def _is(form: re.Pattern[str], value: object) -> bool:
    return isinstance(value, str) and form.fullmatch(value) is not None


def _texts(value: object) -> list[object]:
    return value if isinstance(value, list) else []
