"""The client that administers a Kafka, wherever it runs."""

from __future__ import annotations

from collections.abc import Mapping

from confluent_kafka.admin import AdminClient


def administration(connection: Mapping[str, str]) -> AdminClient:
    """An administration client with these connection settings (confluent-kafka's words)."""
    quiet = {"log.connection.close": "false", "log_level": "3", "reconnect.backoff.max.ms": "500"}
    return AdminClient({**connection, **quiet})
