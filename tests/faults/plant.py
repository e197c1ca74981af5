"""Two processes of the service under test, with all that they stand on, and hands to break it."""

import asyncio
import os
import signal
import time
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import asyncpg
import httpx
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from deploy.engines.kafka import Kafka
from deploy.engines.postgres import Postgres
from deploy.provision import kafka_admin, offsets
from deploy.provision.kafka_admin import TopicSpec
from shared.messaging.codec import Message, Record, decode
from shared.runtime.settings import KafkaSettings
from shared.testing.faults import Proxy
from shared.testing.ledger import Mark
from tests.conformance.events import Told
from tests.faults.worker import Worker

GROUP = "portal"
PARTITIONS = 3
START_S = 120.0
"""For processes to get ready, on a machine that others keep busy."""
NOTICED_S = 75.0
"""A fetch that does not come back is a trouble after 30 s; what the other process had comes after 30 s, its session."""
PROBE_S = 0.2
UNREACHABLE = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, httpx.HTTPError, KafkaError)


@dataclass
class Plant:
    """Everything that a case may break."""

    kafka: Kafka
    kafka_net: Proxy
    postgres: Postgres
    postgres_net: Proxy
    store: str
    """Straight to the store: a case looks at it without the faulty network."""
    topics: tuple[str, str]
    partner: str
    """Topic of a partner, which the service reads in a group of its own."""
    other_partner: str
    """Another one's, read by the same group."""
    kafka_settings: KafkaSettings
    clerk: AIOKafkaConsumer
    """Asks for the group's offsets, as a reader that never joins it."""
    workers: list[Worker]
    highest_lag: int = 0
    exits: list[bool] = field(default_factory=list)
    """Whether each process that was asked to stop did so cleanly."""
    ready_while_stuck: bool | None = None
    neighbours_s: float | None = None
    peak_mb: int = 0
    removed: int | None = None
    said_removed: int | None = None

    @property
    def places(self) -> list[TopicPartition]:
        return [TopicPartition(topic, part) for topic in self.topics for part in range(PARTITIONS)]

    async def query(self, statement: str, *values: object) -> list[asyncpg.Record]:
        connection = await asyncpg.connect(self.store, timeout=5)
        try:
            found: list[asyncpg.Record] = await connection.fetch(statement, *values)
        finally:
            await connection.close()
        return found

    async def effects(self, hop: int, keys: Collection[UUID]) -> list[Mark]:
        """Effects of these keys, in order."""
        rows = await self.query(
            "SELECT key, number FROM effect WHERE hop = $1 AND key = ANY($2) ORDER BY serial", hop, list(keys)
        )
        return [(row["key"], row["number"]) for row in rows]

    async def set_aside(self, hop: int) -> list[Mark]:
        topic = self.topics[hop - 1]
        return _marks(await self.query("SELECT * FROM dead_letter WHERE topic = $1 AND resolution IS NULL", topic))

    async def blocked(self, hop: int) -> list[Mark]:
        return _marks(
            await self.query("SELECT * FROM blocked_record WHERE topic = $1 ORDER BY seq", self.topics[hop - 1])
        )

    async def open_letters(self) -> list[UUID]:
        rows = await self.query(
            'SELECT id FROM dead_letter WHERE resolution IS NULL ORDER BY topic, partition, "offset"'
        )
        return [row["id"] for row in rows]

    async def left(self) -> tuple[int, int]:
        """Records not yet consumed, and events not yet published."""
        ends = await self.clerk.end_offsets(self.places)
        lag = sum([end - (await self.clerk.committed(place) or 0) for place, end in ends.items()])
        (row,) = await self.query("SELECT count(*) AS n FROM outbox")
        return lag, row["n"]

    def forget_offsets(self, since: datetime) -> None:
        """Back to what was sent since then; Kafka refuses it until it has given the group's members up."""
        admin = self.kafka.admin()
        offsets.set_back(admin, offsets.at(admin, offsets.committed(admin, GROUP), since))

    async def watch(self) -> None:
        """Keep the processes and note the highest lag, until cancelled."""
        while True:
            for worker in self.workers:
                worker.keep()
                self.peak_mb = max(self.peak_mb, worker.peak_mb)
            try:
                async with asyncio.timeout(5):
                    self.highest_lag = max(self.highest_lag, (await self.left())[0])
            except (*UNREACHABLE, TimeoutError):
                pass
            await asyncio.sleep(PROBE_S)

    async def until(self, check: Callable[[], Awaitable[bool]], within_s: float) -> float | None:
        """Seconds until `check` held; None if that took longer. What cannot be asked does not hold yet."""
        started = time.monotonic()
        while time.monotonic() - started < within_s:
            try:
                async with asyncio.timeout(10):
                    if await check():
                        return time.monotonic() - started
            except (*UNREACHABLE, TimeoutError):
                pass
            await asyncio.sleep(PROBE_S)
        return None

    async def idle(self) -> bool:
        return await self.left() == (0, 0)

    async def all_ready(self) -> bool:
        return all(await asyncio.gather(*(worker.ready() for worker in self.workers)))

    async def none_ready(self) -> bool:
        return not any(await asyncio.gather(*(worker.ready() for worker in self.workers)))

    async def note_readiness(self, within_s: float | None = None) -> None:
        """Within the fault: whether the processes still call themselves ready."""
        self.ready_while_stuck = await self.until(self.none_ready, within_s or NOTICED_S) is None

    async def restart_kafka(self) -> None:
        self.kafka.start()
        await asyncio.to_thread(self.kafka.wait_ready)

    def kill_kafka(self) -> None:
        self.signal_kafka(signal.SIGKILL)
        self.kafka.stop()

    async def restart_postgres(self) -> None:
        self.postgres.start()
        await asyncio.to_thread(self.postgres.wait_ready)

    def signal_kafka(self, number: signal.Signals) -> None:
        if self.kafka.pid is not None:
            os.kill(self.kafka.pid, number)

    def crash_postgres(self) -> None:
        """An immediate stop: every backend ends where it is, and the next start recovers from the log."""
        if self.postgres.pid is not None:
            os.kill(self.postgres.pid, signal.SIGQUIT)
        self.postgres.stop()

    def guest(self) -> Worker:
        """A third process of the service."""
        host = self.workers[0]
        return Worker("3", host.env, host.log.with_name("3.log"))


def make_topics(kafka: Kafka, names: Sequence[str], **config: str) -> None:
    specs = [
        TopicSpec(name, PARTITIONS, {key.replace("_", "."): value for key, value in config.items()}) for name in names
    ]
    kafka_admin.ensure_topics(kafka.admin(), specs)


def _marks(rows: Sequence[asyncpg.Record]) -> list[Mark]:
    items = [decode(Record(row["topic"], row["partition"], row["offset"], row["key"], row["value"])) for row in rows]
    return [
        (item.data.account, item.data.number)
        for item in items
        if isinstance(item, Message) and isinstance(item.data, Told)
    ]
