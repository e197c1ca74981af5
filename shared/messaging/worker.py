"""A loop with a connection of its own, woken by NOTIFY, that outlives every failure of the infrastructure."""

import asyncio
from abc import ABC, abstractmethod
from typing import Any, ClassVar

import asyncpg
from aiokafka.errors import KafkaError

from shared.i18n import said
from shared.messaging.retry import TRY_AGAIN, Backoff
from shared.runtime import logging
from shared.runtime.database import Connection, Database, refuse_read_only

WATCHDOG_S = 10.0
"""Longest wait without a look at the store: a NOTIFY cannot arrive over a connection that died without a sign."""

TROUBLE_AFTER_S = 15.0
"""Failing for less is a connection that was cut, or a restart of the store."""

FAILURES: tuple[type[Exception], ...] = (*TRY_AGAIN, KafkaError)
"""The infrastructure's. Any other is a fault of ours: it is tried again all the same, and says where it arose."""

log = logging.get(__name__)


class Worker(ABC):
    """Runs `step` again and again: at once while there is work, else when its channel is notified."""

    name: ClassVar[str]
    channel: ClassVar[str]
    leader_wait_s: ClassVar[float] = 5.0
    """One wait for the leader's lock. Each holds a snapshot, behind which vacuum can clean up nothing."""
    durable: ClassVar[bool] = True
    """Whether what it commits must outlive a crash of the server."""
    lock: int | None = None
    """Advisory lock that makes one process of the service the leader; None where all may work side by side."""

    def __init__(self, database: Database, backoff: Backoff | None = None) -> None:
        self._database = database
        self._backoff = backoff or Backoff()
        self._wake = asyncio.Event()
        self._stopped = asyncio.Event()
        self.failing_since: float | None = None
        """Loop time of the first of the failures in a row; None while all is well."""
        self._last_failure = ""
        self.another_leads = False
        """Another process has the leader's lock, as of the last try."""
        self.idle = asyncio.Event()
        """Set while the last round found nothing more to do: whoever waits for the work to end waits for this."""

    def trouble(self) -> dict[str, Any] | None:
        """Why this worker does not get on, to be worded; None while it does."""
        if self.failing_since is None:
            return None
        seconds = asyncio.get_running_loop().time() - self.failing_since
        if seconds <= TROUBLE_AFTER_S:
            return None
        return said("worker_fails", seconds=round(seconds), error=self._last_failure)

    @abstractmethod
    async def step(self, connection: Connection) -> float:
        """Do a round of work. Returns 0 when there may be more, else the seconds until the next look."""

    async def release(self) -> None:
        """Give up what a failed or ended round may have left behind."""
        return

    def refused(self) -> None:
        """The store answers, and another process is the leader: nothing is wrong with this one."""
        self.failing_since = None
        self.another_leads = True

    async def run(self) -> None:
        """Work until `stop`."""
        failures = 0
        while not self._stopped.is_set():
            try:
                await self._connected()
                failures = 0
            except Exception as error:  # noqa: BLE001 - whatever it is, a worker must not end without a word
                failures = 1 if self.failing_since is None else failures + 1
                await self._failed(error, failures)
        await self.release()

    def stop(self) -> None:
        """End after the round under way."""
        self._stopped.set()
        self._wake.set()

    async def _connected(self) -> None:
        """Work on one connection. It ends before the pause of a failure: who backs off must not stay leader."""
        connection = await self._database.dedicated(durable=self.durable)
        try:
            await self._work(connection)
        finally:
            connection.terminate()

    async def _work(self, connection: Connection) -> None:
        if self.lock is not None and not await self._wait_for_leadership(connection, self.lock):
            return
        await connection.add_listener(self.channel, self._notified)
        # Looks at once where the session ended: who was the leader is none any more.
        connection.add_termination_listener(lambda _: self._wake.set())
        while not self._stopped.is_set():
            self._wake.clear()
            pause = await self.step(connection)
            refuse_read_only(connection)
            self.failing_since = None
            if pause > 0:
                self.idle.set()
                await _wait(self._wake, min(pause, WATCHDOG_S))
                self.idle.clear()

    async def _wait_for_leadership(self, connection: Connection, lock: int) -> bool:
        """Wait to become the leader. False when asked to stop before."""
        await connection.execute(f"SET lock_timeout = '{self.leader_wait_s}s'")
        while not self._stopped.is_set():
            try:
                leader = await self._become_leader(connection, lock)
            except asyncpg.LockNotAvailableError:
                self.refused()
                continue
            self.another_leads = False
            await connection.execute("RESET lock_timeout")
            return leader
        return False

    async def _become_leader(self, connection: Connection, lock: int) -> bool:
        waiting = asyncio.ensure_future(connection.execute("SELECT pg_advisory_lock($1)", lock))
        stopped = asyncio.ensure_future(self._stopped.wait())
        await asyncio.wait({waiting, stopped}, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        if not waiting.done():
            waiting.cancel()
            await asyncio.wait({waiting})
            return False
        await waiting
        return True

    async def _failed(self, error: Exception, failures: int) -> None:
        if self.failing_since is None:
            self.failing_since = asyncio.get_running_loop().time()
        self._last_failure = type(error).__name__
        pause = self._backoff.pause(failures)
        told = {"worker": self.name, "error": type(error).__name__, "pause_s": round(pause, 2)}
        if isinstance(error, FAILURES):
            log.warning("worker_failed", **told)
        else:
            log.error("worker_failed", **told, at=logging.frames(error))
        await self.release()
        await _wait(self._stopped, pause)

    def _notified(self, *_: object) -> None:
        self._wake.set()


async def _wait(event: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        pass
