"""Consuming that stopped at the limit of dead letters goes on in every process of the service, whichever was asked."""

from collections.abc import Collection
from typing import ClassVar

from shared.messaging.subscriber import BatchSubscriber
from shared.messaging.worker import WATCHDOG_S, Worker
from shared.runtime import logging
from shared.runtime.database import Connection, Database

RESUME_CHANNEL = "resume"

log = logging.get(__name__)


def resume(subscribers: Collection[BatchSubscriber], by: str) -> list[str]:
    """Let them go on; the groups of those that had stopped."""
    groups = [subscriber.group for subscriber in subscribers if subscriber.resume()]
    if groups:
        log.info("dlq_limit_lifted", by=by, groups=groups)
    return groups


async def tell_all(database: Database, by: str) -> None:
    """Tell every process of the service to go on; one that is not connected to the store right now does not hear it."""
    async with database.connection() as connection:
        await connection.execute("SELECT pg_notify($1, $2)", RESUME_CHANNEL, by)


class Resumer(Worker):
    """Hears it in one process."""

    name: ClassVar[str] = "resumer"
    channel: ClassVar[str] = RESUME_CHANNEL

    def __init__(self, database: Database, subscribers: Collection[BatchSubscriber]) -> None:
        super().__init__(database)
        self._subscribers = subscribers

    async def step(self, connection: Connection) -> float:
        """See that the connection still hears."""
        await connection.execute("SELECT")
        return WATCHDOG_S

    def _notified(self, *told: object) -> None:
        resume(self._subscribers, str(told[-1]))
