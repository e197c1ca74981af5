"""What the containers are called, where they listen, and which folder of secrets each of them sees."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from deploy.engines.private import kept_secrets
from deploy.target.keys import Keys
from shared.messaging.topics import SERVICES

FOLDER = Path(__file__).parent
SECRETS = "PDP_SECRETS"
"""Folder of the secrets, where it is not the one beside the compose file."""

BROKERS = ("kafka-1", "kafka-2", "kafka-3")
PROVISIONER = "provisioner"
"""Super user by certificate, as the brokers are: it makes the users that come with passwords, ``admin`` among them."""
CLIENTS_PORT, REPLICATION_PORT, STORE_PORT = 9093, 9091, 5432
PORTS = "PDP_PORTS"
"""First two digits of every published port, as compose.yaml has them."""
USUAL_PORTS = "18"
STAGES = SERVICES
IDENTITY = "identity"
"""Keycloak, in the profile of that name."""


@dataclass(frozen=True)
class Secrets:
    """The folder of all secrets: `operator` for people, and one for each container that has any."""

    root: Path

    @classmethod
    def here(cls) -> Secrets:
        return cls(Path(os.environ.get(SECRETS) or FOLDER / "secrets"))

    @property
    def operator(self) -> Keys:
        """Everything that makes tokens, certificates and users: as on one machine."""
        return Keys(self.root / "operator")

    def mail(self, service: str) -> Path:
        """Mail that no server takes, as files; each service's own: what one mails, the other has no business with."""
        return self.root / "mail" / service

    def attachments(self, service: str) -> Path:
        """Files that people gave, sealed, where no bucket has them."""
        return self.root / "attachments" / service

    def erasures(self, service: str) -> Path:
        """What a service erased, by ids alone: never put back to an earlier moment."""
        return self.root / "erasures" / service

    @property
    def authority(self) -> Path:
        """Certificate that every client checks Kafka's with."""
        return self.operator.data / "ca.crt"

    def store_passwords(self) -> dict[str, str]:
        """Password of each service's role in its store, Keycloak's too; made up the first time."""
        return kept_secrets(self.operator.data / "stores.json", (*STAGES, IDENTITY))

    def service_passwords(self) -> dict[str, str]:
        """Password of the role that each service works as in its store, likewise."""
        return kept_secrets(self.operator.data / "store-services.json", STAGES)

    def of(self, container: str) -> Path:
        return self.root / container


def store_url(service: str, password: str, address: str, role: str = "") -> str:
    """Connection string of a service's store at ``host:port``: its owner's unless another role is named."""
    return f"postgresql://{role or service}:{password}@{address}/{service}"
