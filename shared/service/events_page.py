"""`/events`: every event of the program as one page, whole by itself: no script, no address, nothing to fetch."""

import json
import re
from collections.abc import Iterable, Sequence
from functools import cache
from html import escape

from shared.service.event_reference import Event, Field, Part, Stream, reference

STYLE = """
:root { color-scheme: light dark }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 68rem; margin: 0 auto; padding: 1rem }
table { border-collapse: collapse; width: 100%; margin: .5rem 0 }
th, td { text-align: left; vertical-align: top; padding: .25rem .75rem .25rem 0; border-bottom: 1px solid #8886 }
h2 { margin-top: 2.5rem } h3 { margin-top: 1.75rem; margin-bottom: 0 }
code { font-size: .9em; overflow-wrap: anywhere } pre { overflow-x: auto; background: #8882; padding: .75rem }
"""

INTRODUCTION = """
<h1>Events of the Supplier Development Program</h1>
<p>What each stage tells the others, on which topic, and what is in it. The same as data (AsyncAPI 3.0):
<a href="asyncapi">this service</a>, <a href="asyncapi/program">the whole program</a>.</p>
"""


@cache
def page() -> str:
    """It says the same for as long as the process runs."""
    found = reference()
    body = "".join(
        (
            INTRODUCTION,
            _topics(found.streams),
            "<h2 id='CloudEvent'>The envelope</h2>",
            _described(found.envelope.about, found.envelope.fields),
            *(_stream(stream) for stream in found.streams),
            "<h2>Parts of events</h2>",
            *(_part(part) for part in found.parts),
        )
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Events</title>'
        '<meta name="viewport" content="width=device-width">'
        f"<style>{STYLE}</style></head><body>{body}</body></html>"
    )


def _topics(streams: Iterable[Stream]) -> str:
    rows = (
        (
            f'<a href="#{escape(stream.name)}">{escape(stream.name)}</a>',
            f"<code>{stream.key}</code>",
            escape(stream.writer),
            ", ".join(stream.readers),
            ", ".join(f'<a href="#{event.name}">{event.name}</a>' for event in stream.events),
        )
        for stream in streams
    )
    return _table(("Topic", "Key", "Written by", "Read by", "Events"), rows)


def _stream(stream: Stream) -> str:
    told = (
        f"Key <code>{stream.key}</code>. Written by {escape(stream.writer)}, read by {', '.join(stream.readers)}. "
        f"{stream.partitions} partitions, kept {stream.retention_days} days."
    )
    heading = f'<h2 id="{escape(stream.name)}">{escape(stream.name)}</h2><p>{told}</p>'
    return heading + "".join(_event(event) for event in stream.events)


def _event(event: Event) -> str:
    example = escape(json.dumps(event.example, indent=2, ensure_ascii=False))
    return (
        f'<h3 id="{event.name}">{event.name}</h3><p><code>{event.type}</code></p>'
        f"{_described(event.about, event.fields)}<details><summary>Example</summary><pre>{example}</pre></details>"
    )


def _part(part: Part) -> str:
    return f'<h3 id="{part.name}">{part.name}</h3>' + _described(part.about, part.fields)


def _described(about: str, fields: Iterable[Field]) -> str:
    rows = (
        (f"<code>{field.name}</code>", _words(field.type), "" if field.needed else "optional", _words(field.about))
        for field in fields
    )
    return f"<p>{_words(about)}</p>" + _table(("Field", "Type", "", "Meaning"), rows)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    cells = "".join(f"<th>{each}</th>" for each in head)
    lines = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{cells}</tr></thead><tbody>{lines}</tbody></table>"


def _words(text: str) -> str:
    """Code and the names of parts, marked as in the reference."""
    marked = re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text, quote=False))
    return re.sub(r"\[([A-Z][a-z]\w*)\]", r'<a href="#\1">\1</a>', marked)
