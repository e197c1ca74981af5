"""From the outbox to Kafka: one leader per service publishes the unpublished set, lowest ids first."""

from typing import ClassVar

from shared.messaging import journal
from shared.messaging.producer import Publisher
from shared.messaging.worker import WATCHDOG_S, Worker
from shared.runtime import logging, metrics
from shared.runtime.database import Connection, Database

ROUND = 2_000
"""Entries of one round: large enough that a round trip to either side costs little per entry."""

RELAY_LOCK = 0x5044_5001
"""Advisory lock of the relay, one per database and so per service."""

log = logging.get(__name__)


class Relay(Worker):
    """Publishes what the stage decided, at least once, in order per key.

    Its queries run on the connection that holds the leader's lock: a process that lost the lock cannot go on.
    """

    name: ClassVar[str] = "relay"
    channel: ClassVar[str] = journal.OUTBOX_CHANNEL
    lock: ClassVar[int | None] = RELAY_LOCK

    def __init__(self, database: Database, publisher: Publisher) -> None:
        super().__init__(database)
        self._publisher = publisher

    async def step(self, connection: Connection) -> float:
        entries = await journal.unpublished(connection, ROUND)
        if not entries:
            return WATCHDOG_S
        acked, error = await self._publisher.publish(entries)
        if acked:
            await journal.published(connection, acked)
            metrics.PUBLISHED.inc(len(acked))
        if error is not None:
            raise error
        return 0

    async def release(self) -> None:
        await self._publisher.close()
