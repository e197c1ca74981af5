"""What the catalogue allows on Kafka, tried on a real broker."""

import asyncio
import secrets
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import GroupAuthorizationFailedError, OffsetMetadataTooLargeError, TopicAuthorizationFailedError
from aiokafka.structs import OffsetAndMetadata

from deploy.provision import kafka_admin
from shared.messaging.access import access_rules
from shared.messaging.topics import catalogue
from shared.runtime.settings import KafkaSettings
from tests.conftest import Broker

PASSWORD = secrets.token_hex(16)
WAIT = 10


@pytest.fixture(scope="module")
async def ruled(broker: Broker) -> Broker:
    """All topics, three principals and every rule."""
    admin = broker.node.admin()
    specs = [kafka_admin.TopicSpec(t.name, t.partitions, t.config) for t in catalogue(["nafin", "bancomext"])]
    users = dict.fromkeys(("partner.nafin", "partner.bancomext", "financing", "matching"), PASSWORD)
    await asyncio.to_thread(kafka_admin.ensure_topics, admin, specs)
    await asyncio.to_thread(kafka_admin.ensure_users, admin, users)
    await asyncio.to_thread(kafka_admin.ensure_acls, admin, access_rules(["nafin", "bancomext"]))
    return broker


def _as(broker: Broker, user: str) -> KafkaSettings:
    return broker.settings(user, PASSWORD)


async def _write(kafka: KafkaSettings, topic: str) -> None:
    producer = AIOKafkaProducer(**kafka.client())
    try:
        await producer.start()
        async with asyncio.timeout(WAIT):
            await producer.send_and_wait(topic, b"{}", key=str(uuid4()).encode())
    finally:
        await producer.stop()


async def _read(kafka: KafkaSettings, topic: str, group: str) -> bytes:
    consumer = AIOKafkaConsumer(topic, **kafka.client(), group_id=group, auto_offset_reset="earliest")
    try:
        await consumer.start()
        async with asyncio.timeout(WAIT):
            return (await consumer.getone()).value
    finally:
        await consumer.stop()


async def test_a_partner_reads_its_referrals_and_writes_its_answers(ruled: Broker) -> None:
    await _write(_as(ruled, "financing"), "partner.nafin.referrals.v1")
    nafin = _as(ruled, "partner.nafin")
    assert await _read(nafin, "partner.nafin.referrals.v1", "partner.nafin.desk") == b"{}"
    await _write(nafin, "partner.nafin.answers.v1")
    await _write(_as(ruled, "financing"), "partner.nafin.refusals.v1")
    assert await _read(nafin, "partner.nafin.refusals.v1", "partner.nafin.first") == b"{}"


@pytest.mark.parametrize(
    "topic", ["partner.bancomext.referrals.v1", "partner.bancomext.refusals.v1", "registration.supplier.v1"]
)
async def test_a_partner_reads_nothing_else(ruled: Broker, topic: str) -> None:
    with pytest.raises(TopicAuthorizationFailedError):
        await _read(_as(ruled, "partner.nafin"), topic, "partner.nafin.desk")


@pytest.mark.parametrize("group", ["financing", "partner.bancomext.desk", "partner.nafin.more", "partner.nafin.desk.2"])
async def test_a_partner_joins_no_group_but_its_own(ruled: Broker, group: str) -> None:
    """What is committed for a group is kept, and loaded at each start of a broker: thousands would be its end."""
    with pytest.raises(GroupAuthorizationFailedError):
        await _read(_as(ruled, "partner.nafin"), "partner.nafin.referrals.v1", group)


async def test_a_partner_keeps_nothing_beside_an_offset(ruled: Broker) -> None:
    consumer = AIOKafkaConsumer(**_as(ruled, "partner.nafin").client(), group_id="partner.nafin.audit")
    place = TopicPartition("partner.nafin.referrals.v1", 0)
    await consumer.start()
    try:
        consumer.assign([place])
        await consumer.commit({place: OffsetAndMetadata(0, "m" * 256)})
        with pytest.raises(OffsetMetadataTooLargeError):
            await consumer.commit({place: OffsetAndMetadata(0, "m" * 257)})
    finally:
        await consumer.stop()


@pytest.mark.parametrize(
    "topic",
    [
        "partner.bancomext.answers.v1",
        "partner.nafin.referrals.v1",
        "partner.nafin.refusals.v1",
        "financing.referral.v1",
    ],
)
async def test_a_partner_writes_nothing_else(ruled: Broker, topic: str) -> None:
    with pytest.raises(TopicAuthorizationFailedError):
        await _write(_as(ruled, "partner.nafin"), topic)


async def test_a_stage_writes_only_its_own_topics(ruled: Broker) -> None:
    await _write(_as(ruled, "matching"), "matching.match.v1")
    with pytest.raises(TopicAuthorizationFailedError):
        await _write(_as(ruled, "matching"), "diagnosis.diagnosis.v1")
