"""Brokers killed one after the other under the whole program: what was acknowledged is there, and the books even."""

import asyncio
import json
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError
from pydantic import SecretStr

from deploy.compose.layout import BROKERS
from deploy.provision import kafka_admin
from deploy.provision.kafka_admin import TopicSpec
from shared.messaging.outbox import Unpublished
from shared.messaging.producer import Publisher
from shared.runtime.settings import KafkaSettings
from tests.containers.compose_platform import UP_TIMEOUT, Platform, running
from tests.containers.docker_cli import BUILD_TIMEOUT

TOPIC, PARTITIONS = "probe.told.v1", 6
DEMO_TIMEOUT = 600
PROBE_PAUSE_S = 0.05
BETWEEN_KILLS_S = 4.0
"""Longer than the brokers' session: a dead one is noticed before it comes back."""
KILLS = 2
"""At least: a fast machine may be through with the program before, and the probe goes on."""

pytestmark = [pytest.mark.containers, pytest.mark.timeout(BUILD_TIMEOUT + UP_TIMEOUT + DEMO_TIMEOUT)]


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    with running(tmp_path_factory.mktemp("secrets")) as platform:
        yield platform


@dataclass
class Probe:
    """Tells one number after the other, each until it is acknowledged, as a relay does."""

    kafka: KafkaSettings
    acked: list[int] = field(default_factory=list)
    longest_stall_s: float = 0.0

    async def run(self, stopped: asyncio.Event) -> None:
        publisher, last = Publisher(self.kafka, "probe"), time.monotonic()
        while not stopped.is_set():
            number = len(self.acked)
            entry = Unpublished(number, TOPIC, str(UUID(int=number % 30)).encode(), str(number).encode())
            try:
                delivery = await publisher.publish([entry])
                failed = delivery.failure is not None or bool(delivery.troubled)
            except (KafkaError, TimeoutError):
                failed = True
            if failed:
                await publisher.close()
                continue
            self.longest_stall_s = max(self.longest_stall_s, time.monotonic() - last)
            last = time.monotonic()
            self.acked.append(number)
            await asyncio.sleep(PROBE_PAUSE_S)
        await publisher.close()


async def _told(kafka: KafkaSettings) -> list[tuple[bytes, int]]:
    """Every key and number on the topic, each partition in its order."""
    consumer = AIOKafkaConsumer(**kafka.client(), auto_offset_reset="earliest")
    await consumer.start()
    try:
        parts = [TopicPartition(TOPIC, number) for number in range(PARTITIONS)]
        consumer.assign(parts)
        ends, found = await consumer.end_offsets(parts), []
        for part in parts:
            await consumer.seek_to_beginning(part)
        while any([await consumer.position(part) < ends[part] for part in parts]):
            for records in (await consumer.getmany(timeout_ms=500)).values():
                found += [(record.key or b"", int(record.value or b"-1")) for record in records]
        return found
    finally:
        await consumer.stop()


async def _kill_in_turn(platform: Platform, playing: asyncio.subprocess.Process) -> list[str]:
    """Kill a broker, bring it back, then the next, while the program plays."""
    killed: list[str] = []
    while playing.returncode is None or len(killed) < KILLS:
        await asyncio.sleep(BETWEEN_KILLS_S)
        broker = BROKERS[len(killed) % len(BROKERS)]
        await asyncio.to_thread(platform.compose, "kill", broker)
        killed.append(broker)
        await asyncio.sleep(BETWEEN_KILLS_S)
        await asyncio.to_thread(platform.compose, "up", "--wait", "--no-deps", "--no-recreate", broker)
    return killed


async def test_brokers_killed_one_after_the_other(platform: Platform, tmp_path: Path) -> None:
    connection = platform.client.connection()
    kafka = KafkaSettings(
        bootstrap=connection["bootstrap.servers"],
        user=connection["sasl.username"],
        password=SecretStr(connection["sasl.password"]),
        protocol="SASL_SSL",
        ca_file=Path(connection["ssl.ca.location"]),
    )
    await asyncio.to_thread(kafka_admin.ensure_topics, platform.admin(), [TopicSpec(TOPIC, PARTITIONS, {})])
    file, stopped, probe = tmp_path / "outcome.json", asyncio.Event(), Probe(kafka)
    probing = asyncio.create_task(probe.run(stopped))
    command = ("-m", "deploy.cli.main", "--lang", "en", "demo", "--target", str(platform.target), "--json", str(file))
    environment = {**os.environ, **platform.environment, "PDP_DATA": str(tmp_path)}
    with (tmp_path / "demo.log").open("wb") as log:
        playing = await asyncio.create_subprocess_exec(
            sys.executable, *command, env=environment, stdout=log, stderr=log
        )
        killing = asyncio.create_task(_kill_in_turn(platform, playing))
        code = await asyncio.wait_for(playing.wait(), DEMO_TIMEOUT)
    killed = await killing
    stopped.set()
    await probing
    assert code == 0, (tmp_path / "demo.log").read_text()[-2000:]
    books = json.loads(file.read_text())["reconciliation"]
    told = await _told(kafka)
    numbers = [number for _, number in told]
    print(  # noqa: T201 - figures of the handbook
        f"{len(killed)} brokers killed, {len(probe.acked)} acknowledged, longest stall {probe.longest_stall_s:.1f} s, "
        f"republished {len(numbers) - len(set(numbers))}, books {books}"
    )
    assert len(set(killed)) >= KILLS
    assert set(probe.acked) <= set(numbers)
    by_key: dict[bytes, list[int]] = {}
    for key, number in told:
        by_key.setdefault(key, []).append(number)
    assert all(list(dict.fromkeys(each)) == sorted(set(each)) for each in by_key.values())
    assert (books["lost"], books["doubled"], books["lag"]) == (0, 0, 0)
    assert books["dead_letters"] == books["planned_dead_letters"]
