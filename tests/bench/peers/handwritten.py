"""The ceiling: a loop written by hand on aiokafka and asyncpg, with the same guarantees and the same codec."""

import asyncio
import os
import sys
from collections.abc import Sequence

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition

from shared.contracts.envelope import Envelope
from shared.contracts.event import Cause
from shared.contracts.matching import MatchFound
from shared.messaging.codec import Message, Record, decode, encode
from shared.runtime.clock import now
from shared.runtime.ids import in_order, new_id, text_of
from shared.runtime.settings import KafkaSettings, ServiceSettings
from tests.bench.peers.rounds import Progress, assigned, rewind, serve
from tests.bench.workload import ANSWERS, TOPIC, Counted

MEMBERS = int(sys.argv[1]) if len(sys.argv) > 1 else 1
URL = ServiceSettings().database_url
BATCH = 500

CLAIM = """
    INSERT INTO inbox (message_id) SELECT * FROM unnest($1::uuid[]) ON CONFLICT DO NOTHING RETURNING message_id
"""
LOAD = "SELECT id, taken, best FROM account WHERE id = ANY($1::uuid[]) ORDER BY id FOR UPDATE"
SAVE = """
    INSERT INTO account (id, taken, best) SELECT * FROM unnest($1::uuid[], $2::int[], $3::int[])
    ON CONFLICT (id) DO UPDATE SET taken = excluded.taken, best = excluded.best
"""
TELL = f"""
    WITH written AS (
        INSERT INTO journal (event_id, topic, key, type, body)
        SELECT * FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::text[], $5::bytea[])
        RETURNING id, recorded_at, topic
    ), todo AS ({os.environ["BENCH_PUT"]})
    SELECT pg_notify('outbox', '') FROM (SELECT count(*) FROM todo) AS appended
"""


async def store_batch(connection: asyncpg.Connection, records: Sequence[Record]) -> None:
    messages = [_read(record) for record in records]
    async with connection.transaction():
        ids = sorted((message.message_id for message in messages), key=in_order)
        claimed = {row[0] for row in await connection.fetch(CLAIM, ids)}
        fresh = [message for message in messages if message.message_id in claimed]
        keys = sorted({message.data.key for message in fresh}, key=in_order)
        held = {row[0]: (row[1], row[2]) for row in await connection.fetch(LOAD, keys)}
        answers = [_decide(held, message) for message in fresh]
        ordered = sorted(held, key=in_order)
        states = [held[key] for key in ordered]
        await connection.execute(SAVE, ordered, [state[0] for state in states], [state[1] for state in states])
        await _tell(connection, answers)


def _read(record: Record) -> Message:
    message = decode(record)
    if not isinstance(message, Message):
        raise TypeError(message.reason)
    return message


def _decide(held: dict, message: Message) -> Envelope:
    event = message.data
    if not isinstance(event, MatchFound):
        raise TypeError(event.TYPE)
    taken, best = held.get(event.supplier_id, (0, 0))
    taken, best = held[event.supplier_id] = taken + 1, max(best, event.score)
    answer = Counted(supplier_id=event.supplier_id, match_id=event.match_id, taken=taken, best=best)
    cause = Cause(message.envelope.cause.correlation_id, text_of(message.message_id))
    return Envelope(new_id(), "portal", now(), answer, cause)


async def _tell(connection: asyncpg.Connection, answers: Sequence[Envelope]) -> None:
    await connection.execute(
        TELL,
        [answer.id for answer in answers],
        [ANSWERS] * len(answers),
        [answer.data.key for answer in answers],
        [Counted.TYPE] * len(answers),
        [encode(answer) for answer in answers],
    )


async def run_member(consumer: AIOKafkaConsumer, connection: asyncpg.Connection) -> None:
    while True:
        batches = await consumer.getmany(timeout_ms=1_000, max_records=BATCH)
        records = [Record(r.topic, r.partition, r.offset, r.key, r.value) for batch in batches.values() for r in batch]
        if records:
            await store_batch(connection, records)
            await consumer.commit({TopicPartition(*part): batch[-1].offset + 1 for part, batch in batches.items()})


async def consume(group: str, _: int) -> tuple[float, float]:
    consumers = [_consumer(group) for _ in range(MEMBERS)]
    connections = [await asyncpg.connect(URL) for _ in range(MEMBERS)]
    await asyncio.gather(*(consumer.start() for consumer in consumers))
    await assigned(consumers)
    progress = Progress()
    for consumer in consumers:
        await progress.watch(consumer)
    started = rewind(consumers)
    members = [asyncio.create_task(run_member(*pair)) for pair in zip(consumers, connections, strict=True)]
    waiting = asyncio.create_task(progress.wait())
    await asyncio.wait({waiting, *members}, return_when=asyncio.FIRST_COMPLETED)
    for member in members:
        if member.done():
            await member
        member.cancel()
    await asyncio.gather(*(consumer.stop() for consumer in consumers), *(each.close() for each in connections))
    return started, await waiting


def _consumer(group: str) -> AIOKafkaConsumer:
    client = KafkaSettings().client()
    return AIOKafkaConsumer(TOPIC, **client, group_id=group, enable_auto_commit=False, auto_offset_reset="earliest")


if __name__ == "__main__":
    serve(consume)
