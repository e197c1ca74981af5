"""What cases send besides the load: poison, floods, other versions. The number `OWN` is in nobody's book."""

import asyncio
import json
import random
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from uuid import UUID, uuid4

import asyncpg
from aiokafka import AIOKafkaProducer

from shared.messaging import journal
from shared.messaging.producer import partition_of
from shared.runtime.settings import KafkaSettings
from tests.conformance.events import Told
from tests.conformance.stage import envelope
from tests.faults.plant import PARTITIONS, Plant
from tests.faults.source import Source, told

OWN = 1_000_000
LETTERS_S = 30.0
Raw = tuple[UUID | None, bytes | None]


async def send(kafka: KafkaSettings, topic: str, values: Sequence[Raw], headers: Sequence[object] = ()) -> None:
    producer = AIOKafkaProducer(**kafka.client(), max_request_size=4_000_000, linger_ms=5)
    await producer.start()
    try:
        sent = []
        for key, value in values:
            given = None if key is None else str(key).encode()
            partition = 0 if given is None else partition_of(given, PARTITIONS)
            sent.append(await producer.send(topic, value, given, partition, headers=list(headers)))
        for each in sent:
            await each
    finally:
        await producer.stop()


def poisons(topic: str) -> list[Raw]:
    """One of each kind of record that is no event; keys of their own, but for one that has none."""
    _, whole = told(topic, uuid4(), OWN)
    return [
        (uuid4(), None),
        (uuid4(), b"\xff\xfe not json"),
        (uuid4(), b"[" * 100_000),
        (uuid4(), json.dumps({"specversion": "1.0", "type": "never.heard"}).encode()),
        (uuid4(), json.dumps({"specversion": "1.0", "type": Told.TYPE, "id": "x"}).encode()),
        (None, whole[:-20] + b" " * 1_900_000),
    ]


def other_versions(topic: str, key: UUID, number: int) -> list[Raw]:
    """The same event as a newer writer and as an older one would write the next two."""
    _, newer = told(topic, key, number)
    event = json.loads(newer)
    event["data"]["colour"] = event["novelty"] = "red"
    _, older = told(topic, key, number + 1)
    bare = json.loads(older)
    del bare["correlationid"]
    return [(key, json.dumps(event).encode()), (key, json.dumps(bare).encode())]


async def letters(plant: Plant, wanted: int) -> None:
    """Wait until so many records were set aside, for a while: whether they were is the ledger's to judge."""

    async def there() -> bool:
        return len(await plant.open_letters()) >= wanted

    await plant.until(there, LETTERS_S)


async def all_in_effect(plant: Plant, source: Source, keys: Sequence[UUID], rounds: int) -> None:
    """Wait for it, for a while: whether they arrived is the ledger's to judge."""

    async def arrived() -> bool:
        return len(await plant.effects(1, keys)) >= len(keys) * rounds

    await plant.until(arrived, LETTERS_S)
    source.sent += [(key, number) for number in range(1, rounds + 1) for key in keys]


async def write_down(plant: Plant, source: Source, key: UUID, numbers: Sequence[int]) -> None:
    """Decide numbers as a command would: in the journal, for the relay to publish."""
    connection = await asyncpg.connect(plant.store)
    events = [envelope(Told(on=source.topic, account=key, number=number)) for number in numbers]
    async with connection.transaction():
        await journal.append(connection, events)
    await connection.close()
    source.sent += [(key, number) for number in numbers]


async def write_slowly(plant: Plant, source: Source, key: UUID, numbers: Iterator[int]) -> None:
    """Transactions that commit long after their ids were given; those of one key follow each other by its lock."""
    connection = await asyncpg.connect(plant.store)
    for _ in range(15):
        async with connection.transaction():
            await connection.execute("SELECT pg_advisory_xact_lock($1)", key.int >> 65)
            number = next(numbers)
            await journal.append(connection, [envelope(Told(on=source.topic, account=key, number=number))])
            await asyncio.sleep(random.uniform(0, 0.15))
        source.sent.append((key, number))
    await connection.close()


async def time_to_effect(plant: Plant, source: Source, after: int, hop: int = 1) -> float:
    """99th percentile, in seconds, from the acknowledgement of the source's numbers to their effect, or until now for
    those that have none yet.
    """
    asked, sent = time.time(), {number: at for number, at in source.sent_at.items() if number > after}
    rows = await plant.query(
        "SELECT number, extract(epoch FROM at)::float AS at FROM effect"
        " WHERE hop = $3 AND number = ANY($1) AND key = ANY($2)",
        list(sent),
        list(source.keys),
        hop,
    )
    found = Counter(row["number"] for row in rows)
    waited = [row["at"] - sent[row["number"]] for row in rows]
    waiting = [asked - at for number, at in sent.items() for _ in range(len(source.keys) - found[number])]
    return sorted(waited + waiting)[int(len(waited + waiting) * 0.99)]
