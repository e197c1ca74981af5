"""A named process that comes back within its session is given what it had: what it subscribes to now must count."""

import re
import secrets
from uuid import UUID, uuid4

import pytest

from shared.messaging.broker import ConsumingBroker
from shared.messaging.retry import Backoff
from shared.messaging.subscriber import BatchSubscriber
from tests.conformance.stage import SHORT_SESSION_MS, Bench, Consuming, eventually


def _named(bench: Bench, group: str, topics: tuple[str, ...] = (), pattern: str | None = None) -> Consuming:
    kafka = ConsumingBroker(bench.broker.settings(), "conformance", 5.0)
    subscriber = BatchSubscriber(
        kafka, bench.runner, group, topics=topics, pattern=pattern, instance="one", backoff=Backoff(0.05, 0.3)
    )
    return Consuming(kafka, subscriber)


@pytest.fixture
async def second(bench: Bench) -> str:
    return await bench.broker.create_topic(f"conformance.{secrets.token_hex(6)}.v1")


@pytest.fixture(autouse=True)
def _short_session(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.messaging.broker.SESSION_TIMEOUT_MS", SHORT_SESSION_MS)


@pytest.mark.parametrize("keeps_the_first", [True, pytest.param(False, marks=pytest.mark.long)])
async def test_a_topic_that_a_new_version_reads_is_read(
    bench: Bench, topic: str, second: str, keeps_the_first: bool
) -> None:
    group = f"g-{secrets.token_hex(6)}"
    await bench.tell(topic, key := uuid4(), 1)
    async with _named(bench, group, (topic,)):
        await eventually(lambda: _has(bench, key, 1))
    await bench.tell(second, other := uuid4(), 1)
    async with _named(bench, group, (topic, second) if keeps_the_first else (second,)):
        await eventually(lambda: _has(bench, other, 1), 60)


async def test_a_partner_that_came_while_the_process_was_away_is_read(bench: Bench) -> None:
    group, mark = f"g-{secrets.token_hex(6)}", secrets.token_hex(6)
    first, later = f"partner.{mark}-a.answers.v1", f"partner.{mark}-b.answers.v1"
    pattern = rf"^partner\.{re.escape(mark)}-.\.answers\.v1$"
    await bench.broker.create_topic(first)
    await bench.tell(first, key := uuid4(), 1)
    async with _named(bench, group, pattern=pattern):
        await eventually(lambda: _has(bench, key, 1))
    await bench.broker.create_topic(later)
    await bench.tell(later, other := uuid4(), 1)
    async with _named(bench, group, pattern=pattern):
        await eventually(lambda: _has(bench, other, 1), 60)


async def _has(bench: Bench, key: UUID, *numbers: int) -> bool:
    return await bench.numbers(key) == numbers
