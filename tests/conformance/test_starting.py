"""What a service promises about its start."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from deploy.local.ports import free_port
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


async def _waits(worker: Worker) -> bool:
    return "store_unreachable" in worker.log.read_text()
