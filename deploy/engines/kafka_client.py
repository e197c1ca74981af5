"""The client that administers a Kafka, wherever it runs."""

from __future__ import annotations

from collections.abc import Mapping

from confluent_kafka.admin import AdminClient


def administration(connection: Mapping[str, str]) -> AdminClient:
    """An administration client with these connection settings (confluent-kafka's words)."""
    # Every trouble comes out of a call; on standard error librdkafka would tell it twenty times a second.
    quiet = {"log_level": "0", "reconnect.backoff.max.ms": "500"}
    return AdminClient({**connection, **quiet})
