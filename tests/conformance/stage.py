"""A stage small enough to see through: a ledger that writes down each number it is told, per key."""

import asyncio
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from shared.contracts.envelope import Envelope
from shared.contracts.event import Actor, Cause, EventData
from shared.messaging import journal
from shared.messaging.batch import BatchRunner
from shared.messaging.broker import ConsumingBroker
from shared.messaging.codec import Message, Record, decode, encode
from shared.messaging.decision import Decision
from shared.messaging.dlq_limit import DlqLimit
from shared.messaging.producer import Publisher, partition_of
from shared.messaging.replay import Replayer
from shared.messaging.repository import TableRepository
from shared.messaging.retry import Backoff
from shared.messaging.routing import Routes
from shared.messaging.subscriber import BatchSubscriber
from shared.runtime.clock import now
from shared.runtime.database import Database
from shared.runtime.ids import new_id
from shared.runtime.settings import KafkaSettings
from tests.conformance.events import Noted, Told
from tests.conformance.relaying import WatchedRelay
from tests.conftest import Broker

PATIENCE_S = 20.0

SHORT_SESSION_MS = 6_000
"""The shortest that the broker takes, for tests that wait for the end of a member's session."""


class Table(SQLModel, registry=registry()):
    pass


class AccountRow(Table, table=True):
    __tablename__ = "account"
    id: UUID = Field(primary_key=True)
    numbers: list[int] = Field(sa_type=JSONB)


@dataclass(frozen=True)
class Account:
    id: UUID
    numbers: tuple[int, ...]


accounts = TableRepository(AccountRow, Account)


@dataclass
class Rule:
    """The handler under test; a test makes it fail as it needs."""

    failing: Callable[[Told], Exception | None] = field(default=lambda _: None)
    answer_on: str | None = None

    def told(self, account: Account | None, event: Told, now: datetime) -> Decision[Account]:
        if (error := self.failing(event)) is not None:
            raise error
        before = account or Account(event.account, ())
        answer = (
            () if self.answer_on is None else (Noted(on=self.answer_on, account=event.account, number=event.number),)
        )
        return Decision(replace(before, numbers=(*before.numbers, event.number)), answer)


@dataclass
class Bench:
    """The stage on its own store, with what a test needs to look at it."""

    database: Database
    broker: Broker
    rule: Rule
    routes: Routes
    runner: BatchRunner
    replayer: Replayer

    def subscriber(
        self,
        topic: str,
        group: str | None = None,
        instance: str = "",
        limit: DlqLimit | None = None,
        user: KafkaSettings | None = None,
    ) -> "Consuming":
        kafka = ConsumingBroker(user or self.broker.settings(), "conformance", 5.0)
        subscriber = BatchSubscriber(
            kafka,
            BatchRunner(self.database, "portal", self.routes, limit),
            group or f"g-{secrets.token_hex(6)}",
            topics=[topic],
            instance=instance,
            backoff=Backoff(0.05, 0.3),
        )
        return Consuming(kafka, subscriber)

    def relay(self) -> WatchedRelay:
        return WatchedRelay(self.database, Publisher(self.broker.settings(), "conformance-relay"))

    async def send(
        self,
        records: Sequence[tuple[str, bytes | None, bytes | None]],
        compression_type: str | None = None,
        **more: Any,
    ) -> None:
        kafka = self.broker.settings().client()
        producer = AIOKafkaProducer(**kafka, max_request_size=4_000_000, compression_type=compression_type)
        await producer.start()
        try:
            counts = {topic: len(await producer.partitions_for(topic)) for topic in {t for t, _, _ in records}}
            for topic, key, value in records:
                partition = 0 if key is None else partition_of(key, counts[topic])
                await producer.send_and_wait(topic, value, key=key, partition=partition, **more)
        finally:
            await producer.stop()

    async def tell(self, topic: str, account: UUID, *numbers: int) -> list[Envelope]:
        told = [envelope(Told(on=topic, account=account, number=number)) for number in numbers]
        await self.send([(topic, str(account).encode(), encode(item)) for item in told])
        return told

    async def numbers(self, account: UUID) -> tuple[int, ...]:
        async with self.database.transaction() as connection:
            found = await accounts.load_many(connection, [account])
        return found[account].numbers if account in found else ()

    async def write_down(self, *events: EventData) -> None:
        """Decide events as a command would."""
        async with self.database.transaction() as connection:
            await journal.append(connection, [envelope(event) for event in events])

    async def count(self, table: str, where: str = "true") -> int:
        async with self.database.connection() as connection:
            found: int = await connection.fetchval(f"SELECT count(*) FROM {table} WHERE {where}")
        return found

    async def read_all(self, topic: str) -> list[Record]:
        """Everything on a topic, partition by partition."""
        consumer = AIOKafkaConsumer(topic, **self.broker.settings().client(), auto_offset_reset="earliest")
        await consumer.start()
        try:
            parts = sorted(consumer.assignment())
            ends = await consumer.end_offsets(parts)
            found: list[Record] = []
            while any([await consumer.position(part) < ends[part] for part in parts]):
                for batch in (await consumer.getmany(timeout_ms=200)).values():
                    found += [Record(r.topic, r.partition, r.offset, r.key, r.value) for r in batch]
        finally:
            await consumer.stop()
        return found

    async def told_on(self, topic: str) -> list[Told]:
        found = [decode(record) for record in await self.read_all(topic)]
        return [item.data for item in found if isinstance(item, Message) and isinstance(item.data, Told)]


@dataclass
class Consuming:
    """A subscriber that runs while its block does."""

    kafka: Any
    subscriber: BatchSubscriber

    async def __aenter__(self) -> BatchSubscriber:
        await self.kafka.start()
        return self.subscriber

    async def __aexit__(self, *_: object) -> None:
        await self.kafka.stop()


def envelope(event: EventData) -> Envelope:
    return Envelope(new_id(), "conformance", now(), event, Cause(correlation_id=str(uuid4())))


def by(subject: str) -> Cause:
    """What somebody does, and no act of the log."""
    return Cause("c-1", actor=Actor(subject))


async def eventually(check: Callable[[], Any], patience: float = PATIENCE_S) -> None:
    """Return once `check` holds: what it waits for is another task's work, which gives no sign."""
    async with asyncio.timeout(patience):
        while not await check():  # noqa: ASYNC110
            await asyncio.sleep(0.05)
