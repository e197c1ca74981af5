"""Who of a partner gets in: a secret that is changed without hurry, and a suspension that open connections feel."""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError, TopicAuthorizationFailedError

from deploy.cli.commands import partner as listing
from deploy.cli.commands import partner_access as commands
from deploy.cli.commands import partner_keys
from deploy.cli.console import Refusal
from deploy.cli.texts import say
from deploy.provision import partner_access, provisioning
from deploy.provision.kafka_admin import ensure_users, known_users
from deploy.provision.kafka_quotas import quotas
from deploy.provision.partners import Partner, PartnerBook, users_of
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


async def test_a_suspension_is_the_partner_s_whatever_is_rotated_meanwhile(broker: Broker, tmp_path: Path) -> None:
    connection, book = broker.node.client_config(), PartnerBook(tmp_path / "partners.json")
    old = await asyncio.to_thread(made, broker, "halted")
    new = old.renewed(secrets.token_hex(16), now() - timedelta(seconds=1))
    await asyncio.to_thread(partner_access.let_in, connection, new)
    book.put(new)
    await asyncio.to_thread(partner_access.deny, connection, old.code)
    assert await asyncio.to_thread(provisioning.end_rotations, connection, book) == [old.principal]
    [kept] = book.all()
    later = kept.renewed(secrets.token_hex(16), now() + timedelta(days=7))
    await asyncio.to_thread(partner_access.let_in, connection, later)
    assert {later.principal, later.other} <= await asyncio.to_thread(partner_access.denied, broker.node.admin())
    assert not await gets_in(broker, later)
    await asyncio.to_thread(partner_access.allow_again, connection, old.code)
    assert await gets_in(broker, later)


def of_another_machine(broker: Broker, monkeypatch: pytest.MonkeyPatch, file: Path, code: str) -> Any:
    """Commands as from a machine whose book knows nothing of a rotation."""
    book = PartnerBook(file)
    book.put(Partner(code, None))
    client: Any = SimpleNamespace(connection=broker.node.client_config, admin=broker.node.admin, partners=book)
    client.played, client.target, client.services = book.of, SimpleNamespace(kind="local"), {}
    monkeypatch.setattr(commands, "installation", lambda: client)
    return client


def test_financing_is_told_under_the_version_that_was_read(
    broker: Broker, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    client, sent = of_another_machine(broker, monkeypatch, tmp_path / "book.json", "read"), list[dict[str, Any]]()
    client.services["financing"] = ""
    shown = {"code": "read", "edition": 3, "past": [], "name": "Banco", "active": True}
    monkeypatch.setattr(commands, "partner_codes", lambda _: ["read"])
    monkeypatch.setattr(commands, "request", lambda *_: {"active": False})
    monkeypatch.setattr(partner_keys, "versioned", lambda *_: (shown, '"v3"'))
    monkeypatch.setattr(partner_keys, "request", lambda *_, **told: sent.append(told))
    commands.resume("read")
    assert sent == [{"json": {"name": "Banco", "active": True}, "headers": {"If-Match": '"v3"'}}]


async def test_which_of_two_users_is_the_newer_is_asked_of_kafka(
    broker: Broker, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    old = await asyncio.to_thread(made, broker, "twice")
    new = old.renewed(secrets.token_hex(16), now() + timedelta(days=7))
    await asyncio.to_thread(partner_access.let_in, broker.node.client_config(), new)
    of_another_machine(broker, monkeypatch, tmp_path / "one.json", old.code)
    await asyncio.to_thread(commands.rotate, old.code, 0)
    assert [await gets_in(broker, each) for each in (old, new)] == [False, True]
    # Its present user is the second one: it is left as it is meanwhile.
    of_another_machine(broker, monkeypatch, tmp_path / "two.json", old.code)
    await asyncio.to_thread(commands.rotate, old.code, 7)
    assert await gets_in(broker, new)
    assert await asyncio.to_thread(partner_access.newest, broker.node.admin(), old.code) == old.principal


async def test_where_kafka_cannot_tell_neither_is_ended(
    broker: Broker, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    users = dict.fromkeys(users_of("equal"), secrets.token_hex(16))
    await asyncio.to_thread(made, broker, "equal")
    await asyncio.to_thread(ensure_users, broker.node.admin(), users)
    of_another_machine(broker, monkeypatch, tmp_path / "book.json", "equal")
    with pytest.raises(Refusal, match="--renew"):
        await asyncio.to_thread(commands.rotate, "equal", 0)
    assert users.keys() <= await asyncio.to_thread(known_users, broker.node.admin())


async def test_who_is_removed_is_in_no_list_and_what_waits_for_it_is_told(
    broker: Broker, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    partner = await asyncio.to_thread(made, broker, "leaving")
    client = of_another_machine(broker, monkeypatch, tmp_path / "book.json", partner.code)
    monkeypatch.setattr(listing, "installation", lambda: client)
    client.services["financing"] = ""

    def answered(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/referrals/due":
            assert request.url.params["partner"] == partner.code
            return httpx.Response(200, json={"items": [{"id": "one"}, {"id": "other"}], "next": None})
        if request.url.path == "/partners":
            return httpx.Response(200, json={"items": [], "next": None})
        return httpx.Response(200, json={"name": "Banco", "active": True}, headers={"ETag": '"v3"'})

    client.http = lambda *_, **__: httpx.Client(base_url="http://financing", transport=httpx.MockTransport(answered))
    await asyncio.to_thread(listing.list_)
    assert partner.code in capsys.readouterr().out
    await asyncio.to_thread(commands.remove, partner.code, yes=True)
    assert say("partner.left.referrals", code=partner.code, referrals=2)[:30] in capsys.readouterr().out
    await asyncio.to_thread(listing.list_)
    assert partner.code not in capsys.readouterr().out
    assert partner.principal not in await asyncio.to_thread(quotas, broker.node.client_config())


async def test_who_is_shut_out_may_do_nothing_and_is_nobody(broker: Broker) -> None:
    partner = await asyncio.to_thread(made, broker, "removed")
    async with reading(broker, partner) as consumer:
        await asyncio.to_thread(partner_access.shut_out, broker.node.client_config(), [partner.principal])
        assert await is_cut(consumer)
    assert partner.principal not in await asyncio.to_thread(known_users, broker.node.admin())
    assert not await gets_in(broker, partner)
