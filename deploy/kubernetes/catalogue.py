"""What the chart loops over: topics, users, access rules and consumer groups, as one JSON document.

Helm cannot ask Python, so the document is committed inside the chart; a test refuses one that has drifted.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from deploy.target.services import present
from shared.messaging.access import PARTNER_BYTES_PER_SECOND, PARTNER_REQUEST_PERCENTAGE, AccessRule, access_rules
from shared.messaging.topics import Topic, catalogue, partner_topics

FILE = Path(__file__).with_name("chart") / "catalogue.json"

CODE = "CODE"
"""Stands for a partner's code, which the chart's values name. Capitals: no real code has any."""


def document() -> dict[str, Any]:
    """The platform as the chart needs it; `partner` is a template for one partner."""
    services = present()
    general = set(access_rules())
    return {
        "services": {name: {"groups": _groups(name)} for name in services},
        "topics": [_topic(topic) for topic in catalogue()],
        "users": {name: _rules(name, general) for name in services},
        "partner": {
            "topics": [_topic(topic) for topic in partner_topics(CODE)],
            "groups": {name: found for name in services if (found := _partner_groups(name))},
            "users": _partner_users(general),
            "bytesPerSecond": PARTNER_BYTES_PER_SECOND,
            "requestPercentage": PARTNER_REQUEST_PERCENTAGE,
        },
    }


def rendered() -> str:
    """The committed file's text."""
    return json.dumps(document(), indent=2, ensure_ascii=False) + "\n"


def _topic(topic: Topic) -> dict[str, Any]:
    return {"name": topic.name, "partitions": topic.partitions, "config": topic.config}


def _groups(service: str) -> list[dict[str, Any]]:
    read = [topic for topic in catalogue() if service in topic.readers]
    return [_group(service, read)] if read else []


def _partner_groups(service: str) -> list[dict[str, Any]]:
    """A stage that reads partners' topics does so in a group of its own."""
    read = [topic for topic in partner_topics(CODE) if service in topic.readers]
    return [_group(f"{service}.partners", read)] if read else []


def _group(name: str, topics: Iterable[Topic]) -> dict[str, Any]:
    return {"name": name, "topics": [{"name": topic.name, "partitions": topic.partitions} for topic in topics]}


def _partner_users(general: set[AccessRule]) -> dict[str, list[dict[str, Any]]]:
    """What one partner more allows: to itself, and to the stages that deal with it."""
    added = set(access_rules([CODE])) - general
    return {principal: _rules(principal, added) for principal in sorted({rule.principal for rule in added})}


def _rules(principal: str, rules: set[AccessRule]) -> list[dict[str, Any]]:
    mine = sorted(
        (rule for rule in rules if rule.principal == principal),
        key=lambda rule: (rule.resource, rule.name, rule.operations),
    )
    return [
        {
            "resource": {
                "type": rule.resource,
                "name": rule.name,
                "patternType": "prefix" if rule.prefixed else "literal",
            },
            "operations": [_operation(each) for each in rule.operations],
        }
        for rule in mine
    ]


def _operation(kafka: str) -> str:
    """Kafka's `IDEMPOTENT_WRITE` is Strimzi's `IdempotentWrite`."""
    return kafka.title().replace("_", "")
