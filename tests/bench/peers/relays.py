"""What publishes an outbox: ours, row by row, and faststream-outbox as its documentation shows it."""

import asyncio
import sys
import time
from typing import Any

import asyncpg
from aiokafka import AIOKafkaProducer
from faststream.kafka import KafkaBroker
from faststream.security import SASLScram256
from faststream_outbox import OutboxBroker, make_outbox_table
from sqlalchemy import MetaData
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from shared.messaging import outbox
from shared.messaging.producer import Publisher, partition_of
from shared.messaging.relay import Relay
from shared.runtime.database import Database
from shared.runtime.settings import KafkaSettings, ServiceSettings
from tests.bench.peers.rounds import Round, serve
from tests.bench.workload import PARTITIONS, entries

URL = ServiceSettings().database_url
KEYS = 1_000
QUEUE = "bench"
LEFT_PAUSE_S = 0.01

FILL = """
    WITH written AS (
        INSERT INTO journal (event_id, topic, key, type, body)
        SELECT gen_random_uuid(), $1, key, 'matching.match-found', body
        FROM unnest($2::uuid[], $3::bytea[]) AS given(key, body)
        RETURNING id, recorded_at, topic
    ) {put}
"""
TOGETHER = outbox.PUT.format(written="written", together=outbox.TOGETHER)
APART = "INSERT INTO outbox SELECT id, recorded_at, topic FROM written"
TRANSACTION = 500
"""Events of one, as a batch has them."""
NEXT = """
    SELECT o.id, j.topic, j.key, j.body FROM outbox AS o
    JOIN journal AS j ON j.recorded_at = o.recorded_at AND j.id = o.id
    ORDER BY o.id LIMIT 1 FOR UPDATE OF o SKIP LOCKED
"""
OUTBOX = make_outbox_table(MetaData(), table_name="outbox")


async def fill(topic: str, records: int, put: str) -> None:
    connection = await asyncpg.connect(URL)
    made = entries(topic, 0, records, KEYS)
    for first in range(0, records, TRANSACTION):
        part = made[first : first + TRANSACTION]
        keys, bodies = [entry.key.decode() for entry in part], [entry.body for entry in part]
        await connection.execute(FILL.format(put=put), topic, keys, bodies)
    await connection.execute("ANALYZE outbox")
    await connection.close()


async def ours(topic: str, records: int) -> tuple[float, float]:
    database = Database(URL, application="bench")
    relay = Relay(database, Publisher(KafkaSettings(), "bench-relay"))
    connection = await database.dedicated()
    await fill(topic, 1, TOGETHER)
    await relay.step(connection)
    await fill(topic, records - 1, TOGETHER)
    started = time.perf_counter()
    while await relay.step(connection) == 0:
        pass
    ended = time.perf_counter()
    await relay.release()
    await connection.close()
    return started, ended


async def row_by_row(topic: str, records: int) -> tuple[float, float]:
    connection = await asyncpg.connect(URL)
    producer = AIOKafkaProducer(**KafkaSettings().client(), acks="all")
    await producer.start()
    await producer.partitions_for(topic)
    await fill(topic, records, APART)
    started = time.perf_counter()
    while await _one(connection, producer):
        pass
    ended = time.perf_counter()
    await producer.stop()
    await connection.close()
    return started, ended


async def _one(connection: asyncpg.Connection, producer: AIOKafkaProducer) -> bool:
    async with connection.transaction():
        row = await connection.fetchrow(NEXT)
        if row is None:
            return False
        key = str(row["key"]).encode()
        await producer.send_and_wait(row["topic"], row["body"], key=key, partition=partition_of(key, PARTITIONS))
        await connection.execute("DELETE FROM outbox WHERE id = $1", row["id"])
    return True


def faststream_outbox(**options: Any) -> Round:
    async def drain(topic: str, records: int) -> tuple[float, float]:
        engine = create_async_engine(URL.replace("postgresql://", "postgresql+asyncpg://", 1))
        broker = OutboxBroker(engine, outbox_table=OUTBOX, logger=None)
        kafka = _kafka()
        publisher = kafka.publisher(topic)

        @publisher
        @broker.subscriber(QUEUE, **options)
        async def relay(body: dict[str, Any]) -> dict[str, Any]:
            return body

        await _publish(engine, broker, topic, records)
        await kafka.start()
        started = time.perf_counter()
        await broker.start()
        await _emptied(engine)
        ended = time.perf_counter()
        await broker.stop()
        await kafka.stop()
        await engine.dispose()
        return started, ended

    return drain


def _kafka() -> KafkaBroker:
    settings = KafkaSettings()
    security = SASLScram256(settings.user, settings.password.get_secret_value(), use_ssl=False)
    return KafkaBroker(settings.bootstrap, security=security, acks="all", logger=None)


async def _publish(engine: AsyncEngine, broker: OutboxBroker, topic: str, records: int) -> None:
    bodies = [entry.body for entry in entries(topic, 0, records, KEYS)]
    async with engine.begin() as connection:
        await broker.publish_batch(
            *bodies, queue=QUEUE, session=connection, headers={"content-type": "application/json"}
        )


async def _emptied(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        while (await connection.exec_driver_sql("SELECT EXISTS (SELECT FROM outbox)")).scalar():
            await connection.rollback()
            await asyncio.sleep(LEFT_PAUSE_S)


WAYS = {
    "ours": ours,
    "row-by-row": row_by_row,
    "faststream-outbox": faststream_outbox(),
    "faststream-outbox-tuned": faststream_outbox(max_workers=8, fetch_batch_size=100, min_fetch_interval=0.01),
}

if __name__ == "__main__":
    serve(WAYS[sys.argv[1]])
