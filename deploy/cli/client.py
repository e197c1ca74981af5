"""A running platform, from the outside: where its services are, tokens, and the way into Kafka."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Literal
from uuid import UUID

import httpx

from deploy.engines.errors import DeployError
from deploy.engines.kafka import Kafka
from deploy.engines.ports import LOOPBACK
from deploy.engines.postgres import Postgres
from deploy.local.layout import Layout
from deploy.local.state import read_running
from deploy.provision.partners import PartnerBook

RoleName = Literal["supplier", "anchor", "assessor", "expert", "mentor", "operator"]

TOKEN_LIFESPAN = timedelta(hours=8)

REQUEST_TIMEOUT = 60.0
"""Seconds for one request: an import of thousands of rows is one transaction."""


class NotRunningError(DeployError):
    """No platform runs in the data folder, or not the part of it that is asked for."""


@dataclass(frozen=True)
class Client:
    """One running platform. ``ports`` has ``kafka``, ``postgres`` and each service."""

    data: Path
    ports: Mapping[str, int]

    @classmethod
    def of_running(cls, data: Path) -> Client:
        """The platform that runs in this folder. Raises ``NotRunningError``."""
        run = read_running(data)
        if run is None:
            raise NotRunningError("not_running", data=data)
        return cls(data, run.ports)

    @property
    def services(self) -> dict[str, int]:
        """Ports of the services alone."""
        return {name: port for name, port in self.ports.items() if name not in {"kafka", "postgres"}}

    @property
    def kafka(self) -> Kafka:
        """The node, with the super user's credentials (``admin()``, ``client_config()``); it is not ours to start."""
        return Kafka(Layout(self.data).kafka)

    @property
    def partners(self) -> PartnerBook:
        return PartnerBook(Layout(self.data).partners)

    def connection(self, credentials: tuple[str, str] | None = None) -> dict[str, str]:
        """Kafka in confluent-kafka's words, as the super user unless another (user, password) is given."""
        return self.kafka.client_config(credentials)

    def stores(self) -> Mapping[str, str]:
        """A connection string for each service's store, good for reading all of it."""
        server = Postgres(Layout(self.data).postgres).admin_dsn.rpartition("/")[0]
        return {name: f"{server}/{name}" for name in self.services}

    def url(self, service: str) -> str:
        """Where the service's HTTP API is. Raises ``NotRunningError``."""
        if service not in self.services:
            raise NotRunningError("part_missing", part=service)
        return f"http://{LOOPBACK}:{self.ports[service]}"

    def token(
        self, role: RoleName, *, subject: str | None = None, supplier: UUID | None = None, anchor: UUID | None = None
    ) -> str:
        """A bearer token of this machine's issuer."""
        claims = {"supplier_id": supplier, "anchor_id": anchor}
        bound = {name: str(id_) for name, id_ in claims.items() if id_ is not None}
        return Layout(self.data).issuer().issue(subject or f"local-{role}", [role], TOKEN_LIFESPAN, **bound)

    def http(self, service: str, token: str | None = None) -> httpx.Client:
        """An HTTP client of the service, as an operator unless another token is given."""
        return httpx.Client(
            base_url=self.url(service),
            headers={"Authorization": f"Bearer {token or self.token('operator')}"},
            timeout=REQUEST_TIMEOUT,
            trust_env=False,
        )

    def partner_credentials(self, code: str) -> tuple[str, str]:
        """Kafka user and password of a partner whose part this machine plays. Raises ``LookupError``."""
        partner = self.partners.of(code)
        if partner is None or partner.secret is None:
            raise LookupError(code)
        return partner.principal, partner.secret
