"""AsyncAPI 3.0 of a service and of the whole program, made from the topic catalogue and the contracts.

Source: AsyncAPI 3.0.0; Kafka bindings 0.5.0. Schemas are JSON Schema draft 7, the dialect of AsyncAPI's own.
"""

import inspect
from collections.abc import Iterable, Iterator
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue, models_json_schema
from pydantic_core import core_schema

from shared.contracts.encrypted import MEDIA_TYPE
from shared.contracts.envelope import CONTENT_TYPE, JSON_TYPE
from shared.contracts.event import EventData, of_pydantic
from shared.messaging.topics import MAX_EVENT_BYTES, SERVICES, Topic, catalogue
from shared.service.schema_examples import example_of

Json = dict[str, Any]

PARTNER = "partner"
"""Stands for every financing partner: their topics differ in the code alone."""

KAFKA_BINDING = "0.5.0"

CLOUD_EVENT: Json = {
    "title": "CloudEvent",
    "description": "CloudEvents 1.0 in structured mode: a record's value is the whole event; its headers are not read.",
    "type": "object",
    "required": ["specversion", "id", "type", "source", "time", "data"],
    "properties": {
        "specversion": {"const": "1.0", "description": "Version of CloudEvents."},
        "id": {
            "type": "string",
            "format": "uuid",
            "description": "Identity (UUIDv7): an event that comes twice has the same.",
        },
        "type": {"type": "string", "description": "What happened."},
        "source": {
            "type": "string",
            "maxLength": 200,
            "description": "Who wrote it: a service, or `partner.` and its code.",
        },
        "subject": {"type": "string", "format": "uuid", "description": "The aggregate, as in the record's key."},
        "time": {"type": "string", "format": "date-time", "description": "When it was decided."},
        "datacontenttype": {
            "enum": [JSON_TYPE, MEDIA_TYPE],
            "description": f"Media type of `data`; `{MEDIA_TYPE}` where only its reader opens it.",
        },
        "data": {
            "anyOf": [{"type": "object"}, {"type": "string"}],
            "description": "The fact, with the state that its readers need; a text where only its reader opens it.",
        },
        "correlationid": {
            "type": "string",
            "maxLength": 200,
            "description": "The same for every event that follows from one request.",
        },
        "causationid": {
            "type": "string",
            "maxLength": 200,
            "description": "Id of the event that led to this one; absent where a person or a timer did.",
        },
        "traceparent": {
            "type": "string",
            "maxLength": 200,
            "description": "Trace context (W3C), where the request was traced.",
        },
    },
}


ENCRYPTED: Json = {
    "description": "Where the partner gave the program a public key: `data` is a JWE in compact form (RFC 7516), whose "
    "content is the other form's `data` as JSON. `kid` in its header names the key; `alg` is ECDH-ES+A256KW or "
    "RSA-OAEP-256, `enc` A256GCM.",
    "required": ["datacontenttype"],
    "properties": {
        "datacontenttype": {"const": MEDIA_TYPE},
        "data": {"type": "string", "pattern": r"^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+){4}$", "contentMediaType": MEDIA_TYPE},
    },
}


def document(service: str) -> Json:
    """The topics that one service reads and writes."""
    mine = [topic for topic in _catalogue() if service in _parties(topic)]
    about = f"The events that `{service}` reads and writes. `/asyncapi/program` of every service has those of all."
    return document_of(f"Supplier Development Program: {service}", about, mine, [service])


def program() -> Json:
    """Every topic, with everybody who reads and writes it."""
    about = "Every event of the program: who writes it, and who reads it."
    return document_of("Supplier Development Program", about, _catalogue(), [*SERVICES, PARTNER])


def _catalogue() -> tuple[Topic, ...]:
    return catalogue(["{partner}"])


def document_of(title: str, about: str, topics: Iterable[Topic], parties: list[str]) -> Json:
    topics = tuple(topics)
    events = {event.TYPE: event for topic in topics for event in topic.events}
    schemas = schemas_of(events.values())
    topic_of = {event.TYPE: topic for topic in topics for event in topic.events}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": title,
            "version": "1",
            "description": about
            + " A topic is one aggregate's stream, in order; readers ignore fields that they do not know.",
            "license": {"name": "Apache-2.0"},
            "tags": [{"name": party} for party in parties],
        },
        "defaultContentType": CONTENT_TYPE,
        "servers": _SERVERS,
        "channels": {channel_of(topic): _channel(topic) for topic in topics},
        "operations": dict(_operations(topics, parties)),
        "components": {
            "messages": {type_: _message(event, topic_of[type_], schemas) for type_, event in sorted(events.items())},
            "schemas": {"CloudEvent": CLOUD_EVENT, **schemas},
            "securitySchemes": {
                "scramSha256": {
                    "type": "scramSha256",
                    "description": "Kafka user and password (compose, one machine).",
                },
                "scramSha512": {"type": "scramSha512", "description": "Kafka user and password (Strimzi)."},
            },
        },
    }


_SERVERS: Json = {
    "kafka": {
        "host": "{bootstrap}",
        "protocol": "kafka-secure",
        "description": "The program's brokers, by TLS. A service or a partner is a user that may do what is said here.",
        "variables": {
            "bootstrap": {"default": "localhost:9092", "description": "`PDP_KAFKA_BOOTSTRAP` of the installation."}
        },
        "security": [{"$ref": f"#/components/securitySchemes/{each}"} for each in ("scramSha256", "scramSha512")],
    }
}


