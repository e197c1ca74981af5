"""A topic that cannot be written to holds up no other."""

from uuid import uuid4

import pytest
from aiokafka.cluster import ClusterMetadata

from shared.messaging.retry import Backoff
from tests.conformance.events import Told
from tests.conformance.relaying import published, running, waiting
from tests.conformance.stage import Bench, eventually


async def test_a_topic_that_cannot_be_written_to_does_not_hold_up_the_others(
    bench: Bench, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.messaging.producer.METADATA_DEADLINE_S", 0.5)
    monkeypatch.setattr("shared.messaging.relay.ROUND", 5)
    missing = f"{topic}.missing"
    await bench.write_down(*(Told(on=missing, account=uuid4(), number=number) for number in range(10)))
    await bench.write_down(*(Told(on=topic, account=uuid4(), number=number) for number in range(10)))
    async with running(bench.relay()) as relay:
        await eventually(lambda: published(bench, but=10))
        assert relay.failing_since is None
        await bench.broker.create_topic(missing)
        await eventually(lambda: published(bench))
    assert len(await bench.told_on(topic)) == len(await bench.told_on(missing)) == 10


async def test_a_topic_that_is_tried_again_leaves_each_other_its_part_of_the_round(
    bench: Bench, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However much of it waits."""
    monkeypatch.setattr("shared.messaging.producer.METADATA_DEADLINE_S", 0.2)
    monkeypatch.setattr("shared.messaging.relay.ROUND", 4)
    monkeypatch.setattr("shared.messaging.relay.BACKOFF", Backoff(0.0, 0.0))
    key, other = uuid4(), await bench.broker.create_topic(f"{topic}.other")
    await bench.write_down(*(Told(on=f"{topic}.missing", account=key, number=number) for number in range(20)))
    for name in (topic, other):
        await bench.write_down(*(Told(on=name, account=key, number=number) for number in range(3)))
    relay, left = bench.relay(), []
    async with bench.database.connection() as connection:
        for _ in range(4):
            await relay.step(connection)
            left.append([await waiting(bench, name) for name in (topic, other)])
    await relay.release()
    assert left == [[3, 3], [2, 2], [1, 1], [0, 0]]
    for name in (topic, other):
        assert [told.number for told in await bench.told_on(name)] == [0, 1, 2]


async def test_a_topic_rests_from_the_end_of_its_try(bench: Bench, topic: str) -> None:
    """Waiting for a topic that is missing takes longer than its first pause."""
    await bench.write_down(Told(on=f"{topic}.missing", account=uuid4(), number=1))
    relay = bench.relay()
    async with bench.database.connection() as connection:
        assert await relay.step(connection) == 0
        assert await relay.step(connection) > 0
    await relay.release()


async def test_a_partition_without_a_leader_does_not_hold_up_the_other_topics(
    bench: Bench, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where it is all that a round holds. The producer still has what it could not send, and gets rid of it."""
    monkeypatch.setattr("shared.messaging.producer.DELIVERY_DEADLINE_S", 1.0)
    monkeypatch.setattr("shared.messaging.relay.ROUND", 5)
    away, key = await bench.broker.create_topic(f"{topic}.away"), uuid4()
    await bench.write_down(*(Told(on=away, account=key, number=number) for number in range(10)))
    await bench.write_down(*(Told(on=topic, account=uuid4(), number=number) for number in range(10)))
    async with running(bench.relay()) as relay:
        with monkeypatch.context() as broken:
            _without_leaders(broken, away)
            await eventually(lambda: published(bench, but=10))
            assert relay.failing_since is None
            assert relay.backing_off == {away}
        await eventually(lambda: published(bench))
    assert [told.number for told in await bench.told_on(away)] == list(range(10))
    assert len(await bench.told_on(topic)) == 10


def _without_leaders(patch: pytest.MonkeyPatch, topic: str) -> None:
    """One node has no partition without a leader, so the producer is told that there is none."""
    known = ClusterMetadata.leader_for_partition
    patch.setattr(
        ClusterMetadata,
        "leader_for_partition",
        lambda cluster, partition: -1 if partition.topic == topic else known(cluster, partition),
    )
