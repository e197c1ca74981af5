"""What a broker takes from one client, whoever it is: all that a client makes it keep has a bound.

Kafka's own bounds are those of a cluster that trusts its clients. Partners do not get near these; nor do we.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

BROKER_LIMITS: Final[Mapping[str, str]] = MappingProxyType(
    {
        # A request is taken into memory by the size that it claims. Ours have less (`UNDER_WAY_BYTES` of the producer).
        "socket.request.max.bytes": "2097152",
        # Of all that wait for a thread.
        "queued.max.request.bytes": "67108864",
        # Before anybody said who they are.
        "sasl.server.max.receive.size": "16384",
        "max.connections": "1000",
        # With each committed offset; nobody needs any.
        "offset.metadata.max.bytes": "256",
        # Members are kept with what they say of themselves, until their session ends.
        "group.max.size": "32",
        "group.consumer.max.size": "32",
        "group.max.session.timeout.ms": "300000",
        "group.coordinator.rebalance.protocols": "classic,consumer",
        # A writer's number is kept for every partition that it wrote to.
        "producer.id.expiration.ms": "600000",
        "producer.id.expiration.check.interval.ms": "60000",
    }
)
