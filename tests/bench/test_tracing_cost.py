"""What tracing costs, counted: nothing where it is off, and where it is on no more than `baseline.json` says."""

import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from types import FrameType
from uuid import uuid4

import pytest

from shared.contracts.matching import MatchFound
from shared.messaging import journal
from shared.messaging.batch import BatchRunner
from shared.messaging.codec import Record, encode
from shared.messaging.producer import Publisher
from shared.messaging.relay import Relay
from shared.messaging.routing import on
from shared.runtime import tracing
from shared.runtime.database import Database
from shared.testing.collector import collecting
from tests.bench.counters import counted, judge
from tests.bench.workload import PARTITIONS, TOPIC, accounts, found, match_found
from tests.conftest import Broker

BATCH = 500
KEYS = 100


def _envelope(number: int):
    envelope = found(number, KEYS)
    sampled = f"00-{number + 1:032x}-b7ad6b7169203331-01"
    return envelope._replace(cause=envelope.cause._replace(traceparent=sampled))


async def _consume(runner: BatchRunner, records: list[Record]) -> None:
    """As the subscriber does."""
    with tracing.consuming("portal", (record.topic for record in records), len(records)):
        outcome = await runner.consume(records)
    assert (outcome.applied, outcome.decided) == (len(records), len(records))


def _records(first: int) -> list[Record]:
    envelopes = [_envelope(number) for number in range(first, first + BATCH)]
    return [Record(TOPIC, 0, n, str(each.data.key).encode(), encode(each)) for n, each in enumerate(envelopes, first)]


@pytest.fixture
def runner(store: Database) -> BatchRunner:
    return BatchRunner(store, "portal", (on(MatchFound, accounts, match_found),))


@pytest.fixture
async def relay(store: Database, broker: Broker) -> AsyncIterator[Relay]:
    """With a round of traced events to publish."""
    topic = await broker.create_topic(f"bench.{uuid4().hex}.v1", PARTITIONS)
    publisher = Publisher(broker.settings(), "tracing")
    async with store.connection() as connection:
        await journal.append(connection, [_envelope(number) for number in range(BATCH)])
        await connection.execute("UPDATE journal SET topic = $1", topic)
    yield Relay(store, publisher)
    await publisher.close()


@contextmanager
def _called(package: str) -> Iterator[set[str]]:
    """The functions of a package that the block calls in this thread."""
    names: set[str] = set()

    def call(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and frame.f_globals.get("__name__", "").startswith(package):
            names.add(frame.f_code.co_qualname)

    sys.setprofile(call)
    try:
        yield names
    finally:
        sys.setprofile(None)


async def test_off_nothing_of_opentelemetry_is_called(store: Database, runner: BatchRunner, relay: Relay) -> None:
    assert not tracing.on()
    with _called("opentelemetry") as names:
        await _consume(runner, _records(0))
        async with store.connection() as connection:
            await relay.step(connection)
    assert names == set()


async def test_on_a_batch_costs_no_more_than_it_did(store: Database, runner: BatchRunner) -> None:
    with collecting() as collector:
        tracing.configure("portal", collector.endpoint)
        try:
            for warm in (0, 1):
                await _consume(runner, _records(warm * BATCH))
            records = _records(2 * BATCH)
            async with counted(store) as cost:
                await _consume(runner, records)
        finally:
            tracing.stop()
    assert sum(span.name.startswith("decide") for span in collector.spans) == 3 * BATCH
    judge(
        "batch_traced",
        {"statements": cost.statements, "round_trips": cost.round_trips, "calls_per_event": cost.calls / BATCH},
    )
