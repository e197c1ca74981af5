"""A Kafka with the compose file's listeners, for clients outside: one broker of its three, everything else as it is."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from deploy.compose import layout, provision
from deploy.compose.certificates import Authority
from deploy.engines.ports import LOOPBACK
from deploy.engines.private import write_private
from deploy.provision import provisioning
from deploy.provision.partners import Partner
from shared.runtime.settings import KafkaSettings
from tests.containers.engines import ApacheKafka

BROKER = layout.BROKERS[0]
CONTROLLER_PORT, PARTNERS_PORT = 9090, 9094
LISTENERS = {"REPLICATION": layout.REPLICATION_PORT, "CLIENTS": layout.CLIENTS_PORT, "PARTNERS": PARTNERS_PORT}
SECRETS = "/etc/kafka/secrets"
# What only three brokers can hold.
COPIES = ("REPLICATION_FACTOR", "MIN_ISR", "MIN_INSYNC_REPLICAS")


@cache
def composed(service: str) -> Mapping[str, str]:
    """The environment that the compose file gives to a service."""
    command = ["docker", "compose", "-f", str(layout.FOLDER / "compose.yaml"), "config", "--format", "json"]
    found = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True).stdout
    environment: dict[str, str] = json.loads(found)["services"][service]["environment"]
    # The command writes a compose file, in which a dollar sign stands twice.
    return {name: value.replace("$$", "$") for name, value in environment.items()}


@dataclass(frozen=True)
class ComposeKafka:
    """The listeners on this machine, and what their clients need."""

    ports: Mapping[str, int]
    secrets: Path
    """Holds `ca.crt`, and `identity.pem` of the provisioning job."""

    def bootstrap(self, listener: str) -> str:
        return f"{LOOPBACK}:{self.ports[listener]}"

    def environment(self, user: str, password: str) -> dict[str, str]:
        """The compose file's settings of a client, from outside."""
        given = {name: value for name, value in composed("matching").items() if name.startswith("PDP_KAFKA_")}
        listener = "PARTNERS" if user.startswith("partner.") else "CLIENTS"
        return given | {
            "PDP_KAFKA_BOOTSTRAP": self.bootstrap(listener),
            "PDP_KAFKA_CA_FILE": str(self.secrets / "ca.crt"),
            "PDP_KAFKA_USER": user,
            "PDP_KAFKA_PASSWORD": password,
        }

    def settings(self, user: str, password: str) -> KafkaSettings:
        with pytest.MonkeyPatch.context() as patch:
            for name, value in self.environment(user, password).items():
                patch.setenv(name, value)
            return KafkaSettings()

    def provision(self, users: Mapping[str, str], partners: Mapping[str, str]) -> None:
        """What the compose file's job does, with these passwords of services and partners."""
        connection = provision.connection(self.secrets) | {"bootstrap.servers": self.bootstrap("REPLICATION")}
        provisioning.provision(connection, users, [Partner(code, secret) for code, secret in partners.items()])


@contextmanager
def kafka(folder: Path) -> Iterator[ComposeKafka]:
    """The compose file's first broker, alone, removed after the block."""
    authority = Authority(folder / "authority")
    certificate = authority.certificate_file.read_text()
    job = authority.issue(layout.PROVISIONER)
    write_private(folder / "identity.pem", job.key + job.certificate)
    write_private(folder / "ca.crt", certificate)
    broker = authority.issue(BROKER, {"localhost", LOOPBACK})
    with ApacheKafka(*LISTENERS.values()) as container:
        container.copy_into_container((broker.key + broker.certificate).encode(), f"{SECRETS}/identity.pem")
        container.copy_into_container(certificate.encode(), f"{SECRETS}/ca.crt")
        ports = {name: container.get_exposed_port(port) for name, port in LISTENERS.items()}
        container.begin(_alone(ports))
        yield ComposeKafka(ports, folder)


def _alone(ports: Mapping[str, int]) -> str:
    """The environment of the first broker, without the two others."""
    given = composed(BROKER)
    alone = {
        "KAFKA_CONTROLLER_QUORUM_VOTERS": f"1@localhost:{CONTROLLER_PORT}",
        "KAFKA_ADVERTISED_LISTENERS": ",".join(f"{name}://{LOOPBACK}:{port}" for name, port in ports.items()),
        **{name: "1" for name in given if name.endswith(COPIES)},
    }
    return "\n".join(f"export {name}='{value}'" for name, value in {**given, **alone}.items())
