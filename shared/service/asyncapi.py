"""AsyncAPI 3.0 of a service, made from the topic catalogue and the contracts."""

from typing import Any

from shared.contracts.envelope import CONTENT_TYPE
from shared.contracts.event import EventData
from shared.messaging.topics import Topic, catalogue


def document(service: str) -> dict[str, Any]:
    """The topics that a service reads and writes, with the schema of each event."""
    topics = [topic for topic in catalogue(["{partner}"]) if service in (topic.writer, *topic.readers)]
    events = {event.TYPE: event for topic in topics for event in topic.events}
    return {
        "asyncapi": "3.0.0",
        "info": {"title": f"Supplier Development Program: {service}", "version": "1"},
        "defaultContentType": CONTENT_TYPE,
        "channels": {topic.name: _channel(topic) for topic in topics},
        "operations": {
            f"{action}:{topic.name}": {"action": action, "channel": {"$ref": f"#/channels/{_pointer(topic.name)}"}}
            for topic in topics
            for action in _actions(service, topic)
        },
        "components": {"messages": {type_: _message(event) for type_, event in sorted(events.items())}},
    }


def _actions(service: str, topic: Topic) -> list[str]:
    return ["send"] * (topic.writer == service) + ["receive"] * (service in topic.readers)


def _channel(topic: Topic) -> dict[str, Any]:
    return {
        "address": topic.name,
        "messages": {event.TYPE: {"$ref": f"#/components/messages/{event.TYPE}"} for event in topic.events},
        "bindings": {"kafka": {"partitions": topic.partitions, "topicConfiguration": topic.config}},
    }


def _message(event: type[EventData]) -> dict[str, Any]:
    return {"name": event.TYPE, "summary": (event.__doc__ or "").strip(), "payload": event.model_json_schema()}


def _pointer(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
