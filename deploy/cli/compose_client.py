"""The platform in containers, from the machine that runs them: its services, tokens, Kafka and stores."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from deploy.cli.client import Client, NotRunningError
from deploy.compose.layout import BROKERS, STAGES, Secrets, store_url
from deploy.compose.prepare import HOST
from deploy.engines.kafka_config import ADMIN, SCRAM
from deploy.engines.ports import LOOPBACK
from deploy.local.layout import Layout
from deploy.local.readiness import Readiness

PORTS = "PDP_PORTS"
"""First two digits of every published port, as compose.yaml has them."""


def ports() -> dict[str, int]:
    """Where each service listens on this machine, and the first broker."""
    return {"kafka": _port(191), **{name: _port(101 + number) for number, name in enumerate(STAGES)}}


@dataclass(frozen=True)
class ComposeClient(Client):
    """One running platform of `deploy/compose`. `data` is its operators' folder of secrets."""

    @classmethod
    async def reached(cls) -> ComposeClient:
        """The platform that runs on this machine, once all services are ready. Raises ``NotRunningError``."""
        client = cls(Secrets.here().operator.data, ports())
        if not client.data.exists():
            raise NotRunningError("compose", why=client.data)
        async with Readiness() as readiness:
            for name, found in (await readiness.troubles(client.services)).items():
                if found:
                    raise NotRunningError("compose", why=name)
        return client

    def connection(self, credentials: tuple[str, str] | None = None) -> dict[str, str]:
        user, password = credentials or (ADMIN, Layout(self.data).service_passwords([ADMIN])[ADMIN])
        host = os.environ.get(HOST) or "localhost"
        return {
            "bootstrap.servers": ",".join(f"{host}:{_port(191 + number)}" for number, _ in enumerate(BROKERS)),
            "security.protocol": "SASL_SSL",
            "ssl.ca.location": str(Secrets.here().authority),
            "sasl.mechanism": SCRAM,
            "sasl.username": user,
            "sasl.password": password,
        }

    def stores(self) -> Mapping[str, str]:
        passwords = Secrets.here().store_passwords()
        return {
            name: store_url(name, passwords[name], f"{LOOPBACK}:{_port(131 + number)}")
            for number, name in enumerate(STAGES)
        }


def _port(last_digits: int) -> int:
    return int(f"{os.environ.get(PORTS) or '18'}{last_digits}")
