"""FastStream's broker and the members of its groups, set as the platform needs them."""

import zlib
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from faststream import AckPolicy
from faststream._internal.broker.registrator import Registrator
from faststream._internal.endpoint.subscriber.call_item import CallsCollection
from faststream.kafka import KafkaBroker, KafkaMessage
from faststream.kafka.schemas import Topic
from faststream.kafka.subscriber.config import KafkaSubscriberConfig, KafkaSubscriberSpecificationConfig
from faststream.kafka.subscriber.specification import KafkaSubscriberSpecification
from faststream.security import SASLScram256, SASLScram512

from shared.messaging.fetching import CarefulSubscriber
from shared.runtime.settings import KafkaSettings

METADATA_MAX_AGE_MS = 30_000
"""A new partner's topic is found within this time."""

SESSION_TIMEOUT_MS = 30_000
"""FastStream's 10 s takes a member away during one long garbage collection or a laptop's sleep."""
NAMELESS_SESSION_TIMEOUT_MS = 10_000
"""Whoever subscribes by pattern has no name to come back under: until its session ends, its successor waits."""
REBALANCE_TIMEOUT_MS = 60_000
MAX_POLL_INTERVAL_MS = 300_000
"""Longer than a batch that runs one by one, with every backoff in between."""
POLL_MS = 20
"""FastStream sleeps this long after each empty poll: it is latency."""
MAX_FETCH_BYTES = 8 * 1_048_576
"""Bounds the memory of a backlog, whatever its length."""

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


def member_name(group: str, instance: str, topics: Sequence[str]) -> str | None:
    """A known member that comes back after a crash takes its partitions up at once; a new one would wait until the
    group has given the dead one up. But Kafka gives it what it had, whatever it subscribes to now: so the name says
    the topics, and a pattern, whose topics come and go, has none.
    """
    if not instance or not topics:
        return None
    return f"{group}.{instance}.{zlib.crc32(' '.join(sorted(topics)).encode()):08x}"


def group_subscriber(
    broker: KafkaBroker,
    group: str,
    parser: Callable[[Any], Awaitable[KafkaMessage]],
    *,
    topics: Sequence[str],
    pattern: str | None,
    instance: str,
    max_records: int,
) -> CarefulSubscriber:
    """FastStream's subscriber as a member of a group, which commits nothing by itself.

    Put together as `KafkaBroker.subscriber` does it, which would make FastStream's own class.
    """
    outer: Any = broker.config
    declared = [Topic.validate(topic) for topic in topics]
    config = KafkaSubscriberConfig(
        topics=declared,
        pattern=pattern,
        group_id=group,
        connection_args={
            "group_instance_id": member_name(group, instance, topics),
            "auto_offset_reset": "earliest",
            "session_timeout_ms": NAMELESS_SESSION_TIMEOUT_MS if pattern else SESSION_TIMEOUT_MS,
            "rebalance_timeout_ms": REBALANCE_TIMEOUT_MS,
            "max_poll_interval_ms": MAX_POLL_INTERVAL_MS,
            "fetch_max_bytes": MAX_FETCH_BYTES,
        },
        _outer_config=outer,
        _ack_policy=AckPolicy.MANUAL,
    )
    calls: CallsCollection[Any] = CallsCollection()
    told = KafkaSubscriberSpecificationConfig(topics=declared, pattern=pattern, title_=group, description_=None)
    specification = KafkaSubscriberSpecification(_outer_config=outer, calls=calls, specification_config=told)
    made = CarefulSubscriber(config, specification, calls, batch_timeout_ms=POLL_MS, max_records=max_records)
    Registrator.subscriber(broker, made)
    made.add_call(parser_=parser, decoder_=_decoded, dependencies_=())
    return made


async def _decoded(message: KafkaMessage) -> Any:  # noqa: ANN401 - FastStream's decoder type
    """The records as parsed: what is in them is the batch runner's business, and it cannot raise here."""
    return message.body
