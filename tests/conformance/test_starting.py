"""What a service promises about its start, and about a part of it that ends."""

import asyncio
import os
import re
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg
import httpx
import pytest
from fastapi import APIRouter
from structlog.testing import capture_logs

from deploy.engines.ports import free_port
from shared.messaging import journal
from shared.messaging.subscriber import BatchSubscriber
from shared.runtime.database import Connection
from shared.runtime.settings import ServiceSettings
from shared.service import consuming
from shared.service.callers import OPEN_TO_ALL
from shared.service.service import CLOSE_S, Service
from shared.service.stage import Stage
from shared.testing.faults import Proxy
from tests.conformance.events import Told
from tests.conformance.stage import SHORT_SESSION_MS, envelope, eventually
from tests.conftest import Broker
from tests.faults import stage
from tests.faults.plant import START_S
from tests.faults.worker import Worker, environment
from tests.messaging.test_aiokafka_internals import ROUTINES, routine_of

STOP_S = 30.0
"""More than any stop takes, so that one that hangs fails its test."""


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


@pytest.fixture
def arrived() -> asyncio.Event:
    """Set when a request that nobody answers has arrived."""
    return asyncio.Event()


@pytest.fixture
async def service(broker: Broker, store_url: str, arrived: asyncio.Event, monkeypatch: pytest.MonkeyPatch) -> Service:
    """A stage with one member, in this process; not yet running."""
    monkeypatch.setattr("shared.messaging.broker.SESSION_TIMEOUT_MS", SHORT_SESSION_MS)
    await stage.make_store(store_url)
    name = f"starting.{uuid4().hex}"
    told, noted = [await broker.create_topic(f"{name}.{kind}.v1") for kind in ("told", "noted")]
    settings = ServiceSettings(database_url=store_url, http_port=free_port(), consumers=1, stop_grace_s=3)
    # Of another group than the processes here: who joins one waits for what it takes for a member that comes back.
    made = Stage("matching", lambda *_: _slow(arrived), routes=stage.routes(noted), topics=(told, noted))
    return Service(made, settings, broker.settings())


def _slow(arrived: asyncio.Event) -> APIRouter:
    router = APIRouter()

    @router.get("/slow", openapi_extra=OPEN_TO_ALL)
    async def slow() -> None:
        arrived.set()
        await asyncio.Event().wait()

    return router


@asynccontextmanager
async def running(service: Service) -> AsyncIterator[BatchSubscriber]:
    """Its member, while the service runs; then it is asked to stop."""
    task = asyncio.create_task(service.run())
    (member,) = service._subscribers.values()
    try:
        yield member
    finally:
        os.kill(os.getpid(), signal.SIGTERM)
        async with asyncio.timeout(STOP_S):
            await task


@pytest.mark.long
@pytest.mark.parametrize("routine", ROUTINES)
async def test_a_consumer_that_ends_by_itself_is_started_again(service: Service, routine: str) -> None:
    async with running(service) as member:
        await eventually(lambda: _works(member), START_S)
        consumer: Any = member._subscriber.consumer
        routine_of(consumer, routine).cancel()
        await eventually(lambda: _is(member._subscriber.consumer not in {None, consumer}), START_S)
        await eventually(lambda: _works(member), START_S)


