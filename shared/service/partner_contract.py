"""What a partner builds against: its topics in AsyncAPI, and each event as one JSON Schema that stands alone."""

from collections.abc import Mapping
from typing import Any

from shared.contracts.event import EventData
from shared.messaging.topics import partner_topics
from shared.service.asyncapi import CLOUD_EVENT, PARTNER, about, document_of, facts_of, schemas_of

Json = dict[str, Any]

DIALECT = "http://json-schema.org/draft-07/schema#"

TOPICS = partner_topics("{partner}")
EVENTS: Mapping[str, type[EventData]] = {event.TYPE: event for topic in TOPICS for event in topic.events}


def document() -> Json:
    """AsyncAPI 3.0 of one partner's topics: `partner` in its names is the partner."""
    told = "What one financing partner reads and writes; `partner` stands for its code."
    return document_of("Supplier Development Program: a financing partner", told, TOPICS, [PARTNER])


def schema(type_: str) -> Json:
    """The whole record's value, a CloudEvent with its `data`, in JSON Schema draft 7. Raises KeyError."""
    event = EVENTS[type_]
    definitions = schemas_of([event])
    data = _moved(definitions.pop(event.__name__))
    [topic] = [topic for topic in TOPICS if event in topic.events]
    return {
        "$schema": DIALECT,
        "title": event.__name__,
        "description": about(event),
        "allOf": [CLOUD_EVENT, facts_of(event, topic, data)],
        "definitions": {name: _moved(each) for name, each in sorted(definitions.items())},
    }


def _moved(found: Any) -> Any:  # noqa: ANN401 - any JSON
    """The same with its references within one document."""
    if isinstance(found, dict):
        return {name: _moved(value) for name, value in found.items()}
    if isinstance(found, list):
        return [_moved(each) for each in found]
    return found.replace("#/components/schemas/", "#/definitions/") if isinstance(found, str) else found
