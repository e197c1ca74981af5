"""From a confirmed registration to the last automatic event of its chain, beside a round trip over the same Kafka."""

import asyncio
import json
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory
from uuid import UUID

import httpx
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from pydantic import SecretStr

from deploy.demo.sample.prepare import prepare
from deploy.local import platform
from deploy.local.client import LocalClient
from deploy.provision import kafka_admin
from deploy.provision.kafka_admin import TopicSpec
from shared.contracts.diagnosis import DiagnosisOpened
from shared.days import day_of
from shared.runtime.clock import now
from shared.runtime.settings import KafkaSettings
from tests.bench.http import UNLIMITED
from tests.bench.pair import Pair
from tests.bench.report import Figures
from tests.bench.settings import Settings
from tests.registration.suppliers import body

HOPS = 3
"""SupplierRegistered to matching, OfferingAligned to diagnosis, DiagnosisOpened to whoever reads it."""
ECHO = "bench.echo.v1"
DEADLINE_S = 30.0
BETWEEN_S = 0.02
"""Light load: the next firm comes when the chain of the one before has ended, and a moment later."""


async def run(_: Pair, settings: Settings, figures: Figures) -> None:
    os.environ |= {**UNLIMITED, platform.ANY_PORTS: "1"}
    with TemporaryDirectory(prefix="pdp-bench-") as folder:
        async with platform.running(Path(folder), lambda _: None) as client:
            await _demand(client, Path(folder, "sample"))
            chains = await _chains(client, settings.chains)
            trips = await _round_trips(client, settings.chains)
    per_hop = [seconds / HOPS for seconds in chains]
    for name, found in (("chain", chains), ("chain per hop", per_hop), ("bare round trip", trips)):
        cuts = quantiles(found, n=100)
        for percentile in (50, 99):
            what = name.replace("chain", f"chain p{percentile}") if "chain" in name else f"{name} p{percentile}"
            figures.add("latency", what, cuts[percentile - 1] * 1_000, "ms", samples=len(found))


async def _demand(client: LocalClient, folder: Path) -> None:
    """Anchors that ask: the sample's, with its requirements."""
    sample = await asyncio.to_thread(prepare, folder, day_of(now()), 1)
    with client.http("registration") as registration:
        registration.post("/anchors/imports", files={"file": sample.file("anchors.csv")}).raise_for_status()
    with client.http("matching") as matching:
        async with asyncio.timeout(DEADLINE_S):
            while len(matching.get("/anchors").json()["items"]) < 16:  # noqa: ASYNC110
                await asyncio.sleep(BETWEEN_S)
        matching.post("/requirements/imports", files={"file": sample.file("requirements.csv")}).raise_for_status()


async def _chains(client: LocalClient, count: int) -> list[float]:
    found = []
    async with _reader(client, DiagnosisOpened.TOPIC) as reader, httpx.AsyncClient() as http:
        for number in range(count + 10):
            firm = body(number)
            firm["contact"]["email"] = f"persona-{number}@example.com"
            claim = await http.post(f"{client.url('registration')}/suppliers", json=firm)
            supplier = UUID(claim.raise_for_status().json()["id"])
            code = {"code": client.mailed_code(str(supplier))}
            started = time.perf_counter()
            answer = await http.post(f"{client.url('registration')}/suppliers/{supplier}/confirmation", json=code)
            answer.raise_for_status()
            async with asyncio.timeout(DEADLINE_S):
                await _opened(reader, supplier)
            found.append(time.perf_counter() - started)
            await asyncio.sleep(BETWEEN_S)
    return found[10:]


async def _opened(reader: AIOKafkaConsumer, supplier: UUID) -> None:
    async for record in reader:
        event = json.loads(record.value)
        if event["type"] == DiagnosisOpened.TYPE and record.key == str(supplier).encode():
            return


async def _round_trips(client: LocalClient, count: int) -> list[float]:
    """The same size of record, produced with acks=all and consumed: what one hop costs at least."""
    await asyncio.to_thread(kafka_admin.ensure_topics, client.admin(), [TopicSpec(ECHO, 6)])
    value = json.dumps(body(0)).encode()
    producer = AIOKafkaProducer(**_settings(client).client(), acks="all")
    found = []
    await producer.start()
    async with _reader(client, ECHO) as reader:
        for number in range(count + 10):
            started = time.perf_counter()
            await producer.send_and_wait(ECHO, value, key=str(number).encode())
            await anext(aiter(reader))
            found.append(time.perf_counter() - started)
            await asyncio.sleep(BETWEEN_S)
    await producer.stop()
    return found[10:]


def _settings(client: LocalClient) -> KafkaSettings:
    user, password = client.kafka.admin_credentials
    return KafkaSettings(bootstrap=client.kafka.bootstrap, user=user, password=SecretStr(password))


@asynccontextmanager
async def _reader(client: LocalClient, topic: str) -> AsyncIterator[AIOKafkaConsumer]:
    """Reads what comes from now on."""
    consumer = AIOKafkaConsumer(topic, **_settings(client).client(), auto_offset_reset="latest")
    await consumer.start()
    try:
        for partition in consumer.assignment():
            await consumer.position(partition)
        yield consumer
    finally:
        await consumer.stop()
