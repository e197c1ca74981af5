"""What the topics themselves refuse and keep, whatever their writers say."""

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from shared.messaging.topics import PARTNER_RETENTION_MS, catalogue, partner_topics
from shared.runtime.clock import now
from tests.conftest import Broker

FULL_BATCH_BYTES = 1_000_000
"""What librdkafka fills a batch to by itself; the limit of a topic counts batches."""

ANSWERS = partner_topics("conformance").answers


@pytest.fixture
async def producer(broker: Broker) -> AsyncIterator[AIOKafkaProducer]:
    made = AIOKafkaProducer(**broker.settings().client(), compression_type="zstd", max_request_size=100_000_000)
    await made.start()
    yield made
    await made.stop()


async def test_trap_15_retention_goes_by_the_broker_s_clock(broker: Broker, producer: AIOKafkaProducer) -> None:
    topic = await broker.create_topic(f"conformance.{uuid4().hex}.v1", 1, **ANSWERS.config)
    long_ago = now() - 2 * timedelta(milliseconds=PARTNER_RETENTION_MS)
    await producer.send_and_wait(topic, b"{}", timestamp_ms=int(long_ago.timestamp() * 1000))
    consumer = AIOKafkaConsumer(topic, **broker.settings().client(), auto_offset_reset="earliest")
    await consumer.start()
    try:
        kept = await consumer.getone()
    finally:
        await consumer.stop()
    assert kept.timestamp > (long_ago + timedelta(days=1)).timestamp() * 1000


@pytest.mark.parametrize("topic", catalogue(["nafin"]), ids=lambda topic: topic.name)
def test_every_topic_forgets_when_it_says_and_no_broker_unpacks(topic) -> None:
    assert topic.config["message.timestamp.type"] == "LogAppendTime"
    assert int(topic.config["segment.ms"]) < 0.02 * topic.retention_ms
    assert int(topic.config["max.message.bytes"]) >= FULL_BATCH_BYTES
    assert topic.config["compression.type"] == "producer"
