"""FastStream's broker, set as the platform needs it."""

from faststream.kafka import KafkaBroker
from faststream.security import SASLScram256, SASLScram512

from shared.runtime.settings import KafkaSettings

METADATA_MAX_AGE_MS = 30_000
"""A new partner's topic is found within this time."""

SCRAM = {"SCRAM-SHA-256": SASLScram256, "SCRAM-SHA-512": SASLScram512}


def broker_of(kafka: KafkaSettings, client_id: str, stop_grace_s: float) -> KafkaBroker:
    """FastStream's broker, for consuming only: what is published goes through the relay."""
    return KafkaBroker(
        # A list: FastStream takes a string for one server, whatever commas it has.
        kafka.bootstrap.split(","),
        client_id=client_id,
        security=SCRAM[kafka.mechanism](
            kafka.user,
            kafka.password.get_secret_value(),
            ssl_context=kafka.client()["ssl_context"],
            use_ssl=kafka.protocol == "SASL_SSL",
        ),
        consumer_only=True,
        allow_auto_create_topics=False,
        metadata_max_age_ms=METADATA_MAX_AGE_MS,
        graceful_timeout=stop_grace_s,
        logger=None,
    )
