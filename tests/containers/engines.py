"""The pair in containers, from the official images: the same users, rules and settings as the embedded pair has."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Self

import pytest
from docker.errors import DockerException
from testcontainers.community.postgres import PostgresContainer
from testcontainers.core.container import DockerContainer
from testcontainers.core.docker_client import DockerClient
from testcontainers.core.wait_strategies import LogMessageWaitStrategy

from deploy.compose.layout import FOLDER as COMPOSE
from deploy.engines import kafka_config
from deploy.engines.kafka import DEFAULT_HEAP_MB, KafkaNode, KafkaNodeError
from deploy.engines.kafka_limits import BROKER_LIMITS
from deploy.engines.postgres import LOCALE, server_options
from deploy.engines.postgres_server import SUPERUSER, PostgresServer

KAFKA_IMAGE = "apache/kafka:4.3.1"
POSTGRES_IMAGE = "postgres:18"

CLIENT_PORT, CONTROLLER_PORT, POSTGRES_PORT = 9092, 9093, 5432
DATA = Path("/var/lib/kafka/data")
CONFIG = "/mnt/shared/config"
PROPERTIES = f"{CONFIG}/server.properties"
FORMAT = "/tmp/format.arguments"
START = "/tmp/start.sh"
LOG_LINES = 30
# Two or three JVMs one after the other, on a machine that has other work too.
START_TIMEOUT_S = 100

# Its reaper is one more image to pull, and privileged; the fixtures remove what they started.
os.environ.setdefault("TESTCONTAINERS_RYUK_DISABLED", "true")


def require_docker() -> None:
    """End the run where no engine answers: each test would fail by itself, and less clearly."""
    try:
        DockerClient()
    except DockerException as error:
        pytest.exit(f"No Docker engine answers ({error}). Start one, or leave out --engines.", returncode=1)


class ApacheKafka(DockerContainer):
    """The image `apache/kafka`, which starts once it was told (`begin`) where its clients are: the engine gives the
    ports on this machine only to a container that already runs.
    """

    def __init__(self, *ports: int) -> None:
        super().__init__(KAFKA_IMAGE, ports=list(ports))
        wait = f"until [ -s {START} ]; do sleep 0.1; done; exec bash {START}"
        # As a list: a string would be cut into words.
        self.with_command(["bash", "-c", wait])
        for logging in (COMPOSE / "kafka").glob("*.yaml"):
            self.with_copy_into_container(logging.read_bytes(), f"{CONFIG}/{logging.name}")
        for name, value in BROKER_LIMITS.items():
            self.with_env(f"KAFKA_{name.upper().replace('.', '_')}", value)
        self.with_env("KAFKA_HEAP_OPTS", f"-Xms{DEFAULT_HEAP_MB // 2}m -Xmx{DEFAULT_HEAP_MB}m")

    def begin(self, *preparations: str) -> Self:
        """Run these shell commands, then Kafka; return when it serves. Raises ``KafkaNodeError``."""
        script = "\n".join(["set -e", *preparations, "exec /etc/kafka/docker/run"])
        self.copy_into_container(script.encode(), START)
        up = LogMessageWaitStrategy("Kafka Server started").with_startup_timeout(START_TIMEOUT_S)
        try:
            up.with_poll_interval(0.3).wait_until_ready(self)
        except (TimeoutError, RuntimeError) as error:
            log = self.get_wrapped_container().logs(tail=LOG_LINES).decode(errors="replace")
            raise KafkaNodeError("engine_ended", engine="Kafka", exit="–", log="docker logs", tail=log) from error
        return self


class KafkaInContainer(KafkaNode):
    """The embedded node's own configuration, in the official image."""

    def __init__(self, folder: Path, container: ApacheKafka) -> None:
        super().__init__(kafka_config.load_node(folder / "node.json", CLIENT_PORT, CONTROLLER_PORT))
        self._container = container

    def start(self) -> None:
        mapped = self._container.get_exposed_port(CLIENT_PORT)
        # The controller's listener stays on the container's own loopback address.
        properties = kafka_config.server_properties(self._node, DATA, mapped, bind="0.0.0.0")
        arguments = kafka_config.format_arguments(self._node, Path(PROPERTIES))
        self._container.copy_into_container(properties.encode(), PROPERTIES)
        self._container.copy_into_container("\n".join(map(shlex.quote, arguments)).encode(), FORMAT)
        # Before the image's own formatting, which knows no users and leaves alone what is formatted.
        self._container.begin(
            f"export CLUSTER_ID={shlex.quote(self._node.cluster_id)}",
            f"xargs java -XX:TieredStopAtLevel=1 -cp '/opt/kafka/libs/*' kafka.tools.StorageTool <{FORMAT} >/dev/null",
        )
        self._node = replace(self._node, port=mapped)
        self.wait_answers()

    @contextmanager
    def hung(self) -> Iterator[None]:
        """Within the block it neither answers nor closes its connections."""
        container = self._container.get_wrapped_container()
        container.pause()
        try:
            yield
        finally:
            container.unpause()


@contextmanager
def kafka(folder: Path) -> Iterator[KafkaInContainer]:
    """A node of its own, removed after the block."""
    with ApacheKafka(CLIENT_PORT) as container:
        node = KafkaInContainer(folder, container)
        node.start()
        yield node


class PostgresInContainer(PostgresServer):
    """The embedded server's settings, in the official image."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder / "server.json", POSTGRES_PORT)
        password = self._state["passwords"][SUPERUSER]
        self.container = PostgresContainer(POSTGRES_IMAGE, POSTGRES_PORT, SUPERUSER, password, SUPERUSER, driver=None)
        self.container.with_env("POSTGRES_INITDB_ARGS", " ".join((*LOCALE, "--no-sync")))
        self.container.with_command(["postgres", *server_options({"listen_addresses": "*"}, durable=False)])

    def started(self) -> None:
        """Once the container runs: where it is to be found."""
        self._state["port"] = self.container.get_exposed_port(POSTGRES_PORT)


@contextmanager
def postgres(folder: Path) -> Iterator[PostgresInContainer]:
    """A server of its own, removed after the block."""
    server = PostgresInContainer(folder)
    with server.container:
        server.started()
        yield server
