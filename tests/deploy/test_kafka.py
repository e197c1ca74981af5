"""The Kafka node: it refuses by default, allows by rule, and comes back with all it had."""

import os
import signal
import socket
import stat
import struct
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Consumer, KafkaError, KafkaException, Producer
from confluent_kafka.admin import AdminClient

from deploy.engines import kafka_config
from deploy.engines.kafka import Kafka, KafkaNode, KafkaNodeError
from deploy.engines.ports import accepts
from deploy.provision.asking import LATEST, KafkaAdminError, log_offsets
from deploy.provision.kafka_admin import (
    TopicSpec,
    describe_topics,
    ensure_acls,
    ensure_topics,
    ensure_users,
    offsets_retention_minutes,
)
from deploy.provision.kafka_quotas import ensure_quotas, quotas
from deploy.provision.lag import Lag, lags
from shared.messaging.access import PARTNER_REQUEST_PERCENTAGE, AccessRule
from shared.messaging.topics import OFFSETS_RETENTION_MINUTES, catalogue
from tests.conftest import Engines

PASSWORD = "correct horse"
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def kafka(engines: Engines, tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaNode]:
    with engines.kafka(tmp_path_factory.mktemp("kafka")) as broker:
        yield broker.node


@pytest.fixture(scope="module")
def process(kafka: KafkaNode) -> Kafka:
    """The same node, where it is a process of this machine."""
    if not isinstance(kafka, Kafka):
        pytest.skip("about the files and ports of a node that is a process of this machine")
    return kafka


@pytest.fixture(scope="module")
def admin(kafka: KafkaNode) -> AdminClient:
    return kafka.admin()


def produce(
    kafka: KafkaNode, topic: str, value: bytes, user: str | None = None, timeout_ms: int = 5000
) -> KafkaError | None:
    """Send one record and return the error of its delivery."""
    outcome: list[KafkaError | None] = []
    config = kafka.client_config((user, PASSWORD) if user else None)
    producer = Producer({**config, "acks": "all", "message.timeout.ms": timeout_ms, "log_level": 0})
    producer.produce(topic, value, callback=lambda error, _: outcome.append(error))
    producer.flush(10)
    return outcome[0]


def read_one(kafka: KafkaNode, topic: str, user: str, password: str = PASSWORD, group: str = "readers") -> bytes:
    """The first record of the topic, committed. Raises ``KafkaException`` when the broker refuses."""
    errors: list[KafkaError] = []
    settings = {"group.id": group, "auto.offset.reset": "earliest", "enable.auto.commit": False, "log_level": 0}
    consumer = Consumer({**kafka.client_config((user, password)), **settings, "error_cb": errors.append})
    try:
        consumer.subscribe([topic])
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            message = consumer.poll(0.1)
            refused = [error for error in errors if error.code() == KafkaError._AUTHENTICATION]
            if refused:
                raise KafkaException(refused[0])
            if message is None:
                continue
            if (error := message.error()) is not None:
                raise KafkaException(error)
            consumer.commit(message=message, asynchronous=False)
            return bytes(message.value() or b"")
        raise TimeoutError
    finally:
        consumer.close()


def code_of(refusal: pytest.ExceptionInfo[KafkaException]) -> int:
    return int(refusal.value.args[0].code())


def test_a_user_without_a_rule_is_refused_and_with_one_reads(kafka: KafkaNode, admin: AdminClient) -> None:
    ensure_topics(admin, [TopicSpec("secret", 1)])
    ensure_users(admin, {"reader": PASSWORD})
    assert produce(kafka, "secret", b"hello") is None

    with pytest.raises(KafkaException) as refusal:
        read_one(kafka, "secret", "reader")
    assert code_of(refusal) in {KafkaError.TOPIC_AUTHORIZATION_FAILED, KafkaError.GROUP_AUTHORIZATION_FAILED}

    rules = [
        AccessRule("reader", "topic", "secret", prefixed=False, operations=("READ",)),
        AccessRule("reader", "group", "read", prefixed=True, operations=("READ",)),
    ]
    ensure_acls(admin, rules)
    ensure_acls(admin, rules)
    assert read_one(kafka, "secret", "reader") == b"hello"
    assert lags(admin, {}) == [Lag("readers", "secret", 0, 0)]

    assert produce(kafka, "secret", b"again") is None
    assert lags(admin, {}) == [Lag("readers", "secret", 1, 0)]
    write = produce(kafka, "secret", b"forged", user="reader")
    assert write is not None
    assert write.code() == KafkaError.TOPIC_AUTHORIZATION_FAILED


