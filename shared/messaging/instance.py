"""A process's name among those of its service: two living processes of one name would fence each other off for ever.

Kafka takes the later of two members of one name for the earlier one come back, and what the earlier one commits is
refused. So the store decides who has the name, and nobody else consumes under it.
"""

import asyncio
import zlib
from typing import ClassVar

from shared.messaging.worker import WATCHDOG_S, Worker
from shared.runtime import logging
from shared.runtime.database import Connection, Database

INSTANCE_LOCKS = 0x5044_5004 << 32
"""Advisory locks of names, one per database and so per service and name."""

INSTANCE_TAKEN = "instance_taken"

log = logging.get(__name__)


class Name(Worker):
    """Holds the name for as long as the process lives. A store that was away gives it to whoever asks first again."""

    name: ClassVar[str] = "instance"
    channel: ClassVar[str] = "instance"

    def __init__(self, database: Database, instance: str) -> None:
        super().__init__(database)
        self._instance = instance
        self.lock = INSTANCE_LOCKS | zlib.crc32(instance.encode())
        self.held = asyncio.Event()
        """Set from the first time on: what consumes may start."""

    def trouble(self) -> str | None:
        return INSTANCE_TAKEN if self.another_leads else super().trouble()

    async def step(self, connection: Connection) -> float:
        """See that the connection still holds the lock."""
        await connection.execute("SELECT")
        self.held.set()
        return WATCHDOG_S

    def refused(self) -> None:
        if not self.another_leads:
            log.error(INSTANCE_TAKEN, instance=self._instance)
        super().refused()
