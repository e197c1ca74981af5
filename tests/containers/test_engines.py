"""The switch: what the shared tests meet with `--engines containers` are containers, set as the embedded pair is."""

from pathlib import Path

import pytest
from confluent_kafka.admin import ConfigResource  # type: ignore[attr-defined]  # public, but not marked so
from testcontainers.core.docker_client import DockerClient
from testcontainers.core.labels import LABEL_SESSION_ID, SESSION_ID

from deploy.engines import kafka_config
from deploy.engines.kafka import KafkaNodeError
from deploy.engines.postgres import NOT_DURABLE, SETTINGS
from deploy.engines.postgres_server import PostgresServer
from tests.conftest import Broker
from tests.containers.engines import DATA, KAFKA_IMAGE, POSTGRES_IMAGE, ApacheKafka

pytestmark = pytest.mark.containers

# Where a node listens and keeps its data is its own.
PLACES = {"listeners", "advertised.listeners", "log.dirs", "controller.quorum.voters"}


def _published(image: str) -> set[int]:
    """The ports of this machine by which this run's containers of an image are reached, as the engine tells them."""
    label = f"{LABEL_SESSION_ID}={SESSION_ID}"
    found = DockerClient().client.containers.list(filters={"ancestor": image, "label": label})
    bindings = [ports or [] for container in found for ports in container.ports.values()]
    return {int(binding["HostPort"]) for ports in bindings for binding in ports}


def test_the_runs_kafka_is_a_container(broker: Broker) -> None:
    cluster = broker.node.admin().list_topics(timeout=10)
    [node] = cluster.brokers.values()
    assert f"{node.host}:{node.port}" == broker.node.bootstrap
    assert node.port in _published(KAFKA_IMAGE)


def test_the_runs_postgres_is_a_container(postgres: PostgresServer) -> None:
    assert postgres.port in _published(POSTGRES_IMAGE)
    assert postgres.execute("SHOW data_directory").startswith("/var/lib/postgresql/18/")


def test_kafka_has_the_embedded_nodes_settings(broker: Broker, tmp_path: Path) -> None:
    node = kafka_config.load_node(tmp_path / "node.json", 9092, 9093)
    lines = [line for line in kafka_config.server_properties(node, DATA).splitlines() if line and line[0] != "#"]
    wanted = dict(line.split("=", 1) for line in lines)
    resource = ConfigResource(ConfigResource.Type.BROKER, "1")
    admin = broker.node.admin()
    found = admin.describe_configs([resource])[resource].result(10)
    told = {
        name: found[name].value for name in wanted.keys() - PLACES if name in found and not found[name].is_sensitive
    }
    assert told == {name: wanted[name] for name in told}
    assert {"authorizer.class.name", "auto.create.topics.enable", "min.insync.replicas"} <= told.keys()


@pytest.mark.parametrize(("name", "value"), [*SETTINGS.items(), *NOT_DURABLE.items(), ("lc_collate", "C")])
def test_postgres_has_the_embedded_servers_settings(postgres: PostgresServer, name: str, value: str) -> None:
    collation = "SELECT datcollate FROM pg_database WHERE datname = current_database()"
    # psql ends the line; the value itself may end with a space.
    assert postgres.execute(collation if name == "lc_collate" else f"SHOW {name}").removesuffix("\n") == value


def test_a_container_that_does_not_start_says_why() -> None:
    with ApacheKafka(9092) as container, pytest.raises(KafkaNodeError, match="no room at the inn"):
        container.begin("echo no room at the inn", "exit 3")
