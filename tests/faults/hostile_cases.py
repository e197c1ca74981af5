"""Faults of what comes from outside: records that partners write, and a client library that stumbles over them."""

import asyncio
from uuid import UUID, uuid4

from aiokafka import AIOKafkaProducer
from aiokafka.errors import MessageSizeTooLargeError

from deploy.provision import kafka_admin
from deploy.provision.kafka_admin import TopicSpec
from shared.messaging.topics import MAX_ANSWER_BYTES, MAX_EVENT_BYTES, partner_topics
from tests import hostile
from tests.faults import traffic
from tests.faults.cases import case
from tests.faults.plant import PARTITIONS, Plant
from tests.faults.source import Source, told

ROUNDS = 10
BOMB_BYTES = 16 * MAX_EVENT_BYTES
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


@case(more=("I9",), expected_letters=BOMBS, resolution="discarded")
async def bombs(plant: Plant, source: Source) -> None:
    """A partner's: the broker refuses what unpacks to much. On a topic of ours: kept by size and hash alone."""
    await _refused(plant)
    producer = _bomber(plant)
    await producer.start()
    try:
        for _ in range(BOMBS):
            await producer.send_and_wait(source.topic, b" " * BOMB_BYTES, key=uuid4().hex.encode())
    finally:
        await producer.stop()
    await traffic.letters(plant, BOMBS)


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


def _bomber(plant: Plant) -> AIOKafkaProducer:
    client = plant.kafka_settings.client()
    return AIOKafkaProducer(**client, compression_type="zstd", max_request_size=2 * BOMB_BYTES)


async def _refused(plant: Plant) -> None:
    _, answers = partner_topics(f"bomber-{uuid4().hex[:6]}")
    specs = [TopicSpec(answers.name, 1, answers.config)]
    await asyncio.to_thread(kafka_admin.ensure_topics, plant.kafka.admin(), specs)
    producer = _bomber(plant)
    await producer.start()
    try:
        await producer.send_and_wait(answers.name, b" " * BOMB_BYTES)
    except MessageSizeTooLargeError:
        return
    finally:
        await producer.stop()
    raise AssertionError("the broker took a bomb")
