"""The settings' choices, tried on a real broker."""

import logging

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaConnectionError

from shared.messaging.broker import ConsumingBroker
from shared.runtime.settings import KafkaSettings
from tests.conftest import Broker


async def _write_side(kafka: KafkaSettings, _: str) -> None:
    producer = AIOKafkaProducer(**kafka.client())
    try:
        await producer.start()
    finally:
        await producer.stop()


async def _read_side(kafka: KafkaSettings, topic: str) -> None:
    broker = ConsumingBroker(kafka, "settings", stop_grace_s=2)
    broker.subscriber(topic, group_id="settings", batch=True)(lambda _: None)
    try:
        await broker.start()
    finally:
        await broker.stop()


@pytest.mark.parametrize("side", [_write_side, _read_side])
async def test_both_sides_sign_in_with_the_mechanism_that_is_set(
    broker: Broker, topic: str, side, caplog: pytest.LogCaptureFixture
) -> None:
    await side(broker.settings(), topic)
    # The local broker knows the shorter mechanism alone, so it says which one was asked for by refusing it.
    with pytest.raises(KafkaConnectionError), caplog.at_level(logging.ERROR, "aiokafka"):
        await side(broker.settings().model_copy(update={"mechanism": "SCRAM-SHA-512"}), topic)
    assert "UnsupportedSaslMechanismError" in caplog.text
