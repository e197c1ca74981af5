"""docs/events.md: every event with its topic, key, moment, fields and readers."""

import json
import re
from collections.abc import Iterable

from deploy.reference import markdown
from shared.service.event_reference import Event, Field, Part, Stream, reference

INTRODUCTION = """# Events

What each stage tells the others. A topic is one aggregate's stream: its records have the aggregate's id as their key
and stay in order. Writers write every field that is not optional; readers ignore fields that they do not know, and
accept reason codes that they do not know. Every service shows this page at `/events`, and the same as AsyncAPI 3.0
at `/asyncapi` (its own topics) and `/asyncapi/program` (all)."""


def page() -> str:
    found = reference()
    return markdown.page(
        INTRODUCTION,
        _topics(found.streams),
        "## The envelope",
        _described(found.envelope.about, found.envelope.fields),
        *(block for stream in found.streams for block in _stream(stream)),
        "## Parts of events",
        *(block for part in found.parts for block in _part(part)),
    )


def _topics(streams: Iterable[Stream]) -> str:
    head = ("Event", "When", "Topic", "Key", "Written by", "Read by")
    rows = (
        (
            f"[{event.name}](#{event.name.lower()})",
            event.about,
            f"`{stream.name}`",
            f"`{stream.key}`",
            stream.writer,
            ", ".join(stream.readers),
        )
        for stream in streams
        for event in stream.events
    )
    return markdown.table(head, rows)


def _stream(stream: Stream) -> Iterable[str]:
    yield f"## `{stream.name}`"
    yield (
        f"Key `{stream.key}`. Written by {stream.writer}, read by {', '.join(stream.readers)}. "
        f"{stream.partitions} partitions, kept {stream.retention_days} days."
    )
    for event in stream.events:
        yield from _event(event)


def _event(event: Event) -> Iterable[str]:
    yield f"### {event.name}"
    yield f"`{event.type}`"
    yield _described(event.about, event.fields)
    example = json.dumps(event.example["data"], ensure_ascii=False)
    yield f"<details><summary>Example of its data</summary>\n\n```json\n{example}\n```\n\n</details>"


def _part(part: Part) -> Iterable[str]:
    yield f"### {part.name}"
    yield _described(part.about, part.fields)


def _described(about: str, fields: Iterable[Field]) -> str:
    head = ("Field", "Type", "", "Meaning")
    rows = ((f"`{each.name}`", _linked(each.type), "" if each.needed else "optional", each.about) for each in fields)
    return f"{about}\n\n{markdown.table(head, rows)}"


def _linked(type_: str) -> str:
    return re.sub(r"\[([A-Z][a-z]\w*)\]", lambda name: f"[{name[1]}](#{name[1].lower()})", type_)
