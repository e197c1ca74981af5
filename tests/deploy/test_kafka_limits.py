"""What a broker takes from one client, however the platform runs."""

import re
import socket
import struct

import yaml
from confluent_kafka.admin import ConfigResource  # type: ignore[attr-defined]

from deploy.compose.layout import FOLDER
from deploy.engines.kafka_limits import BROKER_LIMITS
from shared.messaging.producer import UNDER_WAY_BYTES
from shared.messaging.topics import MAX_EVENT_BYTES
from tests.conftest import Broker
from tests.containers.docker_cli import ROOT

CHART = ROOT / "deploy" / "kubernetes" / "chart" / "templates" / "kafka.yaml"
WANTED = dict(BROKER_LIMITS)


def test_the_broker_has_them(broker: Broker) -> None:
    """Kafka names in a description what it knows: a name that is wrong has no effect."""
    resource = ConfigResource(ConfigResource.Type.BROKER, "1")
    admin = broker.node.admin()
    told = admin.describe_configs([resource])[resource].result(10)
    assert {name: told[name].value for name in WANTED if name in told} == WANTED


def test_compose_and_the_chart_have_the_same() -> None:
    compose = dict(re.findall(r'^  (KAFKA_[A-Z_]+): "([^"\n]*)"$', (FOLDER / "compose.yaml").read_text(), re.MULTILINE))
    assert {name: compose.get(f"KAFKA_{name.upper().replace('.', '_')}") for name in WANTED} == WANTED
    lines = re.findall(r"^ {6}[a-z.]+: [\w,]+$", CHART.read_text(), re.MULTILINE)
    chart = yaml.safe_load("\n".join(lines))
    assert {name: str(chart.get(name)) for name in WANTED} == WANTED


def test_a_request_of_ours_is_smaller_than_a_broker_takes() -> None:
    """All that is under way may be one request; 64 KB are more than its own words take."""
    assert int(BROKER_LIMITS["socket.request.max.bytes"]) > UNDER_WAY_BYTES + 65_536
    assert UNDER_WAY_BYTES > MAX_EVENT_BYTES


def test_nobody_claims_memory_by_the_size_of_a_request(broker: Broker) -> None:
    """Kafka takes it before the request is there, of somebody whom it does not know yet too."""
    host, _, port = broker.node.bootstrap.partition(":")
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        connection.sendall(struct.pack(">i", int(BROKER_LIMITS["sasl.server.max.receive.size"]) + 1))
        assert connection.recv(1) == b""
