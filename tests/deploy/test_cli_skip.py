"""`pdp skip`: a service that does not live long enough to be asked finds the wish in its store, and Kafka says whether
anybody can mean the position.
"""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest
from confluent_kafka import Producer, TopicPartition

from deploy.engines.ports import free_port
from deploy.provision import offsets
from deploy.provision.offsets import Place
from deploy.target import TARGET
from shared.messaging import tables
from tests.conftest import Broker
from tests.deploy.program import Told, pdp

RECORDS, REMOVED, CONSUMED = 5, 1, 2
"""On the one partition of the topic: how many, the first that Kafka still has, and where the group goes on."""


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PDP_LANG", "en")
    monkeypatch.setenv("TOKEN", "a token")
    monkeypatch.setenv(TARGET, "")


def written(folder: Path, **more: object) -> str:
    file = folder / "target.json"
    services = {"financing": f"http://127.0.0.1:{free_port()}"}
    file.write_text(json.dumps({"kind": "cluster", "services": services, "token": {"env": "TOKEN"}} | more))
    return str(file)


def access(broker: Broker) -> dict[str, str]:
    user, password = broker.node.admin_credentials
    listens = {"bootstrap": broker.node.bootstrap, "protocol": "SASL_PLAINTEXT", "mechanism": "SCRAM-SHA-256"}
    return listens | {"user": user, "password": password}


@pytest.fixture
async def topic(broker: Broker) -> str:
    """A partner's answers, of which Kafka removed some and financing consumed some."""
    name = await broker.create_topic(f"partner.skip-{secrets.token_hex(4)}.answers.v1", partitions=1)
    await asyncio.to_thread(_fill, broker, name)
    return name


def _fill(broker: Broker, topic: str) -> None:
    admin = broker.node.admin()
    producer = Producer(broker.node.client_config())
    for _ in range(RECORDS):
        producer.produce(topic, b"-")
    assert producer.flush(30) == 0
    for removed in admin.delete_records([TopicPartition(topic, 0, REMOVED)]).values():
        removed.result(30)
    offsets.set_back(admin, [Place("financing.partners", topic, 0, CONSUMED)])


@pytest.fixture
async def store(store_url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(store_url)
    for statement in tables.ALL:
        await connection.execute(statement)
    yield connection
    await connection.close()


@pytest.fixture
def target(broker: Broker, store_url: str, store: asyncpg.Connection, tmp_path: Path) -> str:
    return written(tmp_path, stores={"financing": store_url}, kafka=access(broker))


async def skip(target: str, *arguments: str) -> Told:
    return await asyncio.to_thread(pdp, "--target", target, "skip", *arguments)


async def add(target: str, topic: str, partition: int, offset: int) -> Told:
    return await skip(target, "add", "financing", topic, str(partition), str(offset), "--reason", "it kills us")


async def test_it_is_written_into_the_store_of_a_service_that_is_away(
    target: str, topic: str, store: asyncpg.Connection
) -> None:
    told = await add(target, topic, 0, CONSUMED)
    assert (told.code, told.err) == (0, "financing does not answer; its store has the wish, and each start reads it.\n")
    assert "pdp dead-letters list --service financing --reason skipped" in " ".join(told.out.split())
    [row] = await store.fetch('SELECT topic, partition, "offset", reason FROM skip')
    assert tuple(row) == (topic, 0, CONSUMED, "it kills us")


async def test_a_store_that_does_not_answer_is_named(topic: str, broker: Broker, tmp_path: Path) -> None:
    closed = f"postgresql://financing:secret@127.0.0.1:{free_port()}/financing"
    target = written(tmp_path, stores={"financing": closed}, kafka=access(broker))
    told = await add(target, topic, 0, CONSUMED)
    assert (told.code, told.out) == (1, "")
    assert told.err.startswith("The store of financing does not answer: ")
    assert "secret" not in told.err
    told = await skip(target, "list")
    assert (told.code, told.err) == (1, '"financing" does not answer; see "pdp status".\n')


@pytest.mark.parametrize(
    ("partition", "offset", "said"),
    [
        (1, CONSUMED, "has no partition 1: choose one from 0 to 0."),
        (0, RECORDS, f"ends before offset {RECORDS}."),
        (0, CONSUMED - 1, f"it goes on at {CONSUMED}."),
    ],
)
async def test_a_position_that_nobody_can_mean_is_refused(
    target: str, topic: str, store: asyncpg.Connection, partition: int, offset: int, said: str
) -> None:
    told = await add(target, topic, partition, offset)
    assert (told.code, told.out) == (1, "")
    assert said in told.err
    assert await store.fetchval("SELECT count(*) FROM skip") == 0


async def test_what_kafka_removed_is_refused_where_the_group_never_committed(target: str, broker: Broker) -> None:
    name = await broker.create_topic(f"partner.skip-{secrets.token_hex(4)}.answers.v1", partitions=1)
    await asyncio.to_thread(_fill, broker, name)
    await asyncio.to_thread(offsets.set_back, broker.node.admin(), [Place("financing.partners", name, 0, 0)])
    told = await add(target, name, 0, REMOVED - 1)
    assert (told.code, f"still has is {REMOVED}." in told.err) == (1, True)


async def test_a_topic_that_kafka_does_not_have_is_refused(target: str) -> None:
    told = await add(target, "partner.nobody.answers.v1", 0, 0)
    assert (told.code, told.err) == (
        1,
        "Kafka has no topic partner.nobody.answers.v1; `pdp topics` shows those that there are.\n",
    )


async def test_what_is_wished_is_listed_and_taken_back_while_the_service_is_away(target: str, topic: str) -> None:
    assert (await skip(target, "list")).out == "No record is to be passed by.\n"
    await add(target, topic, 0, CONSUMED)
    [wish] = (await skip(target, "list", "--json")).json
    shown = {name: wish[name] for name in ("service", "topic", "partition", "offset", "reason")}
    assert [*shown.values()] == ["financing", topic, 0, CONSUMED, "it kills us"]
    assert topic in (await skip(target, "list")).out
    back = ("withdraw", "financing", topic, "0", str(CONSUMED))
    told = await skip(target, *back)
    assert (told.code, told.out) == (0, f"financing no longer passes {topic}/0 at {CONSUMED} by.\n")
    assert (await skip(target, "list", "--json")).json == []
    told = await skip(target, *back)
    assert (told.code, told.err[:42]) == (1, "No wish for that position is open. One tha")


def test_without_the_store_it_says_where_the_statement_is(tmp_path: Path) -> None:
    target = written(tmp_path)
    told = pdp("--target", target, "skip", "add", "financing", "matching.match.v1", "3", "1", "--reason", "it kills us")
    assert told.code == 1
    assert "docs/runbook/operate.md#skip-a-record" in "".join(told.err.split("\n"))


def test_a_topic_that_the_service_does_not_read_is_refused(tmp_path: Path) -> None:
    place = ("financing", "financing.referral.v1", "3", "1")
    told = pdp("--target", written(tmp_path), "skip", "add", *place, "--reason", "x")
    assert (told.code, told.err[:46]) == (2, "This service does not read financing.referral.")