def channel_of(topic: Topic) -> str:
    """Name of a topic's channel; that of a partner's topic stands for every partner's."""
    return topic.name.replace("{partner}.", "")


def writer_of(topic: Topic) -> str:
    return _party(topic.writer)


def readers_of(topic: Topic) -> list[str]:
    return [_party(reader) for reader in topic.readers]


def _party(principal: str) -> str:
    return principal.removesuffix(".{partner}")


def _parties(topic: Topic) -> list[str]:
    return [writer_of(topic), *readers_of(topic)]


def _operations(topics: Iterable[Topic], parties: Iterable[str]) -> Iterator[tuple[str, Json]]:
    for topic in topics:
        channel = channel_of(topic)
        for party in parties:
            if party == writer_of(topic):
                yield f"{party}.send.{channel}", _operation("send", party, channel)
            if party in readers_of(topic):
                bindings = {"kafka": {"groupId": _group(party, topic), "bindingVersion": KAFKA_BINDING}}
                yield f"{party}.receive.{channel}", _operation("receive", party, channel) | {"bindings": bindings}


def _operation(action: str, party: str, channel: str) -> Json:
    does = "writes" if action == "send" else "reads"
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{channel}"},
        "summary": f"`{party}` {does} `{channel}`.",
        "tags": [{"name": party}],
    }


def _group(party: str, topic: Topic) -> Json:
    """Consumer group of a reader. A partner's begin with its own name: no other may it use."""
    if party == PARTNER:
        return {"type": "string", "pattern": r"^partner\.[a-z0-9-]+\.", "description": "Any group below its own name."}
    group = f"{party}.partners" if writer_of(topic) == PARTNER else party
    return {"type": "string", "enum": [group]}


def _channel(topic: Topic) -> Json:
    channel: Json = {
        "address": topic.name,
        "description": f"Written by `{writer_of(topic)}`, keyed by `{topic.key}`, kept {topic.retention_days} days.",
        "messages": {event.TYPE: {"$ref": f"#/components/messages/{event.TYPE}"} for event in topic.events},
        "bindings": {
            "kafka": {
                "topic": topic.name,
                "partitions": topic.partitions,
                "topicConfiguration": {
                    "cleanup.policy": ["delete"],
                    "retention.ms": topic.retention_ms,
                    "max.message.bytes": MAX_EVENT_BYTES,
                },
                "bindingVersion": KAFKA_BINDING,
            }
        },
    }
    if "{partner}" in topic.name:
        channel["parameters"] = {"partner": {"description": "Code of the partner.", "examples": ["nafin", "bancomext"]}}
    return channel


def facts_of(event: type[EventData], topic: Topic, data: Json) -> Json:
    """What an event's envelope has besides: its type, and this as its data, in clear or as its reader opens it."""
    clear: Json = {"properties": {"datacontenttype": {"const": JSON_TYPE}, "data": data}}
    facts: Json = {"type": "object", "properties": {"type": {"const": event.TYPE}}}
    if not topic.encrypts(event):
        return facts | {"properties": facts["properties"] | clear["properties"]}
    return facts | {"oneOf": [clear, ENCRYPTED]}


def _message(event: type[EventData], topic: Topic, schemas: Json) -> Json:
    facts, key = facts_of(event, topic, {"$ref": f"#/components/schemas/{event.__name__}"}), topic.key
    return {
        "name": event.TYPE,
        "title": event.__name__,
        "summary": about(event),
        "contentType": CONTENT_TYPE,
        "payload": {"allOf": [{"$ref": "#/components/schemas/CloudEvent"}, facts]},
        "bindings": {
            "kafka": {
                "key": {"type": "string", "format": "uuid", "description": f"`{key}` of the data."},
                "bindingVersion": KAFKA_BINDING,
            }
        },
        "examples": [{"name": "example", "summary": about(event), "payload": _example(event, key, schemas)}],
    }


def about(event: type[EventData]) -> str:
    """What an event says, in a sentence or two."""
    return " ".join(inspect.cleandoc(event.__doc__ or "").split())


def _example(event: type[EventData], key: str, schemas: Json) -> Json:
    data = example_of(schemas[event.__name__], schemas)
    envelope = {name: example_of(schema, schemas, name) for name, schema in CLOUD_EVENT["properties"].items()}
    source = event.TYPE.partition(".")[0]
    traced = {"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}
    return envelope | traced | {"type": event.TYPE, "source": source, "subject": data[key], "data": data}


class _Draft7(GenerateJsonSchema):
    """What later drafts call `prefixItems` is `items` there."""

    def tuple_schema(self, schema: core_schema.TupleSchema) -> JsonSchemaValue:
        found = super().tuple_schema(schema)
        if "prefixItems" in found:
            found |= {"items": found.pop("prefixItems"), "additionalItems": False}
        return found


def schemas_of(events: Iterable[type[EventData]]) -> Json:
    _, found = models_json_schema(
        [(of_pydantic(event), "validation") for event in events],
        ref_template="#/components/schemas/{model}",
        schema_generator=_Draft7,
    )
    schemas: Json = found["$defs"]
    return schemas
