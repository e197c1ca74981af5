"""Two living processes of one name: the store gives the name to one, the other says why it waits, and takes over."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import asyncpg
import httpx
import pytest

from shared.messaging import journal
from shared.messaging.instance import ANSWER_S, INSTANCE_LOCKS, LOOK_S
from shared.runtime.servers import KEEPALIVE, USER_TIMEOUT_MS
from tests.conformance.events import Told
from tests.conformance.stage import envelope, eventually
from tests.conftest import Broker
from tests.faults import stage
from tests.faults.plant import START_S
from tests.faults.worker import Worker, environment

TAKEN = {"instance": "another process has its PDP_INSTANCE", "portal.0": "not started"}

pytestmark = pytest.mark.timeout(300)
"""Processes start and stop several times."""


@pytest.fixture
async def twins(broker: Broker, store_url: str, tmp_path: Path) -> AsyncIterator[tuple[Worker, Worker, str]]:
    """Two processes, not yet started, of one name on one store, and the topic that they read."""
    await stage.make_store(store_url)
    kafka, name = broker.settings(), f"twins.{uuid4().hex}"
    topics = [await broker.create_topic(f"{name}.{kind}.v1") for kind in ("told", "noted")]
    settings = environment(store_url, kafka, topics) | {"PDP_ALARM_EVERY_S": "1", "PDP_CONSUMERS": "1"}
    first, second = (Worker("twin", settings, tmp_path / f"{place}.log") for place in (1, 2))
    yield first, second, topics[0]
    for worker in (first, second):
        await worker.stop()


async def test_the_second_of_two_processes_of_one_name_says_so_and_waits(
    twins: tuple[Worker, Worker, str], store_url: str
) -> None:
    first, second, topic = twins
    first.start()
    await eventually(first.ready, START_S)
    second.start()
    await eventually(lambda: _says(second, TAKEN), START_S)
    assert _said(second, "instance_taken")
    await eventually(lambda: _alarm(second, "alarm_raised"))
    await _decide(store_url, topic, 1)
    await eventually(lambda: _noted(store_url, 1), START_S)
    assert await first.ready()
    assert not _said(first, "offset_commit_failed")
    await first.stop()
    await eventually(second.ready, START_S)
    await eventually(lambda: _alarm(second, "alarm_cleared"))
    await _decide(store_url, topic, 2)
    await eventually(lambda: _noted(store_url, 2), START_S)


@pytest.mark.long
async def test_a_name_lost_to_another_is_consumed_under_no_more_and_taken_again_when_it_is_free(
    twins: tuple[Worker, Worker, str], store_url: str
) -> None:
    first, second, topic = twins
    first.start()
    await eventually(first.ready, START_S)
    second.start()
    await eventually(lambda: _says(second, TAKEN), START_S)
    await _end_the_session_of_the_name(store_url)
    await eventually(second.ready, START_S)
    await eventually(lambda: _says(first, TAKEN), START_S)
    await _decide(store_url, topic, 1)
    await eventually(lambda: _noted(store_url, 1), START_S)
    assert not _said(second, "offset_commit_failed"), "nobody else consumes under the name"
    await second.stop()
    await eventually(first.ready, START_S)
    await _decide(store_url, topic, 2)
    await eventually(lambda: _noted(store_url, 2), START_S)


def test_who_is_cut_off_from_the_store_stops_before_another_gets_the_name() -> None:
    silence_s = KEEPALIVE["IDLE"] + KEEPALIVE["INTVL"] * KEEPALIVE["CNT"]
    assert min(USER_TIMEOUT_MS / 1000, silence_s) > LOOK_S + ANSWER_S


async def _end_the_session_of_the_name(url: str) -> None:
    connection = await asyncpg.connect(url, timeout=10)
    await connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1"
        " AND classid::bigint = $1",
        INSTANCE_LOCKS >> 32,
    )
    await connection.close()


async def _says(worker: Worker, troubles: dict[str, str]) -> bool:
    try:
        async with httpx.AsyncClient() as client:
            answer = await client.get(f"http://127.0.0.1:{worker.port}/ready")
    except httpx.HTTPError:
        return False
    return answer.json() == troubles


def _said(worker: Worker, event: str) -> list[dict[str, object]]:
    lines = worker.log.read_text().splitlines()
    return [told for line in lines if f'"{event}"' in line and (told := json.loads(line))["event"] == event]


async def _alarm(worker: Worker, event: str) -> bool:
    return [line["name"] for line in _said(worker, event)] == ["instance_taken"]


async def _decide(url: str, topic: str, number: int) -> None:
    connection = await asyncpg.connect(url, timeout=10)
    await journal.append(connection, [envelope(Told(on=topic, account=uuid4(), number=number))])
    await connection.close()


async def _noted(url: str, number: int) -> bool:
    """It went through both hops."""
    connection = await asyncpg.connect(url, timeout=10)
    found = await connection.fetchval("SELECT count(*) FROM effect WHERE number = $1", number)
    await connection.close()
    return bool(found == 2)
