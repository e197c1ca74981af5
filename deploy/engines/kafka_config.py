"""The files of the single Kafka node: its secrets and ports, ``server.properties`` and the log configuration."""

from __future__ import annotations

import base64
import json
import struct
import uuid
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from deploy.engines.kafka_limits import BROKER_LIMITS
from deploy.engines.ports import LOOPBACK, free_port
from deploy.engines.private import new_secret, write_private
from shared.messaging.topics import OFFSETS_RETENTION_MINUTES

ADMIN = "admin"
BROKER = "broker"
SCRAM = "SCRAM-SHA-256"

SERVER_PROPERTIES = """\
process.roles=broker,controller
node.id=1
# A static quorum: unlike a dynamic one it is not stored, so the controller's port may change between runs.
controller.quorum.voters=1@{host}:{controller_port}
listeners=CLIENT://{bind}:{port},CONTROLLER://{host}:{controller_port}
advertised.listeners=CLIENT://{host}:{advertised_port}
listener.security.protocol.map=CLIENT:SASL_PLAINTEXT,CONTROLLER:SASL_PLAINTEXT
inter.broker.listener.name=CLIENT
controller.listener.names=CONTROLLER
log.dirs={logs}

# Clients and the broker itself: SCRAM users, kept in the cluster's metadata.
sasl.mechanism.inter.broker.protocol={scram}
listener.name.client.sasl.enabled.mechanisms={scram}
listener.name.client.{scram_lower}.sasl.jaas.config=\
org.apache.kafka.common.security.scram.ScramLoginModule required username="{broker}" password="{broker_password}";
# The controller: one random secret, because SCRAM users cannot be read before the controller is up, and an open
# listener would let everybody on the machine write the cluster's metadata.
sasl.mechanism.controller.protocol=PLAIN
listener.name.controller.sasl.enabled.mechanisms=PLAIN
listener.name.controller.plain.sasl.jaas.config=\
org.apache.kafka.common.security.plain.PlainLoginModule required username="{broker}" password="{controller_password}" \
user_{broker}="{controller_password}";

authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:{admin};User:{broker}
allow.everyone.if.no.acl.found=false
auto.create.topics.enable=false

# One node on a small machine.
default.replication.factor=1
offsets.topic.replication.factor=1
offsets.topic.num.partitions=8
# Longer than any topic keeps its records: a group that forgot its place cannot tell what it missed.
offsets.retention.minutes={offsets_retention_minutes}
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
share.coordinator.state.topic.num.partitions=4
min.insync.replicas=1
group.initial.rebalance.delay.ms=0
# After a crash the controller lets the node register again only when its old session has ended (default 9 s).
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
num.network.threads=2
num.io.threads=4
num.recovery.threads.per.data.dir=2
background.threads=2
log.cleaner.dedupe.buffer.size=8388608
log.cleaner.io.buffer.size=131072

{limits}
"""

LOG4J2_PROPERTIES = """\
status=error
appender.file.type=RollingFile
appender.file.name=file
appender.file.fileName={log}
appender.file.filePattern={log}.%i
appender.file.layout.type=PatternLayout
appender.file.layout.pattern=%d{{ISO8601}} %p %m (%c{{1}})%n
appender.file.policies.type=SizeBasedTriggeringPolicy
appender.file.policies.size=20MB
appender.file.strategy.type=DefaultRolloverStrategy
appender.file.strategy.max=3
rootLogger.level=info
rootLogger.appenderRef.file.ref=file
# Hundreds of lines of settings at each start.
logger.config.name=org.apache.kafka.common.config.AbstractConfig
logger.config.level=warn
"""


@dataclass(frozen=True)
class Node:
    """What a node keeps for all its life: identity, secrets and the ports it last used."""

    cluster_id: str
    admin_password: str
    broker_password: str
    controller_password: str
    port: int
    controller_port: int

    def with_free_ports(self) -> Node:
        """The same node on the same ports, or on others where somebody else took one."""
        return replace(self, port=free_port(self.port), controller_port=free_port(self.controller_port))


def load_node(file: Path, port: int, controller_port: int) -> Node:
    """The stored node, or a new one with random secrets that prefers the given ports (0: any)."""
    if file.exists():
        return Node(**json.loads(file.read_text()))
    return Node(
        cluster_id=base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("="),
        admin_password=new_secret(),
        broker_password=new_secret(),
        controller_password=new_secret(),
        port=port,
        controller_port=controller_port,
    )


def save_node(file: Path, node: Node) -> None:
    """Store the node where only its owner reads it."""
    write_private(file, json.dumps(asdict(node), indent=2))


def server_properties(node: Node, logs: Path, advertised_port: int | None = None, *, bind: str = LOOPBACK) -> str:
    """The broker's configuration; it holds secrets.

    `advertised_port` is where clients are sent, if not to its own; `bind` is the address that it takes them on.
    """
    return SERVER_PROPERTIES.format(
        host=LOOPBACK,
        bind=bind,
        advertised_port=advertised_port or node.port,
        logs=property_value(logs),
        scram=SCRAM,
        scram_lower=SCRAM.lower(),
        limits="\n".join(f"{name}={value}" for name, value in BROKER_LIMITS.items()),
        offsets_retention_minutes=OFFSETS_RETENTION_MINUTES,
        admin=ADMIN,
        broker=BROKER,
        **asdict(node),
    )


def log_properties(log: Path) -> str:
    """The configuration of the broker's own log."""
    return LOG4J2_PROPERTIES.format(log=property_value(log))


def property_value(path: Path) -> str:
    """A path as Java reads it from a properties file, which is Latin-1 whatever the system is."""
    units = struct.iter_unpack(">H", str(path).encode("utf-16-be"))
    return "".join(chr(unit) if unit < 0x80 and unit != ord("\\") else f"\\u{unit:04x}" for (unit,) in units)


def format_arguments(node: Node, properties: Path) -> list[str]:
    """Arguments of Kafka's storage tool: the first metadata, with the users that must exist before any other."""
    users = {ADMIN: node.admin_password, BROKER: node.broker_password}
    scram = [f"{SCRAM}=[name={name},password={password}]" for name, password in users.items()]
    return [
        "format",
        "--ignore-formatted",
        # One word: an id may begin with a dash, which would make it the next option.
        f"--cluster-id={node.cluster_id}",
        "--config",
        str(properties),
        *(argument for user in scram for argument in ("--add-scram", user)),
    ]
