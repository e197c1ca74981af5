"""The settings' choices, tried on a real broker."""

import asyncio
import secrets

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from confluent_kafka.admin import ScramCredentialInfo, ScramMechanism, UserScramCredentialUpsertion

from shared.messaging.subscriber import broker_of
from shared.runtime.settings import KafkaSettings
from tests.conftest import Broker

LONGER = (
    "listener.name.client.sasl.enabled.mechanisms=[SCRAM-SHA-256,SCRAM-SHA-512],"
    "listener.name.client.scram-sha-512.sasl.jaas.config="
    "org.apache.kafka.common.security.scram.ScramLoginModule required;"
)


@pytest.fixture(scope="module")
async def longer(broker: Broker) -> KafkaSettings:
    """A user that has SCRAM-SHA-512 and no other, as Strimzi makes them."""
    node, name, password = broker.node, f"longer-{secrets.token_hex(4)}", secrets.token_hex(16)
    await asyncio.to_thread(
        node.configure, "--alter", "--entity-type", "brokers", "--entity-name", "1", "--add-config", LONGER
    )
    info = ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4096)
    upsert = UserScramCredentialUpsertion(name, info, password.encode())
    for done in node.admin().alter_user_scram_credentials([upsert]).values():
        await asyncio.to_thread(done.result, 15)
    return broker.settings(name, password).model_copy(update={"mechanism": "SCRAM-SHA-512"})


async def _write_side(kafka: KafkaSettings) -> None:
    producer = AIOKafkaProducer(**kafka.client())
    try:
        await producer.start()
    finally:
        await producer.stop()


async def _read_side(kafka: KafkaSettings, topic: str) -> None:
    broker = broker_of(kafka, "settings", stop_grace_s=2)
    broker.subscriber(topic, group_id="settings", batch=True)(lambda _: None)
    try:
        await broker.start()
    finally:
        await broker.stop()


async def test_both_sides_sign_in_with_the_longer_mechanism(longer: KafkaSettings, topic: str) -> None:
    await _write_side(longer)
    await _read_side(longer, topic)


async def test_the_shorter_mechanism_does_not_let_that_user_in(longer: KafkaSettings, topic: str) -> None:
    shorter = longer.model_copy(update={"mechanism": "SCRAM-SHA-256"})
    with pytest.raises(KafkaError):
        await _write_side(shorter)
    with pytest.raises(KafkaError):
        await _read_side(shorter, topic)
