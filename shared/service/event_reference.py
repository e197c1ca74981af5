"""Every event in words: what the page `/events` and docs/events.md show, made from the program's AsyncAPI document."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from shared.messaging.topics import STAGE_TOPICS, Topic, audit_topic, dead_letter_topic, partner_topics
from shared.service.asyncapi import about, program, readers_of, writer_of
from shared.service.schema_words import type_of

Schema = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    type: str
    needed: bool
    """Whether every writer must write it."""
    about: str


@dataclass(frozen=True, slots=True)
class Part:
    """An object that events are made of, or the envelope around them."""

    name: str
    about: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Event:
    name: str
    type: str
    about: str
    fields: tuple[Field, ...]
    example: Schema


@dataclass(frozen=True, slots=True)
class Stream:
    """A topic."""

    name: str
    key: str
    writer: str
    readers: tuple[str, ...]
    partitions: int
    retention_days: int
    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class Reference:
    envelope: Part
    streams: tuple[Stream, ...]
    parts: tuple[Part, ...]


def reference() -> Reference:
    """All of it. Dead letters are told once for every service, and topics of partners once for every partner."""
    components = program()["components"]
    schemas = components["schemas"]
    topics = (*STAGE_TOPICS, *partner_topics("{partner}"), dead_letter_topic("{service}"), audit_topic("{service}"))
    streams = tuple(_stream(topic, components) for topic in topics)
    events = {event.name for stream in streams for event in stream.events}
    parts = (_part(name, schemas) for name in sorted(set(schemas) - events - {"CloudEvent"}))
    return Reference(_part("CloudEvent", schemas), streams, tuple(parts))


def _stream(topic: Topic, components: Schema) -> Stream:
    return Stream(
        name=topic.name,
        key=topic.key,
        writer=writer_of(topic),
        readers=tuple(readers_of(topic)),
        partitions=topic.partitions,
        retention_days=topic.retention_days,
        events=tuple(
            Event(
                event.__name__,
                event.TYPE,
                about(event),
                tuple(_fields(components["schemas"][event.__name__])),
                components["messages"][event.TYPE]["examples"][0]["payload"],
            )
            for event in topic.events
        ),
    )


def _part(name: str, schemas: Schema) -> Part:
    return Part(name, " ".join(schemas[name].get("description", "").split()), tuple(_fields(schemas[name])))


def _fields(schema: Schema) -> Iterator[Field]:
    for name, field in schema["properties"].items():
        text = " ".join(field.get("description", "").split())
        yield Field(name, type_of(field), name in schema.get("required", ()), text)
