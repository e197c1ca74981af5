"""From the outbox to Kafka: one leader per service publishes the unpublished set, lowest ids first."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from typing import ClassVar, NamedTuple

from shared.messaging import outbox
from shared.messaging.encrypting import ENCRYPTS_LOCK, PublicKeys, encrypted, in_clear
from shared.messaging.outbox import Unpublished
from shared.messaging.producer import Delivery, Publisher
from shared.messaging.retry import Backoff
from shared.messaging.worker import WATCHDOG_S, Worker
from shared.runtime import crash, logging, metrics, traceparent, tracing
from shared.runtime.database import Connection, Database
from shared.sealing.encryption import KeyAwayError

ROUND = 2_000
"""Entries of one round: large enough that a round trip to either side costs little per entry."""
ROUND_BYTES = 8 * 1_048_576
"""A round ends with the entry by which its bodies have so many: they are in memory, and those of the round ahead too.
More than 2,000 events of a usual size.
"""

MARK_EVERY_S = 5.0
"""While a round is under way: what was acknowledged leaves the outbox, and the store hears from its leader. A slow line
makes a round long, and the store ends a session that asks nothing for `SESSION_IDLE_TIMEOUT_MS`: nothing of the
round would be marked then, and all of it would be sent again, for ever.
"""

RELAY_LOCK = 0x5044_5001
"""Advisory lock of the relay, one per database and so per service."""

BACKOFF = Backoff(first_s=1.0, longest_s=60.0)

log = logging.get(__name__)


class _Pause(NamedTuple):
    until: float
    """Loop time."""
    failures: int


class Relay(Worker):
    """Publishes what the stage decided, at least once, in order per key.

    Its queries run on the connection that holds the leader's lock: a process that lost the lock ends with the round
    that it has. What two leaders send of one key is twice in order, never out of it.
    """

    name: ClassVar[str] = "relay"
    channel: ClassVar[str] = outbox.CHANNEL
    durable: ClassVar[bool] = False
    """What it takes off the outbox may come back: it is sent again, and known by its id."""
    lock: int | None = RELAY_LOCK

    def __init__(
        self,
        database: Database,
        publisher: Publisher,
        public_keys: PublicKeys | None = None,
        keep_sendings: outbox.KeepSendings | None = None,
    ) -> None:
        """`public_keys`: of the partners that the service writes to. `keep_sendings`: of what went to them."""
        super().__init__(database)
        self._publisher = publisher
        self._public_keys = public_keys
        self._keep_sendings = keep_sendings
        self._backing_off: dict[str, _Pause] = {}
        self._lost: frozenset[int] = frozenset()
        """Entries that the journal does not have, as far as they were met since there was last nothing to do."""
        self._ahead: Sequence[Unpublished] = []
        """The next round, fetched while the one before it was under way and delivered whole."""

    async def step(self, connection: Connection) -> float:
        clock = asyncio.get_running_loop().time()
        backing_off = {topic: pause for topic, pause in self._backing_off.items() if pause.until > clock}
        # While one failed at its last try, all have their turns: what waits of it would fill each round that tries it.
        without = list(backing_off) if self._backing_off else None
        entries, self._ahead = self._ahead or await self._fetch(connection, list(self._lost), without), []
        if not entries:
            self._lost = frozenset()
            return min((pause.until - clock for pause in backing_off.values()), default=WATCHDOG_S)
        if not (entries := self._there(entries)):
            return 0
        crash.point("relay.fetched")
        away = {entry.topic for entry in entries if entry.is_away}
        delivery = Delivery(troubled={topic: KeyAwayError() for topic in away})
        # Once, also where it was resent while its first row waits.
        opened = {entry.id: entry for entry in entries if entry.topic not in away}
        publishing = asyncio.ensure_future(self._publish([*opened.values()], delivery))
        round_ = outbox.Round(entries, self._keep_sendings)
        # Waits for both even when one fails: nothing may be under way when the failure is dealt with.
        failure, ahead = await asyncio.gather(
            publishing, self._meanwhile(connection, entries, publishing, delivery, round_), return_exceptions=True
        )
        if isinstance(failure, BaseException):
            raise failure
        crash.point("relay.acked")
        if delivery.acked:
            await _mark(connection, round_, delivery)
            crash.point("relay.published")
        self._back_off(delivery.troubled, {entry.topic for entry in entries})
        if delivery.failure is not None:
            raise delivery.failure
        if isinstance(ahead, BaseException):
            raise ahead
        if not self._backing_off:
            self._ahead = ahead
        return 0

    async def _fetch(
        self, connection: Connection, under_way: Sequence[int] = (), without: Sequence[str] | None = None
    ) -> Sequence[Unpublished]:
        found = await outbox.unpublished(connection, ROUND, ROUND_BYTES, under_way, without)
        return found if self._public_keys is None else await encrypted(connection, self._public_keys, found)

    async def _look_ahead(self, connection: Connection, under_way: Sequence[Unpublished]) -> Sequence[Unpublished]:
        """The round after a full one. It may follow only when all of this one was delivered, or keys lose their
        order.
        """
        if len(under_way) < ROUND and sum(len(entry.body) for entry in under_way) < ROUND_BYTES:
            return []
        return await self._fetch(connection, [entry.id for entry in under_way])

    async def _meanwhile(
        self,
        connection: Connection,
        entries: Sequence[Unpublished],
        publishing: "asyncio.Future[None]",
        delivery: Delivery,
        round_: outbox.Round,
    ) -> Sequence[Unpublished]:
        """What the leader asks of the store while its round is under way. Gives the round after it."""
        ahead = await self._look_ahead(connection, entries)
        while not (await asyncio.wait({publishing}, timeout=MARK_EVERY_S))[0]:
            await _mark(connection, round_, delivery)
        return ahead

    async def _publish(self, entries: Sequence[Unpublished], delivery: Delivery) -> None:
        traceparents = (traceparent.of_written(entry.body) for entry in entries)
        with tracing.publishing(traceparents, (entry.topic for entry in entries), len(entries)):
            await self._publisher.publish(entries, delivery)

    def _there(self, entries: Sequence[Unpublished]) -> list[Unpublished]:
        """Those that the journal has. The others are passed over until there is nothing else: a part of the journal is
        detached, or was not restored.
        """
        lost = frozenset(entry.id for entry in entries if entry.is_lost)
        if lost:
            log.error("journal_lines_missing", count=len(lost), first=min(lost), last=max(lost))
            self._lost |= lost
        return [entry for entry in entries if not entry.is_lost]

    async def in_clear(self, connection: Connection) -> Collection[str]:
        """The partners with a key to which whoever leads encrypts nothing."""
        return () if self._public_keys is None else await in_clear(connection, self._public_keys, RELAY_LOCK)

    async def _wait_for_leadership(self, connection: Connection, lock: int) -> bool:
        if self._public_keys is not None:
            await connection.execute("SELECT pg_advisory_lock_shared($1)", ENCRYPTS_LOCK)
        return await super()._wait_for_leadership(connection, lock)

    @property
    def backing_off(self) -> frozenset[str]:
        """Topics that could not be written to at the last try."""
        return frozenset(self._backing_off)

    def _back_off(self, troubled: Mapping[str, Exception], tried: set[str]) -> None:
        """Leave a topic that cannot be written to alone for a while: it must not hold up the others."""
        clock = asyncio.get_running_loop().time()
        for topic in tried - troubled.keys():
            self._backing_off.pop(topic, None)
        for topic, error in troubled.items():
            failures = self._backing_off[topic].failures + 1 if topic in self._backing_off else 1
            pause = BACKOFF.pause(failures)
            self._backing_off[topic] = _Pause(clock + pause, failures)
            metrics.TOPIC_WRITE_FAILURES.labels(topic).inc()
            log.error("topic_backs_off", topic=topic, error=type(error).__name__, pause_s=round(pause, 1))

    async def release(self) -> None:
        self._ahead, self._lost = [], frozenset()
        self._backing_off.clear()
        await self._publisher.close()


async def _mark(connection: Connection, round_: outbox.Round, delivery: Delivery) -> None:
    """Take all of the round that was acknowledged so far off the to-do list."""
    acked = len(delivery.acked)
    await round_.published(connection, frozenset(delivery.acked))
    metrics.PUBLISHED.inc(acked - delivery.marked)
    delivery.marked = acked
