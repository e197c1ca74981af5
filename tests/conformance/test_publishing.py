"""What a stage promises about the events that it decides."""

import asyncio
import secrets
from collections import defaultdict
from contextlib import ExitStack
from uuid import UUID, uuid4

import pytest
from aiokafka.errors import KafkaError, TopicAuthorizationFailedError, UnknownTopicOrPartitionError
from confluent_kafka import Producer

from shared.messaging import journal, outbox
from shared.messaging.outbox import Unpublished
from shared.messaging.producer import Publisher
from shared.messaging.relay import ROUND_BYTES
from tests.conformance.events import Told
from tests.conformance.relaying import published, running
from tests.conformance.stage import Bench, envelope, eventually


async def test_every_decided_event_is_published_once_the_outbox_is_empty(bench: Bench, topic: str) -> None:
    keys = [uuid4() for _ in range(5)]
    for number in range(10):
        await bench.write_down(*(Told(on=topic, account=key, number=number) for key in keys))
    async with running(bench.relay()):
        await eventually(lambda: published(bench))
    assert sorted(_by_key(await bench.told_on(topic))) == sorted(keys)
    assert set(map(tuple, _by_key(await bench.told_on(topic)).values())) == {tuple(range(10))}
    assert await bench.count("journal") == 50, "the journal keeps what the outbox forgets"


async def test_a_waiting_relay_is_woken_by_the_commit(bench: Bench, topic: str) -> None:
    """Woken, not polling: the watchdog alone would take ten seconds."""
    async with running(bench.relay()) as relay:
        await relay.idle.wait()
        for number in range(3):
            await bench.write_down(Told(on=topic, account=uuid4(), number=number))
            async with asyncio.timeout(3):
                await eventually(lambda: published(bench))


async def test_an_event_of_a_rolled_back_decision_is_never_published(bench: Bench, topic: str) -> None:
    async with bench.database.connection() as connection:
        transaction = connection.transaction()
        await transaction.start()
        await journal.append(connection, [envelope(Told(on=topic, account=uuid4(), number=1))])
        await transaction.rollback()
    await bench.write_down(Told(on=topic, account=uuid4(), number=2))
    async with running(bench.relay()):
        await eventually(lambda: published(bench))
    assert [told.number for told in await bench.told_on(topic)] == [2]


