"""Faults of time: what was kept too short, clocks that are wrong, and more work at once than fits."""

import asyncio
import secrets
import time
from datetime import UTC, datetime
from uuid import uuid4

import asyncpg
import pytest
from confluent_kafka import OFFSET_END, TopicPartition

from deploy.provision import kafka_admin
from deploy.provision.kafka_admin import TopicSpec
from shared.messaging import inbox, resend
from shared.messaging.codec import encode
from shared.messaging.producer import partition_of
from shared.messaging.resend import Resender, Wanted
from shared.messaging.topics import Topic, partner_topics
from shared.runtime.database import Database
from shared.testing.adrift import set_wrong_by
from tests import hostile
from tests.conformance.events import Told
from tests.conformance.stage import by, envelope
from tests.faults import traffic
from tests.faults.cases import case
from tests.faults.plant import PARTITIONS, START_S, Plant
from tests.faults.source import Source, told
from tests.faults.store_cases import held

MISSED, MISSED_KEYS = 5, 20
SAID_WITHIN_S = 60.0
AHEAD_S = inbox.KEPT.total_seconds() + 86_400.0
"""One day more than the inbox remembers."""
BEHIND_S = 20 * 86_400
LOOKED_S = 10.0
"""By then the broker has looked several times for what is past its time."""
LARGE, LARGE_EACH, LARGE_BYTES = 120, 10, 900_000


@case(more=("I10",))
async def removed_unread(plant: Plant, source: Source) -> None:
    """Both processes are down for longer than Kafka keeps what was written for them."""
    source.stop()
    assert await plant.until(plant.idle, START_S) is not None
    async with held(plant, "LOCK TABLE inbox IN ACCESS EXCLUSIVE MODE"):
        for _ in range(MISSED_KEYS):
            await traffic.write_down(plant, source, uuid4(), range(1, MISSED + 1))
        assert await plant.until(lambda: _published(plant), START_S) is not None
        for worker in plant.workers:
            await worker.kill()
    plant.removed = (await plant.left())[0]
    await asyncio.to_thread(_remove, plant)
    for worker in plant.workers:
        worker.start()
    await plant.until(lambda: _said(plant), SAID_WITHIN_S)
    await _resend(plant, source.topic)


async def _resend(plant: Plant, name: str) -> None:
    """As the runbook has it: the writer's journal tells it again. This topic is in no catalogue."""
    topic = Topic(name, "portal", ("portal",), (Told,), partitions=PARTITIONS)
    database = Database(plant.store, application="resend")
    await database.open()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(resend, "written", lambda *_: topic)
        page: dict[str, object] = {"topic": name, "reason": "what Kafka removed"}
        while (done := await Resender(database, "portal").resend(Wanted.model_validate(page), by("the run"))).next:
            page |= {"after": done.next, "since": done.since, "until": done.until}
    await database.close()


async def _published(plant: Plant) -> bool:
    return (await plant.left())[1] == 0


async def _said(plant: Plant) -> bool:
    """Whether all of it was said, in the log and by an alarm."""
    gaps = {
        (line["topic"], line["partition"]): line["records"]
        for worker in plant.workers
        for line in worker.said("records_removed_unread")
    }
    alarms = {line["name"] for worker in plant.workers for line in worker.said("alarm_raised")}
    plant.said_removed = sum(gaps.values()) if "records_missed" in alarms else 0
    return plant.said_removed == plant.removed


def _remove(plant: Plant) -> None:
    places = [TopicPartition(place.topic, place.partition, OFFSET_END) for place in plant.places]
    admin = plant.kafka.admin()
    for done in admin.delete_records(places).values():
        done.result(20)


@case()
async def writer_s_clock_is_behind(plant: Plant, source: Source) -> None:
    """A partner answers with a clock that is longer behind than Kafka keeps, while nobody is up to read it."""
    answers = partner_topics("others").answers
    spec = TopicSpec(plant.other_partner, PARTITIONS, answers.config)
    await asyncio.to_thread(kafka_admin.ensure_topics, plant.kafka.admin(), [spec])
    await asyncio.gather(*(worker.stop() for worker in plant.workers))
    keys, at = [uuid4() for _ in range(12)], int((time.time() - BEHIND_S) * 1000)
    for key in keys:
        record = (str(key).encode(), told(plant.other_partner, key, 1)[1], False)
        place = partition_of(record[0], PARTITIONS)
        await hostile.send(plant.kafka_settings.client(), plant.other_partner, place, [record], at=at)
    await asyncio.sleep(LOOKED_S)
    for worker in plant.workers:
        worker.start()
    await plant.until(plant.all_ready, START_S)
    await traffic.all_in_effect(plant, source, keys, 1)


@case()
async def clock_jumps(plant: Plant, source: Source) -> None:
    """One process is months ahead when it keeps house, and right again; then everything comes again."""
    since = datetime.fromtimestamp(min(source.sent_at.values()), UTC)
    one = plant.workers[0]
    await one.stop()
    set_wrong_by(one.clock, AHEAD_S)
    one.start()
    assert await plant.until(one.ready, START_S) is not None
    await asyncio.sleep(3)
    for seconds in (0.0, -AHEAD_S, 0.0):
        set_wrong_by(one.clock, seconds)
        await asyncio.sleep(2)
    await asyncio.gather(*(worker.stop() for worker in plant.workers))
    await asyncio.to_thread(plant.forget_offsets, since)
    for worker in plant.workers:
        worker.start()


@case(more=("I9",), env={"PDP_ROUND": "2000"})
async def large_events(plant: Plant, source: Source) -> None:
    """A hundred megabytes of events are decided while Kafka is away."""
    plant.kafka_net.set("refuse")
    keys = [uuid4() for _ in range(LARGE // LARGE_EACH)]
    connection = await asyncpg.connect(plant.store)
    for number in range(1, LARGE_EACH + 1):
        for key in keys:
            body = encode(envelope(Told(on=source.topic, account=key, number=number)))
            await connection.execute(_WRITE, source.topic, key, Told.TYPE, _padded(body))
            source.sent.append((key, number))
    await connection.execute("NOTIFY outbox")
    await connection.close()
    plant.kafka_net.set("pass")
    await plant.until(plant.idle, START_S)


def _padded(body: bytes) -> bytes:
    """The event with something in it that no compression makes small."""
    noise = secrets.token_hex((LARGE_BYTES - len(body)) // 2).encode()
    return body[:-1] + b',"noise":"' + noise + b'"}'


_WRITE = """
    WITH written AS (
        INSERT INTO journal (event_id, topic, key, type, body) VALUES (gen_random_uuid(), $1, $2, $3, $4)
        RETURNING id, recorded_at, topic
    )
    INSERT INTO outbox (id, recorded_at, topic) SELECT id, recorded_at, topic FROM written
"""
