"""What a service promises about its start, and about a part of it that ends."""

import asyncio
import os
import re
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from fastapi import APIRouter

from deploy.local.ports import free_port
from shared.messaging.subscriber import BatchSubscriber
from shared.runtime.service import Service, Stage
from shared.runtime.settings import ServiceSettings
from shared.testing.faults import Proxy
from tests.conformance.stage import eventually
from tests.conftest import Broker
from tests.faults import stage
from tests.faults.plant import START_S, Worker


@pytest.fixture
async def begun(broker: Broker, store_url: str, tmp_path: Path) -> AsyncIterator[tuple[Worker, Proxy]]:
    """A process whose store refuses every connection, and the way to the store."""
    await stage.make_store(store_url)
    kafka, name = broker.settings(), f"starting.{uuid4().hex}"
    topics = [await broker.create_topic(f"{name}.{kind}.v1") for kind in ("told", "noted")]
    store = urlsplit(store_url)
    front = free_port()
    with Proxy(front, store.port or 5432) as net:
        net.set("refuse")
        environment = {
            "PDP_DATABASE_URL": store._replace(netloc=re.sub(r":\d+$", f":{front}", store.netloc)).geturl(),
            "PDP_KAFKA_BOOTSTRAP": kafka.bootstrap,
            "PDP_KAFKA_USER": kafka.user,
            "PDP_KAFKA_PASSWORD": kafka.password.get_secret_value(),
            "PDP_TOPICS": ",".join(topics),
        }
        worker = Worker("1", environment, tmp_path / "service.log")
        worker.start()
        await eventually(lambda: _waits(worker), START_S)
        yield worker, net
        await worker.stop()


async def test_a_store_that_is_away_is_waited_for(begun: tuple[Worker, Proxy]) -> None:
    worker, net = begun
    net.set("pass")
    await eventually(worker.ready, START_S)
    assert await worker.stop()


async def test_a_stop_ends_the_wait(begun: tuple[Worker, Proxy]) -> None:
    worker, _ = begun
    assert await worker.stop()


async def test_a_consumer_that_ends_by_itself_is_started_again(broker: Broker, store_url: str) -> None:
    await stage.make_store(store_url)
    name = f"starting.{uuid4().hex}"
    told, noted = [await broker.create_topic(f"{name}.{kind}.v1") for kind in ("told", "noted")]
    settings = ServiceSettings(database_url=store_url, http_port=free_port(), consumers=1)
    made = Stage("portal", lambda *_: APIRouter(), routes=stage.routes(noted), topics=(told, noted))
    service = Service(made, settings, broker.settings())
    (member,) = service._subscribers.values()
    running = asyncio.create_task(service.run())
    await eventually(lambda: _works(member), START_S)
    consumer: Any = member._subscriber.consumer
    consumer._coordinator._coordination_task.cancel()
    await eventually(lambda: _is(member._subscriber.consumer not in {None, consumer}), START_S)
    await eventually(lambda: _works(member), START_S)
    os.kill(os.getpid(), signal.SIGTERM)
    await running


async def _works(member: BatchSubscriber) -> bool:
    return member.trouble() is None


async def _is(holds: bool) -> bool:
    return holds


async def _waits(worker: Worker) -> bool:
    return "store_unreachable" in worker.log.read_text()
