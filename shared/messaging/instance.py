"""A process's name among those of its service: two living processes of one name would fence each other off for ever.

Kafka takes the later of two members of one name for the earlier one come back, and what the earlier one commits is
refused. So the store decides who has the name, and nobody else consumes under it: who loses it stops at once.
"""

import asyncio
import zlib
from typing import Any, ClassVar

from shared.i18n import said
from shared.messaging.worker import Worker
from shared.runtime import logging
from shared.runtime.database import Connection, Database

INSTANCE_LOCKS = 0x5044_5004 << 32
"""Advisory locks of names, one per database and so per service and name."""

INSTANCE_TAKEN = "instance_taken"

LOOK_S = 2.0
"""Between two looks whether the session still has the name; an end that arrives is seen at once."""
ANSWER_S = 5.0
"""For the store's answer. With `LOOK_S` less than the store needs to give up a session whose host it cannot reach
(`USER_TIMEOUT_MS`): who is cut off has stopped before another gets the name.
"""

log = logging.get(__name__)


class Name(Worker):
    """Holds the name for as long as its session lives. A store that was away gives it to whoever asks first again."""

    name: ClassVar[str] = "instance"
    channel: ClassVar[str] = "instance"

    def __init__(self, database: Database, instance: str) -> None:
        super().__init__(database)
        self._instance = instance
        self.lock = INSTANCE_LOCKS | zlib.crc32(instance.encode())
        self.held = asyncio.Event()
        """Set while this process has the name: what consumes may run."""
        self.lost = asyncio.Event()
        """Set while it has not."""

    def trouble(self) -> dict[str, Any] | None:
        return said(INSTANCE_TAKEN) if self.another_leads else super().trouble()

    async def step(self, connection: Connection) -> float:
        """See that the connection still holds the lock."""
        async with asyncio.timeout(ANSWER_S):
            await connection.execute("SELECT")
        self.lost.clear()
        self.held.set()
        return LOOK_S

    async def release(self) -> None:
        """The session ended, or nobody knows whether it did: another process may have the name."""
        if self.held.is_set() and not self._stopped.is_set():
            log.warning("instance_lost", instance=self._instance)
        self.held.clear()
        self.lost.set()

    def refused(self) -> None:
        if not self.another_leads:
            log.error(INSTANCE_TAKEN, instance=self._instance)
        super().refused()
