"""The guide's first commands, as a partner runs them: with its own user, on a real broker, under every access rule."""

import asyncio
import json
import os
import secrets
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from uuid import uuid4

import confluent_kafka
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from confluent_kafka import KafkaError, Producer
from confluent_kafka import Message as Sent

from deploy.provision import kafka_admin
from shared.contracts.partner import ReferralAcknowledged
from shared.messaging.access import access_rules
from shared.messaging.codec import Message, Record, decode
from shared.messaging.topics import partner_topics
from tests.conftest import Broker
from tests.security.partner_kit import blocks, calls, save, typed

CODE, PASSWORD = "example-bank", secrets.token_hex(16)
REFERRALS, ANSWERS, REFUSALS = partner_topics(CODE)
REFERRAL: dict[str, Any] = json.loads(blocks("json")[0])
WAIT = 60
MANY = 1_600


async def provision(broker: Broker) -> None:
    admin = broker.node.admin()
    specs = [kafka_admin.TopicSpec(t.name, t.partitions, t.config) for t in (REFERRALS, ANSWERS, REFUSALS)]
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


@pytest.fixture
async def desk(broker: Broker, tmp_path: Path) -> Path:
    """A partner's folder with its settings, after a referral was sent to it."""
    await provision(broker)
    save(tmp_path, broker.node.bootstrap, CODE, PASSWORD)
    await send(broker, REFERRAL)
    return tmp_path


async def run_in(desk: Path, command: str) -> subprocess.CompletedProcess[str]:
    """A command of the guide, in its folder, with the librdkafka that the guide lends."""
    [library] = Path(confluent_kafka.__file__).parents[1].glob("confluent_kafka.libs/librdkafka*.so*")
    lent = {**os.environ, "LD_PRELOAD": str(library)} if command.startswith("kcat") else None

    def run() -> subprocess.CompletedProcess[str]:
        words = shlex.split(command)
        return subprocess.run(words, env=lent, cwd=desk, capture_output=True, text=True, timeout=WAIT, check=False)

    return await asyncio.to_thread(run)


@pytest.mark.skipif(shutil.which("kcat") is None, reason="kcat is not installed")
async def test_the_guide_s_kcat_shows_what_is_there_also_to_a_group_that_is_new(broker: Broker, desk: Path) -> None:
    look, group, *_ = [typed(call, broker.node.bootstrap, CODE, PASSWORD) for call in calls("kcat -F")]
    for command in (look, f"{group.replace('trial', 'first')} -e"):
        shown = await run_in(desk, command)
        assert shown.returncode == 0, shown.stderr
        assert REFERRAL["data"]["referral_id"] in shown.stdout, command


async def test_the_first_program_answers_the_first_referral(broker: Broker, desk: Path) -> None:
    referral = REFERRAL
    [program, *_] = [typed(each, broker.node.bootstrap, CODE, PASSWORD) for each in blocks("python")]
    (desk / "first.py").write_text(program, encoding="utf-8")
    run = await run_in(desk, f"{sys.executable} first.py")
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
    answer = json.loads(blocks("json")[1])
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