def test_a_wrong_password_is_refused(kafka: KafkaNode, admin: AdminClient) -> None:
    ensure_users(admin, {"careful": PASSWORD})
    with pytest.raises(KafkaException) as refusal:
        read_one(kafka, "secret", "careful", password="guess")
    assert code_of(refusal) == KafkaError._AUTHENTICATION


@pytest.mark.parametrize(
    "change",
    [
        {"sasl.mechanism": "PLAIN"},
        {"sasl.mechanism": "PLAIN", "sasl.username": "broker"},
        {},
    ],
)
def test_the_controller_refuses_all_who_lack_its_secret(process: Kafka, change: dict[str, str]) -> None:
    """Its listener would otherwise be a way around all access rules."""
    errors: list[KafkaError] = []
    controller: dict[str, Any] = {
        "bootstrap.servers": f"127.0.0.1:{process.controller_port}",
        "log_level": 0,
        "error_cb": errors.append,
    }
    client = AdminClient({**process.client_config(), **controller, **change})
    with pytest.raises(KafkaException):
        client.list_topics(timeout=0.5)
    client.poll(0.1)
    assert KafkaError._AUTHENTICATION in {error.code() for error in errors}


def test_the_controller_hears_nobody_who_skips_authentication(process: Kafka) -> None:
    metadata_request = struct.pack(">hhihi", 3, 0, 1, -1, 0)
    with socket.create_connection(("127.0.0.1", process.controller_port), timeout=5) as connection:
        connection.sendall(struct.pack(">i", len(metadata_request)) + metadata_request)
        assert connection.recv(1) == b""


def test_topics_are_created_grown_and_configured_once(admin: AdminClient) -> None:
    first = [TopicSpec("orders", 2, {"retention.ms": "3600000"}), TopicSpec("invoices", 1)]
    assert ensure_topics(admin, first) == ["invoices", "orders"]
    assert ensure_topics(admin, first) == []

    more = [TopicSpec("orders", 4, {"retention.ms": "7200000", "cleanup.policy": "compact"})]
    assert ensure_topics(admin, more) == ["orders"]
    [orders] = describe_topics(admin, ["orders", "absent"])
    assert orders.partitions == 4
    assert (orders.config["retention.ms"], orders.config["cleanup.policy"]) == ("7200000", "compact")
    assert ensure_topics(admin, more) == []
    assert ensure_topics(admin, [TopicSpec("orders", 1)]) == []


def test_every_refused_topic_is_named(admin: AdminClient) -> None:
    with pytest.raises(KafkaAdminError, match=r"odd name.*retention\.ms|retention\.ms.*odd name"):
        ensure_topics(admin, [TopicSpec("odd name", 1), TopicSpec("bad", 1, {"retention.ms": "soon"})])


def test_topics_are_never_made_by_using_them(kafka: KafkaNode, admin: AdminClient) -> None:
    assert produce(kafka, "typo", b"lost", timeout_ms=1000) is not None
    assert describe_topics(admin, ["typo"]) == []


def test_a_quota_is_stored_for_its_user(kafka: KafkaNode, admin: AdminClient) -> None:
    ensure_users(admin, {"greedy": PASSWORD})
    assert ensure_quotas(kafka.client_config(), {"greedy": 1_000_000}) == ["greedy"]
    assert ensure_quotas(kafka.client_config(), {"greedy": 1_000_000}) == []
    limited = {"producer_byte_rate": 1e6, "consumer_byte_rate": 1e6, "request_percentage": PARTNER_REQUEST_PERCENTAGE}
    assert quotas(kafka.client_config()) == {"greedy": limited}


