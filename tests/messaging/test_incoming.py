"""What FastStream makes of a batch between the fetch and its offsets, on its own test broker: no Kafka is in this."""

import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from faststream.kafka import TestKafkaBroker
from structlog.testing import capture_logs

from shared.messaging.batch import Outcome
from shared.messaging.broker import ConsumingBroker, group_subscriber
from shared.messaging.codec import Record
from shared.messaging.incoming import IncomingBatch
from shared.runtime.settings import KafkaSettings


@dataclass
class Member:
    """Writes down how each batch ended, and fails as it is told."""

    group: str = "g"
    ended: list[tuple[str, Exception | None]] = field(default_factory=list)
    failing: dict[str, Exception] = field(default_factory=dict)
    batches: list[IncomingBatch] = field(default_factory=list)

    async def parse(self, records: Any) -> IncomingBatch:
        found = tuple(Record(each.topic, each.partition, each.offset, each.key, each.value) for each in records)
        self.batches.append(IncomingBatch(found, None, self))
        return self.batches[-1]

    async def handle(self, batch: IncomingBatch) -> Outcome:
        self._fail("handle")
        return Outcome(applied=len(batch.records))

    async def acknowledge(self, batch: IncomingBatch) -> None:
        self.ended.append(("acknowledged", batch.error))
        self._fail("acknowledge")

    async def nack(self, batch: IncomingBatch) -> None:
        self.ended.append(("nacked", batch.error))

    def _fail(self, at: str) -> None:
        if (error := self.failing.get(at)) is not None:
            raise error


Publish = Callable[[], Any]


@pytest.fixture
def member() -> Member:
    return Member()


@pytest.fixture
async def publish(member: Member) -> AsyncIterator[Publish]:
    broker = ConsumingBroker(KafkaSettings(), "test", 1.0)
    subscriber = group_subscriber(
        broker, member.group, member.parse, topics=["t.v1"], pattern=None, instance="", max_records=10
    )
    subscriber(member.handle)
    async with TestKafkaBroker(broker):
        yield lambda: broker.publish(b"{}", "t.v1", key=b"k")


async def test_a_batch_that_was_consumed_is_acknowledged_once_and_told(member: Member, publish: Publish) -> None:
    with capture_logs() as logs:
        await publish()
    assert member.ended == [("acknowledged", None)]
    [line] = logs
    assert {name: line[name] for name in ("event", "group", "topics", "records", "applied", "dead")} == {
        "event": "batch_consumed",
        "group": "g",
        "topics": ["t.v1"],
        "records": 1,
        "applied": 1,
        "dead": 0,
    }


@pytest.mark.parametrize("error", [ValueError("bug"), OSError("away")])
async def test_a_batch_that_failed_is_nacked_once_with_its_error_and_not_acknowledged(
    member: Member, publish: Publish, error: Exception
) -> None:
    member.failing["handle"] = error
    with capture_logs() as logs, pytest.raises(type(error)):
        await publish()
    assert (member.ended, logs) == ([("nacked", error)], [])


async def test_what_cannot_be_acknowledged_is_not_nacked(member: Member, publish: Publish) -> None:
    """It took effect: delivered again, the inbox would know it."""
    member.failing["acknowledge"] = RuntimeError("uvloop")
    await publish()
    assert member.ended == [("acknowledged", None)]


@pytest.mark.parametrize("at", ["", "handle", "acknowledge"])
async def test_a_batch_that_has_ended_holds_nothing_whoever_holds_it(member: Member, publish: Publish, at: str) -> None:
    member.failing = {at: OSError("away")}
    with contextlib.suppress(OSError):
        await publish()
    [batch] = member.batches
    assert member.ended
    assert (batch.records, batch.body, batch.raw_message, batch.error) == ((), (), (), None)
