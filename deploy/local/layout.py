"""What one data folder holds, and where: engines, logs, the issuer's key and the services' passwords."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from deploy.engines.private import kept_secrets
from shared.security.tokens import LocalIssuer

ISSUER = "http://127.0.0.1/pdp"
"""`iss` of the tokens that this machine issues; nothing is served there."""


@dataclass(frozen=True)
class Layout:
    """The paths of one data folder."""

    data: Path

    @property
    def kafka(self) -> Path:
        return self.data / "kafka"

    @property
    def postgres(self) -> Path:
        return self.data / "postgres"

    @property
    def partners(self) -> Path:
        """Which partners there are, with the secrets of those whose part this machine plays."""
        return self.data / "partners.json"

    def log(self, name: str) -> Path:
        """What a process of this name prints."""
        return self.data / "logs" / f"{name}.log"

    def hold(self, service: str) -> Path:
        """Locked by whoever keeps this service down."""
        return self.data / "holds" / service

    def issuer(self) -> LocalIssuer:
        """The issuer of this folder's tokens."""
        return LocalIssuer(self.data / "issuer", ISSUER)

    def service_passwords(self, names: Iterable[str]) -> dict[str, str]:
        """The Kafka password of each service, made up the first time."""
        return kept_secrets(self._service_passwords, names)

    def forget_service_passwords(self) -> None:
        """Have new ones made up the next time."""
        self._service_passwords.unlink(missing_ok=True)

    @property
    def _service_passwords(self) -> Path:
        return self.data / "services.json"
