"""The platform that runs in a data folder, from another process, with the engines that are this machine's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from deploy.engines.errors import DeployError
from deploy.engines.kafka import Kafka
from deploy.engines.kafka_config import ADMIN, SCRAM
from deploy.engines.ports import LOOPBACK
from deploy.engines.postgres import Postgres
from deploy.local.issuer import process as issuer
from deploy.local.issuer import tickets
from deploy.local.layout import Layout
from deploy.local.state import read_running
from deploy.target.client import Client
from deploy.target.person import Person
from deploy.target.services import present
from deploy.target.target import KafkaAccess, Target, TokenSource

ENGINES = frozenset({"kafka", "postgres"})
NO_PORT = 0
"""That of a service which has none yet: nothing listens there, so whoever asks it hears that it is away."""


class NotRunningError(DeployError):
    """No platform runs in the data folder."""


@dataclass(frozen=True)
class LocalClient(Client):
    """``ports`` has ``kafka``, ``postgres``, each service, and the issuer where there is a portal."""

    data: Path
    ports: Mapping[str, int]

    @classmethod
    def of(cls, data: Path, ports: Mapping[str, int]) -> LocalClient:
        return cls(target_of(data, ports), data, ports)

    @classmethod
    def of_running(cls, data: Path) -> LocalClient:
        """The platform that runs in this folder. Raises ``NotRunningError``."""
        run = read_running(data)
        if run is None:
            raise NotRunningError("not_running", data=data)
        return cls.of(data, run.ports)

    @property
    def portal(self) -> str | None:
        """Where people sign in; None where nobody can."""
        port = self.ports.get(issuer.PORTAL)
        return None if port is None else f"http://{LOOPBACK}:{port}"

    def sign_in_link(self, person: Person) -> str:
        """An address of the portal by which this person gets in, once and soon."""
        return f"{self.portal}/sign-in?ticket={tickets.issued(Layout(self.data).issuer(), person)}"

    @property
    def kafka(self) -> Kafka:
        """The node, with the super user's credentials; it is not ours to start."""
        return Kafka(Layout(self.data).kafka)

    @property
    def postgres(self) -> Postgres:
        """The server, likewise."""
        return Postgres(Layout(self.data).postgres)


def target_of(data: Path, ports: Mapping[str, int]) -> Target:
    """Where the platform of this folder is while it runs on these ports; it has its services before they have ports."""
    layout = Layout(data)
    server = Postgres(layout.postgres).admin_dsn.rpartition("/")[0]
    kafka = Kafka(layout.kafka)
    return Target(
        kind="local",
        data=data,
        services={name: f"http://{LOOPBACK}:{ports.get(name, NO_PORT)}" for name in present()},
        kafka=KafkaAccess(
            bootstrap=kafka.bootstrap,
            protocol="SASL_PLAINTEXT",
            mechanism=SCRAM,
            user=ADMIN,
            password=kafka.admin_credentials[1],
        ),
        token=TokenSource(issuer_folder=layout.issuer_folder),
        stores={name: f"{server}/{name}" for name in present() if name in ports},
        partners=layout.partners,
        audit_keys=layout.audit_keys(present()),
        mail=layout.mail,
    )
