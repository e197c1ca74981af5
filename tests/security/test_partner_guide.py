"""The guide's first program, as a partner runs it: with its own user, on a real broker, under every access rule."""

import asyncio
import json
import re
import secrets
import subprocess
import sys
from pathlib import Path
from typing import Any
from uuid import uuid4

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from confluent_kafka import KafkaError, Producer
from confluent_kafka import Message as Sent

from deploy.provision import kafka_admin
from shared.contracts.partner import ReferralAcknowledged
from shared.messaging.access import access_rules
from shared.messaging.codec import Message, Record, decode
from shared.messaging.topics import partner_topics
from tests.conftest import Broker

GUIDE = (Path(__file__).parents[2] / "docs" / "partners.md").read_text(encoding="utf-8")
CODE, PASSWORD = "example-bank", secrets.token_hex(16)
REFERRALS, ANSWERS, REFUSALS = partner_topics(CODE)
WAIT = 60
MANY = 1_600


def program(broker: Broker) -> str:
    """The guide's first block of Python, with what the program's operator tells the partner."""
    [first, *_] = re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL)
    told = {
        "HOST:9092": broker.node.bootstrap,
        "CODE": CODE,
        "SECRET": PASSWORD,
        "SASL_SSL": "SASL_PLAINTEXT",
        "-512": "-256",
    }
    for placeholder, value in told.items():
        first = first.replace(placeholder, value)
    return str(first)


async def provision(broker: Broker) -> None:
    admin = broker.node.admin()
    specs = [kafka_admin.TopicSpec(t.name, t.partitions, t.config) for t in (REFERRALS, ANSWERS)]
    users = dict.fromkeys((f"partner.{CODE}", "financing"), PASSWORD)
    await asyncio.to_thread(kafka_admin.ensure_topics, admin, specs)
    await asyncio.to_thread(kafka_admin.ensure_users, admin, users)
    await asyncio.to_thread(kafka_admin.ensure_acls, admin, access_rules([CODE]))


async def send(broker: Broker, referral: dict[str, Any]) -> None:
    producer = AIOKafkaProducer(**broker.settings("financing", PASSWORD).client())
    await producer.start()
    try:
        key = referral["data"]["supplier_id"].encode()
        await producer.send_and_wait(REFERRALS.name, json.dumps(referral).encode(), key=key)
    finally:
        await producer.stop()


async def received(broker: Broker) -> Any:
    consumer = AIOKafkaConsumer(ANSWERS.name, **broker.settings().client(), auto_offset_reset="earliest")
    await consumer.start()
    try:
        async with asyncio.timeout(WAIT):
            return await consumer.getone()
    finally:
        await consumer.stop()


async def test_the_first_program_answers_the_first_referral(broker: Broker) -> None:
    await provision(broker)
    [referral, *_] = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", GUIDE, re.DOTALL)]
    await send(broker, referral)
    command = [sys.executable, "-c", program(broker)]
    run = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, timeout=WAIT, check=False)
    assert run.returncode == 0, run.stderr
    assert referral["data"]["referral_id"] in run.stdout
    assert run.stdout.endswith(f"the program has {referral['data']['referral_id']}\nstill to send: 0\n")
    answer = await received(broker)
    message = decode(Record(answer.topic, answer.partition, answer.offset, answer.key, answer.value))
    assert isinstance(message, Message), message
    assert isinstance(message.data, ReferralAcknowledged)
    assert str(message.data.referral_id) == referral["data"]["referral_id"]


def send_many(settings: dict[str, Any]) -> list[KafkaError | None]:
    """The delivery report of each of many small answers, sent at once as one batch."""
    answer = json.loads(re.findall(r"```json\n(.*?)```", GUIDE, re.DOTALL)[1])
    key, told = answer["data"]["referral_id"], list[KafkaError | None]()

    def delivered(error: KafkaError | None, _: Sent) -> None:
        told.append(error)

    producer = Producer(settings)
    for _ in range(MANY):
        value = json.dumps({**answer, "id": str(uuid4())})
        producer.produce(ANSWERS.name, value, key, on_delivery=delivered)
    producer.flush(WAIT)
    return told


async def test_many_small_answers_at_once_are_all_taken(broker: Broker) -> None:
    """Kafka's limit counts the batch, which librdkafka fills up to a million bytes and does not split."""
    await provision(broker)
    login = broker.node.client_config((f"partner.{CODE}", PASSWORD))
    told = await asyncio.to_thread(send_many, {**login, "acks": "all", "enable.idempotence": True, "linger.ms": 500})
    assert told == [None] * MANY
