"""FastStream's broker and the members of its groups, set as the platform needs them."""

import zlib
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any

from aiokafka import AIOKafkaConsumer
from faststream import AckPolicy
from faststream.kafka import KafkaBroker, KafkaMessage
from faststream.kafka.subscriber.usecase import BatchSubscriber
from faststream.security import SASLScram256, SASLScram512

from shared.messaging.fetching import CarefulConsumer
from shared.messaging.incoming import IncomingBatch, Watching
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
PAUSE_MS = 1
"""FastStream sleeps this long after each poll that found nothing: it is latency. `CarefulConsumer` waits by itself."""
MAX_FETCH_BYTES = 4 * 1_048_576
MAX_PARTITION_FETCH_BYTES = 262_144
"""Both compressed. What was fetched and not yet consumed is held for each partition: of a service's 36, or one of each
of a hundred partners. A larger batch comes all the same, one in a fetch: at most a topic's 1 MiB.
"""

SCRAM = {"SCRAM-SHA-256": SASLScram256, "SCRAM-SHA-512": SASLScram512}


class ConsumingBroker(KafkaBroker):
    """FastStream's broker with consumers that lose no record, and each batch watched.

    For consuming only: what is published goes through the relay.
    """

    def __init__(self, kafka: KafkaSettings, client_id: str, stop_grace_s: float) -> None:
        super().__init__(
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
            # The handler takes the batch as it is: there is nothing to convert or to inject.
            apply_types=False,
            middlewares=[Watching],
            logger=None,
        )

    async def _connect(self) -> Callable[..., AIOKafkaConsumer]:
        """FastStream has no setting for the class of its consumers; it makes them by what this leaves behind."""
        made: Any = await super()._connect()
        self.config.broker_config.builder = partial(CarefulConsumer, **made.keywords)
        return self.config.broker_config.builder


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
    parser: Callable[[Any], Awaitable[IncomingBatch]],
    *,
    topics: Sequence[str],
    pattern: str | None,
    instance: str,
    max_records: int,
) -> BatchSubscriber:
    """FastStream's subscriber as a member of a group. A batch is acknowledged or nacked as it says itself."""
    return broker.subscriber(
        *topics,
        batch=True,
        pattern=pattern,
        group_id=group,
        group_instance_id=member_name(group, instance, topics),
        auto_offset_reset="earliest",
        session_timeout_ms=NAMELESS_SESSION_TIMEOUT_MS if pattern else SESSION_TIMEOUT_MS,
        rebalance_timeout_ms=REBALANCE_TIMEOUT_MS,
        max_poll_interval_ms=MAX_POLL_INTERVAL_MS,
        fetch_max_bytes=MAX_FETCH_BYTES,
        max_partition_fetch_bytes=MAX_PARTITION_FETCH_BYTES,
        batch_timeout_ms=PAUSE_MS,
        max_records=max_records,
        ack_policy=AckPolicy.NACK_ON_ERROR,
        parser=parser,
        decoder=_as_it_is,
    )


async def _as_it_is(batch: KafkaMessage) -> KafkaMessage:
    """For the handler, undecoded: what is in its records is the batch runner's business, and it cannot raise here."""
    return batch