async def test_a_consumer_that_cannot_start_is_tried_again_whatever_the_error(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """uvloop says RuntimeError where a connection ended, also when what is left of it is stopped."""
    (kafka,) = service._brokers
    failing: dict[str, list[Exception]] = {
        "start": [RuntimeError("unable to perform operation"), OSError("away")],
        "stop": [RuntimeError("unable to perform operation")],
    }
    for name, failures in failing.items():
        monkeypatch.setattr(kafka, name, partial(_failing, getattr(kafka, name), failures))
    with capture_logs() as logs:
        async with running(service) as member:
            await eventually(lambda: _works(member), START_S)
    said = [line for line in logs if line["event"] in {"consumer_failed", "kafka_unreachable"}]
    assert [(line["event"], line["error"], "at" in line) for line in said] == [
        ("consumer_failed", "RuntimeError", True),
        ("kafka_unreachable", "OSError", False),
    ]


async def test_an_inbox_that_forgets_slowly_keeps_no_service_from_starting(service: Service, store_url: str) -> None:
    busy = await asyncpg.connect(store_url)
    await busy.execute("INSERT INTO inbox VALUES (gen_random_uuid(), now() - interval '1 year')")
    transaction = busy.transaction()
    await transaction.start()
    await busy.execute("SELECT FROM inbox FOR UPDATE")
    async with running(service) as member:
        await eventually(lambda: _works(member), 30)
        await transaction.rollback()
        await eventually(lambda: _is_empty(busy))
    await busy.close()


async def _is_empty(connection: Connection) -> bool:
    return await connection.fetchval("SELECT count(*) FROM inbox") == 0


async def test_a_stop_takes_no_longer_than_its_grace_whatever_is_under_way(
    service: Service, store_url: str, arrived: asyncio.Event
) -> None:
    """A request that takes a minute, a batch that waits for a lock, and a connection that nobody returns."""
    busy = await asyncpg.connect(store_url)
    transaction = busy.transaction()
    async with httpx.AsyncClient(timeout=60) as client:
        async with running(service) as member:
            await eventually(lambda: _works(member), START_S)
            await transaction.start()
            await busy.execute("LOCK TABLE inbox")
            await _tell(service)
            await eventually(lambda: _somebody_waits(busy))
            request = asyncio.create_task(client.get(f"http://127.0.0.1:{service._settings.http_port}/slow"))
            await service.database.pool.acquire()
            await arrived.wait()
            asked = time.monotonic()
        took = time.monotonic() - asked
        request.cancel()
        await asyncio.gather(request, return_exceptions=True)
    await transaction.rollback()
    await busy.close()
    # Its process would end here; this one lives on, with what the grace was too short for.
    for broker in service._brokers:
        await consuming.stop(broker)
    assert took < service._settings.stop_grace_s + CLOSE_S + 0.5


@pytest.fixture
async def reader(broker: Broker, store_url: str, tmp_path: Path) -> AsyncIterator[Worker]:
    """A service with a kind of file that is read for ever."""
    await stage.make_store(store_url)
    name = f"reading.{uuid4().hex}"
    topics = [await broker.create_topic(f"{name}.{kind}.v1") for kind in ("told", "noted")]
    settings = environment(store_url, broker.settings(), topics) | {"PDP_STOP_GRACE_S": "3"}
    worker = Worker("1", settings, tmp_path / "service.log", module="tests.conformance.endless")
    worker.start()
    yield worker
    await worker.stop()


async def test_a_file_that_is_read_for_ever_ends_with_the_process_and_is_taken_up_by_the_next(reader: Worker) -> None:
    await eventually(reader.ready, START_S)
    async with httpx.AsyncClient(timeout=60) as client:
        answer = await client.post(
            f"http://127.0.0.1:{reader.port}/files", files={"file": ("a.csv", b"rfc")}, headers={"Prefer": "wait=0"}
        )
    assert (answer.status_code, answer.json()["ended_at"]) == (201, None)
    await eventually(lambda: _is(len(_children(reader)) == 1), START_S)
    (child,) = _children(reader)
    assert await reader.stop()
    await eventually(lambda: _is(not child.exists()))
    reader.start()
    await eventually(lambda: _is(len(_children(reader)) == 1), START_S)


def _children(worker: Worker) -> list[Path]:
    """The processes that it started."""
    assert worker.process is not None
    pid = worker.process.pid
    found = Path(f"/proc/{pid}/task/{pid}/children")
    return [Path("/proc", child) for child in found.read_text().split()] if found.exists() else []


async def _tell(service: Service) -> None:
    assert service._stage.topics is not None
    async with service.database.transaction() as connection:
        await journal.append(connection, [envelope(Told(on=service._stage.topics[0], account=uuid4(), number=1))])


async def _somebody_waits(connection: Connection) -> bool:
    return await connection.fetchval("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'") > 0


async def _failing(then: Callable[[], Awaitable[None]], failures: list[Exception]) -> None:
    if failures:
        raise failures.pop(0)
    await then()


async def _works(member: BatchSubscriber) -> bool:
    return member.trouble() is None


async def _is(holds: bool) -> bool:
    return holds


async def _waits(worker: Worker) -> bool:
    return "store_unreachable" in worker.log.read_text()
