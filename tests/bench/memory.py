"""What a service holds in memory while a long backlog waits for it."""

import asyncio
import sys

from deploy.engines.ports import free_port
from deploy.provision import kafka_admin
from deploy.provision.kafka_admin import TopicSpec
from shared.messaging.topics import catalogue
from tests.bench.consume import load
from tests.bench.pair import Pair
from tests.bench.peers.rounds import peak_mb
from tests.bench.process import end, launch
from tests.bench.report import Figures
from tests.bench.settings import Settings
from tests.bench.workload import PARTITIONS, TOPIC

SERVICE = "development"
MATCHES_PER_SUPPLIER = 10
LOOK_S = 1.0
DEADLINE_S = 600.0


async def run(pair: Pair, settings: Settings, figures: Figures) -> None:
    topics = [TopicSpec(topic.name, topic.partitions) for topic in catalogue()]
    await asyncio.to_thread(kafka_admin.ensure_topics, pair.kafka.admin(), topics)
    await load(pair, TOPIC, settings.backlog, settings.backlog // MATCHES_PER_SUPPLIER)
    environment = {**pair.environment(await pair.migrated(SERVICE)), "PDP_HTTP_PORT": str(free_port())}
    process = await launch(pair, SERVICE, (sys.executable, "-m", f"services.{SERVICE}"), environment)
    try:
        async with asyncio.timeout(DEADLINE_S):
            while not await _caught_up(pair):  # noqa: ASYNC110
                await asyncio.sleep(LOOK_S)
        peak = peak_mb(process.pid)
    finally:
        await end(process)
    figures.add("memory", f"{SERVICE}, {settings.backlog:,} records behind", peak, "MB")


async def _caught_up(pair: Pair) -> bool:
    return await pair.lag(TOPIC, PARTITIONS, SERVICE) == 0
