"""When dead letters say that this build is wrong, consuming stops: the topic keeps the records better than a flood of
dead letters does. It goes on in every process of the service, whichever was asked.
"""

from collections import deque
from collections.abc import Collection, Iterable
from itertools import repeat
from typing import ClassVar, Protocol, Self, get_args

from shared.contracts.event import Cause
from shared.messaging import actors, audit
from shared.messaging.codec import SKIPPED, PoisonReason
from shared.messaging.dead_letters import HANDLER_FAILED, SetAside
from shared.messaging.skips import Skips
from shared.messaging.topics import is_partners
from shared.messaging.worker import WATCHDOG_S, Worker
from shared.runtime import logging
from shared.runtime.database import Connection, Database

FAULTS = frozenset({HANDLER_FAILED, *get_args(PoisonReason)}) - {SKIPPED.reason}

RESUME_CHANNEL = "resume"

log = logging.get(__name__)


class DlqLimitReachedError(Exception):
    """One more dead letter would be too many. Nothing of it was written."""


class DlqLimit:
    """How many of the last records may be dead letters by a fault of ours, for one subscriber.

    What waits behind a blocked key does not count, so one key's trouble is one dead letter. Nor does what a handler
    refused for good, which says nothing about this build, nor anything on a partner's topic: what one partner sends
    must not stop the others' answers.
    """

    def __init__(self, max_ratio: float, min_count: int, window: int) -> None:
        """Reached with more than `max_ratio` of the last `window` records, and at least `min_count` of them."""
        self._max_ratio = max_ratio
        self._min_count = min_count
        self._fates: deque[int] = deque(maxlen=window)
        """The last records in order: 1 for a dead letter."""
        self.reached = False

    @classmethod
    def none(cls) -> Self:
        """A limit that is never reached: for whoever looks at each dead letter."""
        return cls(max_ratio=1.0, min_count=1, window=1)

    def admit(self, applied: int, letters: Iterable[SetAside]) -> int:
        """How many of these count. Raises DlqLimitReachedError when they, after so many good ones, are too many."""
        dead = sum(map(_counts, letters))
        if not self.reached and dead:
            fates = self._fates.copy()
            _add(fates, applied, dead)
            counted = sum(fates)
            self.reached = counted >= self._min_count and counted > self._max_ratio * len(fates)
        if self.reached:
            raise DlqLimitReachedError
        return dead

    def took(self, applied: int, dead: int) -> None:
        """Records were consumed, and committed."""
        _add(self._fates, applied, dead)

    def lift(self) -> None:
        """Begin anew: somebody looked, and wants it to go on."""
        self.reached = False
        self._fates.clear()


def _add(fates: deque[int], applied: int, dead: int) -> None:
    fates.extend(repeat(0, applied))
    fates.extend(repeat(1, dead))


def _counts(letter: SetAside) -> bool:
    return letter.reason in FAULTS and not is_partners(letter.record.topic)


class Stoppable(Protocol):
    """A subscriber that stops at its limit."""

    group: str

    def resume(self) -> bool:
        """Go on. False when it had not stopped."""

    async def look_again(self) -> None:
        """Let partners' topics go on that are below their cap again."""


def resume(subscribers: Collection[Stoppable], by: str) -> list[str]:
    """Let them go on; the groups of those that had stopped."""
    groups = [subscriber.group for subscriber in subscribers if subscriber.resume()]
    if groups:
        log.info("dlq_limit_lifted", by=by, groups=groups)
    return groups


async def tell_all(database: Database, by: Cause) -> None:
    """Tell every process of the service to go on; one that is not connected to the store right now does not hear it."""
    async with database.transaction() as connection:
        await connection.execute("SELECT pg_notify($1, $2)", RESUME_CHANNEL, actors.acting(by).subject)
        await audit.record_act(connection, by)


class Resumer(Worker):
    """Hears in one process that it may go on, and sees which partner may, and what operators want passed by."""

    name: ClassVar[str] = "resumer"
    channel: ClassVar[str] = RESUME_CHANNEL

    def __init__(self, database: Database, subscribers: Collection[Stoppable], skips: Skips | None = None) -> None:
        super().__init__(database)
        self._subscribers = subscribers
        self._skips = skips or Skips()

    async def step(self, connection: Connection) -> float:
        """See what is to be passed by, and who is below its cap again."""
        await self._skips.load(connection)
        for subscriber in self._subscribers:
            await subscriber.look_again()
        return WATCHDOG_S

    def _notified(self, *told: object) -> None:
        resume(self._subscribers, str(told[-1]))
