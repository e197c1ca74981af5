"""The platform of `deploy/compose`, from nothing: up, provisioned again, closed, and the whole program through it."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from confluent_kafka import KafkaException, Producer
from confluent_kafka.admin import (  # type: ignore[attr-defined]  # public, but not marked so
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    AdminClient,
    ResourcePatternType,
    ResourceType,
)

from deploy.compose.layout import STAGES
from deploy.provision.kafka_admin import describe_topics, known_users
from deploy.provision.kafka_quotas import quotas
from deploy.target.services import present
from shared.messaging.topics import SERVICES, SUPPLIER, audit_topic, catalogue
from tests.containers.compose_platform import PORTS, PROJECT, UP_TIMEOUT, Platform, running
from tests.containers.docker_cli import BUILD_TIMEOUT

DEMO_TIMEOUT = 600
REQUEST_TIMEOUT = 10.0

pytestmark = [pytest.mark.containers, pytest.mark.timeout(BUILD_TIMEOUT + UP_TIMEOUT)]


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    with running(tmp_path_factory.mktemp("secrets")) as platform:
        yield platform


def test_every_service_is_there_and_ready(platform: Platform) -> None:
    assert present() == STAGES
    states = {each["Config"]["Labels"]["com.docker.compose.service"]: each["State"] for each in platform.containers()}
    assert {name for name, state in states.items() if state.get("Health", {}).get("Status") == "healthy"} == {
        *STAGES,
        *(f"{name}-store" for name in STAGES),
        *("kafka-1", "kafka-2", "kafka-3"),
    }
    jobs = {"prepare", "provision", *(f"{name}-migrations" for name in STAGES)}
    assert {name: states[name]["ExitCode"] for name in jobs} == dict.fromkeys(jobs, 0)


def test_the_whole_program_reconciles(platform: Platform, tmp_path: Path) -> None:
    """First of all that changes anything: the demo counts from nothing."""
    file = tmp_path / "outcome.json"
    command = ["-m", "deploy.cli.main", "--lang", "en", "demo", "--target", str(platform.target), "--json", str(file)]
    environment = {**os.environ, **platform.environment, "PDP_DATA": str(tmp_path)}
    played = subprocess.run(
        [sys.executable, *command], env=environment, capture_output=True, text=True, timeout=DEMO_TIMEOUT, check=False
    )
    assert played.returncode == 0, played.stdout + played.stderr
    outcome = json.loads(file.read_text())
    books = outcome["reconciliation"]
    assert (outcome["registered"], outcome["refused_rows"], books["lost"], books["doubled"], books["lag"]) == (
        400,
        6,
        0,
        0,
        0,
    )
    assert books["published"] > 4000
    assert books["dead_letters"] == books["planned_dead_letters"] >= 5
    again = subprocess.run(
        [sys.executable, *command], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert (again.returncode, "counts from nothing" in again.stderr) == (1, True)


def test_an_operator_sees_it_by_the_target_alone(platform: Platform) -> None:
    """What asks three brokers, each for what it alone knows."""
    environment = {**os.environ, **platform.environment, "PDP_TARGET": str(platform.target), "PDP_LANG": "en"}

    def pdp(*arguments: str) -> str:
        command = [sys.executable, "-m", "deploy.cli.main", *arguments]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    assert pdp("status").count("ready") == 1 + len(STAGES)
    assert {each["lag"] for each in json.loads(pdp("lag", "--json"))} == {0}
    assert SUPPLIER.name in pdp("topics")
    assert "registration.supplier-registered" in pdp("tail", SUPPLIER.name, "-n", "1", "--no-follow")
    assert "as signed" in pdp("audit", "verify", "--service", "registration")
    [letter, *_] = json.loads(pdp("dead-letters", "list", "--json"))
    assert letter["reason"] in pdp("dead-letters", "show", letter["id"])


def test_jobs_run_again_change_nothing(platform: Platform) -> None:
    before = _everything(platform)
    prepared = platform.compose("run", "--rm", "--no-deps", "prepare")
    told = json.loads(platform.compose("run", "--rm", "--no-deps", "provision"))
    assert "made or renewed: nothing" in prepared
    assert (told["topics"], told["quotas"]) == ([], [])
    assert _everything(platform) == before


def test_topics_have_three_copies_of_which_two_count(platform: Platform) -> None:
    names = {topic.name for topic in catalogue(partner.code for partner in platform.client.partners.all())}
    found = platform.admin().list_topics(timeout=REQUEST_TIMEOUT).topics
    assert {name for name in found if not name.startswith("__")} == names
    copies = {len(part.replicas) for topic in found.values() for part in topic.partitions.values()}
    assert copies == {3}
    assert {spec.config["min.insync.replicas"] for spec in describe_topics(platform.admin())} == {"2"}


def test_every_partner_has_its_quota(platform: Platform) -> None:
    rates = {"producer_byte_rate": 1048576.0, "consumer_byte_rate": 1048576.0}
    assert quotas(platform.client.connection()) == {
        partner.principal: rates for partner in platform.client.partners.all()
    }


def test_plain_text_is_refused(platform: Platform) -> None:
    with pytest.raises(KafkaException):
        platform.admin(**{"security.protocol": "SASL_PLAINTEXT"}).list_topics(timeout=REQUEST_TIMEOUT)
    with socket.create_connection(("127.0.0.1", int(f"{PORTS}191")), REQUEST_TIMEOUT) as plain:
        # A well-formed ApiVersions request, as every client begins.
        plain.sendall(bytes.fromhex("0000000e 0012 0000 00000001 0004") + b"test")
        plain.settimeout(REQUEST_TIMEOUT)
        # A TLS alert, or nothing: never the answer to the request.
        assert plain.recv(64)[:1] in {b"", b"\x15"}


def test_a_certificate_of_somebody_else_is_not_trusted(platform: Platform, tmp_path: Path) -> None:
    foreign = "/etc/ssl/certs/ca-certificates.crt"
    with pytest.raises(KafkaException):
        platform.admin(**{"ssl.ca.location": foreign}).list_topics(timeout=REQUEST_TIMEOUT)


def test_only_known_users_come_in(platform: Platform) -> None:
    for user, password in (("admin", "guessed"), ("nobody", "x"), ("kafka-1", "x")):
        connection = platform.client.connection((user, password))
        with pytest.raises(KafkaException):
            AdminClient({**connection, "log_level": 0}).list_topics(timeout=3.0)


def test_a_partner_may_do_nothing_but_its_own(platform: Platform) -> None:
    connection = platform.client.connection(platform.client.partner_credentials("bancomext"))
    seen = AdminClient({**connection, "log_level": 0}).list_topics(timeout=REQUEST_TIMEOUT).topics
    witnessed = {audit_topic(name).name for name in SERVICES}
    assert set(seen) == {"partner.bancomext.referrals.v1", "partner.bancomext.answers.v1"} | witnessed
    refused: list[str] = []
    producer = Producer({**connection, "log_level": 0, "message.timeout.ms": 10_000})
    for topic in (SUPPLIER.name, "partner.nafin.answers.v1", "registration.audit.v1", "made.by.using.it"):
        producer.produce(
            topic, b"{}", on_delivery=lambda error, _: refused.append(error.name() if error else "accepted")
        )
    producer.flush(15)
    assert refused == ["TOPIC_AUTHORIZATION_FAILED"] * 4


async def test_a_store_knows_its_own_service_alone(platform: Platform) -> None:
    for name, url in platform.client.stores().items():
        connection = await asyncpg.connect(url)
        try:
            role = "SELECT rolname, rolsuper, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = current_user"
            [found] = await connection.fetch(role)
            assert tuple(found) == (name, False, False, False)
        finally:
            await connection.close()
        with pytest.raises(asyncpg.PostgresError):
            await asyncpg.connect(url.rpartition("/")[0] + "/postgres")


def test_no_secret_stands_where_inspect_shows_it(platform: Platform) -> None:
    folder = platform.secrets.operator.data
    kept = [
        json.loads((folder / name).read_text()).values()
        for name in ("services.json", "stores.json", "superusers.json", "identity.json")
    ]
    known = [
        *(secret for each in kept for secret in each),
        *(each.secret or "" for each in platform.client.partners.all()),
    ]
    shown = json.dumps(platform.containers())
    assert [secret for secret in known if secret in shown] == []
    assert len(known) == len(set(known)) == 3 * (len(STAGES) + 1) + 2 + 3


def test_containers_can_do_no_more_than_they_need(platform: Platform) -> None:
    for each in platform.containers():
        name, host = each["Config"]["Labels"]["com.docker.compose.service"], each["HostConfig"]
        assert "no-new-privileges:true" in host["SecurityOpt"], name
        assert host["Memory"] > 0, name
        if name in STAGES:
            assert host["ReadonlyRootfs"], name
            assert host["CapDrop"] == ["ALL"], name
        bound = {port["HostIp"] for some in (host["PortBindings"] or {}).values() for port in some}
        assert bound <= {"127.0.0.1"}, name


def test_a_service_stops_within_its_grace(platform: Platform) -> None:
    began = time.monotonic()
    platform.compose("stop", "matching")
    assert time.monotonic() - began < 60
    platform.compose("start", "matching")
    [stopped] = [each for each in platform.containers() if each["Name"] == f"/{PROJECT}-matching-1"]
    assert stopped["State"]["ExitCode"] == 0


def _everything(platform: Platform) -> tuple[object, ...]:
    """Topics with their configuration, rules, users and quotas as Kafka has them."""
    client = platform.admin()
    anywhere: list[Any] = [ResourceType.ANY, None, ResourcePatternType.ANY, None, None]
    anything = AclBindingFilter(*anywhere, AclOperation.ANY, AclPermissionType.ANY)  # type: ignore[call-arg]
    rules = client.describe_acls(anything)
    users = known_users(client)
    topics = {spec.name: (spec.partitions, dict(spec.config)) for spec in describe_topics(client)}
    return topics, sorted(map(str, rules.result(REQUEST_TIMEOUT))), sorted(users), quotas(platform.client.connection())
