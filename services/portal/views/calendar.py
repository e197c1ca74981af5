"""Meetings as a calendar file (iCalendar, RFC 5545), for any program of calendars."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import NamedTuple

MEDIA = "text/calendar; charset=utf-8"
LONGEST = 75
"""Octets of a line: a longer one is folded (RFC 5545, 3.1)."""


class Entry(NamedTuple):
    """One meeting."""

    id: str
    starts_at: datetime
    ends_at: datetime
    title: str
    place: str
    cancelled: bool


def calendar(entries: Iterable[Entry], made_at: datetime) -> str:
    """The file. A meeting has the same `UID` each time, so that a program that reads it again moves what it has."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//PDP//Portal//ES"]
    for entry in entries:
        lines += [
            "BEGIN:VEVENT",
            f"UID:{entry.id}@pdp",
            f"DTSTAMP:{_moment(made_at)}",
            f"DTSTART:{_moment(entry.starts_at)}",
            f"DTEND:{_moment(entry.ends_at)}",
            f"SUMMARY:{_text(entry.title)}",
            f"LOCATION:{_text(entry.place)}",
            f"STATUS:{'CANCELLED' if entry.cancelled else 'CONFIRMED'}",
            "END:VEVENT",
        ]
    return "".join(f"{part}\r\n" for line in (*lines, "END:VCALENDAR") for part in _folded(line))


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _text(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace(";", r"\;").replace(",", r"\,")
    return escaped.replace("\r", "").replace("\n", r"\n")


def _folded(line: str) -> Iterator[str]:
    """Between characters: an octet of none is cut off."""
    part, size = "", 0
    for character in line:
        octets = len(character.encode())
        if size + octets > LONGEST:
            yield part
            part, size = " ", 1
        part += character
        size += octets
    yield part
