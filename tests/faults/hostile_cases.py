"""Faults of what comes from outside: records that partners write, and a client library that stumbles over them."""

import asyncio
from uuid import UUID, uuid4

from aiokafka import AIOKafkaProducer

from shared.messaging.topics import MAX_ANSWER_BYTES, MAX_EVENT_BYTES
from tests import hostile
from tests.faults import traffic
from tests.faults.cases import case
from tests.faults.plant import PARTITIONS, Plant
from tests.faults.source import Source, told

ROUNDS = 10
BOMB_BYTES, LARGEST_BYTES = 15 * MAX_EVENT_BYTES, 64 * MAX_EVENT_BYTES
"""Beyond what one record may have, and beyond what a batch may unpack to."""
BOMBS = 3
OVERSIZED = 200


@case(expected_letters=ROUNDS * PARTITIONS, resolution="discarded")
async def hostile_partner(plant: Plant, source: Source) -> None:
    """Header keys that are not UTF-8 on every partition of one partner's, among the answers of another one."""
    keys = [uuid4() for _ in range(12)]
    for number in range(1, ROUNDS + 1):
        await traffic.send(plant.kafka_settings, plant.other_partner, _answers(plant, keys, number))
        for partition in range(PARTITIONS):
            bad = (uuid4().hex.encode(), None, True)
            await hostile.send(plant.kafka_settings.client(), plant.partner, partition, [bad])
    await traffic.all_in_effect(plant, source, keys, ROUNDS)
    await traffic.letters(plant, ROUNDS * PARTITIONS)


@case(expected_letters=0, env={"PDP_LIBRARY": "stumbles"})
async def library_stumbles(plant: Plant, source: Source) -> None:
    """Every few seconds the client library raises when it has drained what was fetched: a checksum, any error."""
    keys = [uuid4() for _ in range(12)]
    for number in range(1, ROUNDS + 1):
        await traffic.send(plant.kafka_settings, plant.other_partner, _answers(plant, keys, number))
        await asyncio.sleep(1.2)
    await traffic.all_in_effect(plant, source, keys, ROUNDS)


@case(more=("I9",), expected_letters=2 * BOMBS, resolution="discarded")
async def bombs(plant: Plant, source: Source) -> None:
    """Kept by size and hash alone, or by its place where it unpacks to more than any batch may."""
    client = plant.kafka_settings.client()
    producer = AIOKafkaProducer(**client, compression_type="zstd", max_request_size=2 * LARGEST_BYTES)
    await producer.start()
    try:
        for _ in range(BOMBS):
            await producer.send_and_wait(source.topic, b" " * BOMB_BYTES, key=uuid4().hex.encode())
            await producer.send_and_wait(plant.partner, b" " * LARGEST_BYTES, key=uuid4().hex.encode())
    finally:
        await producer.stop()
    await traffic.letters(plant, 2 * BOMBS)


@case(more=("I9",), expected_letters=OVERSIZED, resolution="discarded")
async def oversized_answers(plant: Plant, _: Source) -> None:
    """Hundreds that are too large, on a topic whose limit is not ours: by size and hash."""
    values = [(uuid4(), b"x" * (MAX_ANSWER_BYTES + 1)) for _ in range(OVERSIZED)]
    await traffic.send(plant.kafka_settings, plant.partner, values)
    await traffic.letters(plant, OVERSIZED)
    [stored] = await plant.query("SELECT coalesce(sum(octet_length(value)), 0) AS bytes FROM dead_letter")
    assert stored["bytes"] == 0, "what is too large was stored"


def _answers(plant: Plant, keys: list[UUID], number: int) -> list[traffic.Raw]:
    return [told(plant.other_partner, key, number) for key in keys]
