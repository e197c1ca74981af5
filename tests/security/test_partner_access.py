"""Who of a partner gets in: a secret that is changed without hurry, and a suspension that open connections feel."""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError, TopicAuthorizationFailedError

from deploy.provision import partner_access, provisioning
from deploy.provision.kafka_admin import known_users
from deploy.provision.partners import Partner, PartnerBook
from shared.messaging.topics import partner_topics
from shared.runtime.clock import now
from tests.conftest import Broker

WITHIN_S = 5.0
"""Of a suspension: some hundred milliseconds, seen; the rest is the machine's."""


def made(broker: Broker, code: str) -> Partner:
    partner = Partner(code, secrets.token_hex(16))
    provisioning.provision_partner(broker.node.client_config(), partner)
    return partner


@asynccontextmanager
async def reading(broker: Broker, partner: Partner) -> AsyncIterator[AIOKafkaConsumer]:
    """A consumer of the partner's that got in."""
    kafka = broker.settings(partner.principal, partner.secret).client()
    consumer = AIOKafkaConsumer(
        partner_topics(partner.code).referrals.name, **kafka, group_id=f"partner.{partner.code}.desk"
    )
    try:
        await consumer.start()
        yield consumer
    finally:
        await consumer.stop()


async def is_cut(consumer: AIOKafkaConsumer) -> bool:
    """Whether an open connection is refused what it does, within the bound."""
    began = time.monotonic()
    while time.monotonic() - began < WITHIN_S:
        try:
            await consumer.getmany(timeout_ms=100)
        except TopicAuthorizationFailedError:
            return True
    return False


async def gets_in(broker: Broker, partner: Partner) -> bool:
    try:
        async with reading(broker, partner) as consumer:
            await consumer.getmany(timeout_ms=200)
    except KafkaError:
        return False
    return True


async def test_a_suspension_cuts_open_connections_at_once_and_is_taken_back(broker: Broker) -> None:
    partner = await asyncio.to_thread(made, broker, "suspended")
    async with reading(broker, partner) as consumer:
        await consumer.getmany(timeout_ms=200)
        await asyncio.to_thread(partner_access.deny, broker.node.client_config(), partner.code)
        assert await is_cut(consumer)
    assert {partner.principal, partner.other} <= await asyncio.to_thread(partner_access.denied, broker.node.admin())
    assert not await gets_in(broker, partner)
    await asyncio.to_thread(partner_access.allow_again, broker.node.client_config(), partner.code)
    assert await gets_in(broker, partner)


async def test_both_secrets_are_good_until_the_old_one_s_time_is_up(broker: Broker, tmp_path: Path) -> None:
    connection, book = broker.node.client_config(), PartnerBook(tmp_path / "partners.json")
    old = await asyncio.to_thread(made, broker, "rotated")
    new = old.renewed(secrets.token_hex(16), now() + timedelta(days=7))
    await asyncio.to_thread(partner_access.let_in, connection, new)
    book.put(new)
    assert await gets_in(broker, old)
    assert await gets_in(broker, new)
    assert provisioning.end_rotations(connection, book) == []
    book.put(old.renewed(new.secret or "", now() - timedelta(seconds=1)))
    assert await asyncio.to_thread(provisioning.end_rotations, connection, book) == [old.principal]
    assert not await gets_in(broker, old)
    assert await gets_in(broker, new)
    [kept] = book.all()
    assert (kept.principal, kept.old_until) == ("partner.rotated.b", None)
    back = kept.renewed(secrets.token_hex(16), now())
    assert (back.principal, back.other) == (old.principal, new.principal)


async def test_who_is_shut_out_may_do_nothing_and_is_nobody(broker: Broker) -> None:
    partner = await asyncio.to_thread(made, broker, "removed")
    async with reading(broker, partner) as consumer:
        await asyncio.to_thread(partner_access.shut_out, broker.node.client_config(), [partner.principal])
        assert await is_cut(consumer)
    assert partner.principal not in await asyncio.to_thread(known_users, broker.node.admin())
    assert not await gets_in(broker, partner)
