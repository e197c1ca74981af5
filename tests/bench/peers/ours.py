"""Ours: the subscriber and the batch runner of every stage, with a stage that only counts.

Arguments: members of the group in this process, how many processes share the topic, and its partitions.
"""

import sys

from aiokafka import AIOKafkaConsumer

from shared.contracts.dead_letters import ServiceName
from shared.contracts.matching import MatchFound
from shared.messaging.batch import BatchRunner
from shared.messaging.broker import ConsumingBroker
from shared.messaging.routing import Routes, on
from shared.messaging.subscriber import BatchSubscriber
from shared.runtime.database import Database
from shared.runtime.settings import KafkaSettings, ServiceSettings
from tests.bench.peers.rounds import Progress, Round, assigned, meet, rewind, serve
from tests.bench.workload import PARTITIONS, TOPIC, accounts, match_found

SETTINGS = ServiceSettings()


def taking_in(
    service: ServiceName,
    routes: Routes,
    topic: str,
    members: int = SETTINGS.consumers,
    processes: int = 1,
    partitions: int = PARTITIONS,
) -> Round:
    """Rounds of a stage on the real subscriber."""

    async def consume(group: str, _: int) -> tuple[float, float]:
        database = Database(SETTINGS.database_url, application="bench", pool_size=SETTINGS.database_pool)
        await database.open()
        broker = ConsumingBroker(KafkaSettings(), "bench", SETTINGS.stop_grace_s)
        runner = BatchRunner(database, service, routes)
        subscribers = [
            BatchSubscriber(broker, runner, group, topics=[topic], batch_records=SETTINGS.batch_records)
            for _ in range(members)
        ]
        await broker.start()
        consumers = [_consumer_of(subscriber) for subscriber in subscribers]
        await assigned(consumers, processes, partitions)
        await meet(database, processes)
        progress = Progress()
        for consumer in consumers:
            await progress.watch(consumer)
        started = rewind(consumers)
        ended = await progress.wait()
        await meet(database, processes)
        await broker.stop()
        await database.close()
        return started, ended

    return consume


def _consumer_of(subscriber: BatchSubscriber) -> AIOKafkaConsumer:
    consumer = subscriber._subscriber.consumer
    if consumer is None:
        raise RuntimeError("the subscriber is not started")
    return consumer


if __name__ == "__main__":
    serve(taking_in("portal", (on(MatchFound, accounts, match_found),), TOPIC, *map(int, sys.argv[1:])))