@pytest.fixture(params=[2_000, 1])
def rounds(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the usual size, and so small that the next one is fetched while one is under way."""
    monkeypatch.setattr("shared.messaging.relay.ROUND", request.param)


@pytest.mark.usefixtures("rounds")
async def test_trap_4_concurrent_writers_lose_no_event_and_swap_none_of_one_aggregate(bench: Bench, topic: str) -> None:
    """Ids are given before the commit: a cursor would pass over those that commit late."""
    keys = [uuid4() for _ in range(4)]

    async def write(key: UUID, number: int) -> None:
        async with bench.database.transaction() as connection:
            await connection.execute("SELECT pg_advisory_xact_lock(hashtext($1))", str(key))
            count = await connection.fetchval("SELECT count(*) FROM journal WHERE key = $1", key)
            await journal.append(connection, [envelope(Told(on=topic, account=key, number=count))])
            await connection.execute("SELECT pg_sleep($1)", (number % 5) * 0.02)

    async with running(bench.relay()):
        await asyncio.gather(*(write(keys[number % 4], number) for number in range(80)))
        await eventually(lambda: published(bench))
    assert set(map(tuple, _by_key(await bench.told_on(topic)).values())) == {tuple(range(20))}


async def test_trap_5_partitions_are_those_of_the_java_client(bench: Bench, topic: str) -> None:
    """`murmur2_random` is librdkafka's name for what the Java client does."""
    keys = [uuid4() for _ in range(30)]
    await bench.write_down(*(Told(on=topic, account=key, number=1) for key in keys))
    async with running(bench.relay()):
        await eventually(lambda: published(bench))
    ours = {record.key: record.partition for record in await bench.read_all(topic)}

    theirs: dict[bytes | None, int | None] = {}
    producer = Producer({**bench.broker.node.client_config(), "partitioner": "murmur2_random"})
    for key in keys:
        producer.produce(
            topic, b"x", str(key).encode(), on_delivery=lambda _, m: theirs.update({m.key(): m.partition()})
        )
    await asyncio.to_thread(producer.flush, 10)
    assert ours == theirs
    assert len(set(ours.values())) == 3


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A producer is given up within two seconds."""
    monkeypatch.setattr("shared.messaging.producer.DELIVERY_DEADLINE_S", 1.0)
    monkeypatch.setattr("shared.messaging.producer.START_DEADLINE_S", 1.0)
    monkeypatch.setattr("shared.messaging.producer.STOP_DEADLINE_S", 0.5)


@pytest.mark.usefixtures("impatient", "rounds")
async def test_trap_6_a_relay_whose_broker_hangs_gives_its_producer_up_and_goes_on(bench: Bench, topic: str) -> None:
    key = uuid4()
    async with running(bench.relay()) as relay:
        await bench.write_down(Told(on=topic, account=key, number=0))
        await eventually(lambda: published(bench))
        with bench.broker.hung():
            await bench.write_down(*(Told(on=topic, account=key, number=number) for number in range(1, 4)))
            await eventually(lambda: _is(relay.failing_since is not None))
        await eventually(lambda: published(bench))
        assert relay.failing_since is None
    first_seen = list(dict.fromkeys(told.number for told in await bench.told_on(topic)))
    assert first_seen == [0, 1, 2, 3], "in order; what was sent twice is seen by the inbox"


@pytest.mark.usefixtures("impatient")
async def test_what_is_decided_while_a_failed_relay_backs_off_is_published_too(bench: Bench, topic: str) -> None:
    key = uuid4()
    async with running(bench.relay()) as relay:
        with bench.broker.hung():
            await bench.write_down(Told(on=topic, account=key, number=0))
            for number in range(1, 5):
                await relay.failed()
                await bench.write_down(Told(on=topic, account=key, number=number))
        await eventually(lambda: published(bench))


@pytest.mark.usefixtures("impatient")
async def test_trap_6_a_relay_stops_within_its_grace_while_the_broker_hangs(bench: Bench, topic: str) -> None:
    with ExitStack() as until_stopped:
        async with running(bench.relay()) as relay:
            await bench.write_down(Told(on=topic, account=uuid4(), number=0))
            await relay.idle.wait()
            until_stopped.enter_context(bench.broker.hung())
            relay.publishes.clear()
            await bench.write_down(Told(on=topic, account=uuid4(), number=1))
            await relay.publishes.wait()


async def test_an_event_too_large_for_a_topic_is_refused_before_it_is_stored(bench: Bench, topic: str) -> None:
    huge = Told(on=topic + "x" * 1_100_000, account=uuid4(), number=1)
    with pytest.raises(journal.EventTooLargeError):
        await bench.write_down(huge)
    assert await bench.count("journal") == 0


async def test_trap_8_no_topic_is_made_by_writing_to_it(bench: Bench) -> None:
    with pytest.raises((KafkaError, UnknownTopicOrPartitionError, TopicAuthorizationFailedError, TimeoutError)):
        async with asyncio.timeout(5):
            await bench.send([("never.made.v1", None, b"x")])
    topics = await asyncio.to_thread(lambda: bench.broker.node.admin().list_topics(timeout=5).topics)
    assert "never.made.v1" not in topics


async def test_trap_8_the_producer_waits_for_every_replica_and_is_idempotent(bench: Bench, topic: str) -> None:
    publisher = Publisher(bench.broker.settings(), "conformance")
    await bench.write_down(Told(on=topic, account=uuid4(), number=1))
    async with bench.database.connection() as connection:
        delivery = await publisher.publish(await outbox.unpublished(connection, 10, 1))
    producer = publisher._producer
    assert producer is not None
    assert (len(delivery.acked), producer._sender._acks, producer._txn_manager is not None) == (1, -1, True)
    await publisher.close()


async def test_a_topic_that_was_not_there_holds_the_others_up_for_less(
    bench: Bench, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    publisher = Publisher(bench.broker.settings(), "conformance")
    absent = f"partner.{uuid4().hex[:8]}.referrals.v1"
    for on in (topic, absent):
        await bench.write_down(Told(on=on, account=uuid4(), number=1))
    async with bench.database.connection() as connection:
        entries = await outbox.unpublished(connection, 10, 100_000)
    monkeypatch.setattr("shared.messaging.producer.METADATA_AGAIN_S", 0.1)
    assert list((await publisher.publish(entries)).troubled) == [absent]
    monkeypatch.setattr("shared.messaging.producer.METADATA_DEADLINE_S", 600.0)
    again = (await publisher.publish(entries)).troubled[absent]
    assert isinstance(again, TimeoutError), "ours, not the client's own, which comes later"
    await publisher.close()


async def test_large_events_of_many_partitions_go_in_requests_that_a_broker_takes(bench: Bench, topic: str) -> None:
    """A client sends a broker the batches of all partitions in one request; they shrink little."""
    publisher = Publisher(bench.broker.settings(), "conformance")
    bodies = [secrets.token_urlsafe(700_000).encode() for _ in range(8)]
    entries = [Unpublished(number, topic, str(uuid4()).encode(), body) for number, body in enumerate(bodies)]
    assert sum(map(len, bodies)) < ROUND_BYTES
    delivery = await publisher.publish(entries)
    assert (sorted(delivery.acked), delivery.failure, delivery.troubled) == ([*range(8)], None, {})
    await publisher.close()


async def test_a_producer_that_cannot_stop_is_given_up(
    bench: Bench, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the error, as uvloop's for a connection that ended: it would end the relay, without a word."""
    publisher = Publisher(bench.broker.settings(), "conformance")
    await bench.write_down(Told(on=topic, account=uuid4(), number=1))
    async with bench.database.connection() as connection:
        await publisher.publish(await outbox.unpublished(connection, 10, 1))
    producer = publisher._producer
    assert producer is not None
    with monkeypatch.context() as broken:
        broken.setattr(producer, "stop", _broken)
        await publisher.close()
    assert producer._sender.sender_task.done()


async def _broken() -> None:
    raise RuntimeError("unable to perform operation")


def _by_key(told: list[Told]) -> dict[UUID, list[int]]:
    found: defaultdict[UUID, list[int]] = defaultdict(list)
    for item in told:
        found[item.account].append(item.number)
    return found


async def _is(value: bool) -> bool:
    return value