def test_a_group_that_never_committed_is_behind_from_the_log_s_start(kafka: KafkaNode, admin: AdminClient) -> None:
    ensure_topics(admin, [TopicSpec("unread", 2)])
    for _ in range(3):
        assert produce(kafka, "unread", b"x") is None
    found = lags(admin, {"nobody": ["unread", "missing"], "idle": []})
    written = sum(at > 0 for at in log_offsets(admin, [("unread", part) for part in range(2)], LATEST).values())
    assert [each for each in found if each.group != "readers"] == [Lag("nobody", "unread", 3, written)]
    ensure_topics(admin, [TopicSpec("empty", 2)])
    [empty] = [each for each in lags(admin, {"nobody": ["empty"]}) if each.group == "nobody"]
    assert empty == Lag("nobody", "empty", 0, 0), "of nothing there is nothing to commit"


def test_a_group_s_place_is_kept_for_longer_than_any_record(admin: AdminClient) -> None:
    longest_ms = max(topic.retention_ms for topic in catalogue(["any"]))
    assert offsets_retention_minutes(admin) == OFFSETS_RETENTION_MINUTES > longest_ms // 60_000
    compose, chart = (ROOT / "deploy/compose/compose.yaml", ROOT / "deploy/kubernetes/chart/templates/kafka.yaml")
    assert f"KAFKA_OFFSETS_RETENTION_MINUTES: {OFFSETS_RETENTION_MINUTES}\n" in compose.read_text()
    assert f"offsets.retention.minutes: {OFFSETS_RETENTION_MINUTES}\n" in chart.read_text()


def test_secrets_are_closed_to_others(process: Kafka) -> None:
    _, password = process.admin_credentials
    open_to_others = [
        file
        for file in process.log.parent.glob("*")
        if file.is_file() and password in file.read_text() and stat.S_IMODE(file.stat().st_mode) != 0o600
    ]
    assert open_to_others == []


def test_a_restart_keeps_ports_users_and_records(process: Kafka, admin: AdminClient) -> None:
    """Last but one in the file: it restarts the node that the others share, after a kill -9."""
    ensure_users(admin, {"keeper": PASSWORD})
    ensure_topics(admin, [TopicSpec("kept", 1)])
    ensure_acls(admin, [AccessRule("keeper", "topic", "kept", prefixed=False, operations=("READ", "WRITE"))])
    ensure_acls(admin, [AccessRule("keeper", "group", "keepers", prefixed=False, operations=("READ",))])
    assert produce(process, "kept", b"still here", user="keeper") is None
    before = process.bootstrap

    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    process.stop()
    again = Kafka(process.log.parent, port=0, controller_port=0)
    again.start()
    try:
        again.wait_ready()
        assert again.bootstrap == before
        assert read_one(again, "kept", "keeper", group="keepers") == b"still here"
    finally:
        again.stop()
    assert not accepts(int(before.rsplit(":", 1)[1]))


def test_a_node_that_cannot_start_says_why(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()  # never formatted
    broken = Kafka(tmp_path, port=0, controller_port=0)
    broken.start()
    with pytest.raises(KafkaNodeError, match=r"meta\.properties"):
        broken.wait_ready(20)
    broken.stop()


def test_clients_are_sent_where_the_node_says(tmp_path: Path) -> None:
    node = kafka_config.load_node(tmp_path / "node.json", 9092, 9093)
    assert "advertised.listeners=CLIENT://127.0.0.1:9092\n" in kafka_config.server_properties(node, tmp_path)
    through = kafka_config.server_properties(node, tmp_path, advertised_port=7000)
    assert "\nlisteners=CLIENT://127.0.0.1:9092," in through
    assert "advertised.listeners=CLIENT://127.0.0.1:7000\n" in through
