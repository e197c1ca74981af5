"""The load: numbers for many keys, sent until they are acknowledged, and a book of them."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from uuid import UUID, uuid4

from aiokafka.errors import KafkaError

from shared.contracts.envelope import Envelope
from shared.contracts.event import Cause
from shared.messaging.codec import encode
from shared.messaging.outbox import Unpublished
from shared.messaging.producer import Publisher
from shared.runtime.clock import now
from shared.runtime.ids import new_id
from shared.runtime.settings import KafkaSettings
from shared.testing.ledger import Mark
from tests.conformance.events import Told

KEYS = 30
PAUSE_S = 0.1
"""Between rounds of one number for each key: 300 a second at most."""


@dataclass
class Source:
    """Sends round after round; each again, under the same event ids, until Kafka has acknowledged all of it."""

    kafka: KafkaSettings
    topic: str
    keys: Sequence[UUID] = field(default_factory=lambda: [uuid4() for _ in range(KEYS)])
    sent: list[Mark] = field(default_factory=list)
    sent_at: dict[int, float] = field(default_factory=dict)
    """When Kafka had acknowledged a round, by its number; seconds since the epoch."""

    def __post_init__(self) -> None:
        self._publisher = Publisher(self.kafka, "source")
        self._stopping = asyncio.Event()
        self._numbers = count(1)

    async def run(self) -> None:
        while not self._stopping.is_set():
            await self.round()
            await asyncio.sleep(PAUSE_S)
        await self._publisher.close()

    def stop(self) -> None:
        self._stopping.set()

    async def round(self) -> None:
        number = next(self._numbers)
        await self.deliver([told(self.topic, key, number) for key in self.keys])
        self.sent_at[number] = time.time()
        self.sent += [(key, number) for key in self.keys]

    async def deliver(self, values: Sequence[tuple[UUID, bytes]]) -> None:
        entries = [
            Unpublished(position, self.topic, str(key).encode(), value) for position, (key, value) in enumerate(values)
        ]
        left = {entry.id: entry for entry in entries}
        while left:
            try:
                delivery = await self._publisher.publish([*left.values()])
            except (KafkaError, TimeoutError, OSError):
                await asyncio.sleep(PAUSE_S)
                continue
            left = {id_: entry for id_, entry in left.items() if id_ not in delivery.acked}
            if delivery.failure is not None:
                await self._publisher.close()


def told(topic: str, key: UUID, number: int) -> tuple[UUID, bytes]:
    event = Told(on=topic, account=key, number=number)
    return key, encode(Envelope(new_id(), "source", now(), event, Cause(str(new_id()))))
